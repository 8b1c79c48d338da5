//! Regions, by their names and by the places they are known under.

/// Regions by the places they are known under. `%` begins with.
const PLACES: &[(&str, &str)] = &[
    ("ireland", "eu-west-1"),
    ("dublin", "eu-west-1"),
    ("london", "eu-west-2"),
    ("frankfurt", "eu-central-1"),
    ("germany", "eu-central-1"),
    ("paris", "eu-west-3"),
    ("virginia", "us-east-1"),
    ("north virginia", "us-east-1"),
    ("n virginia", "us-east-1"),
    ("northern virginia", "us-east-1"),
    ("oregon", "us-west-2"),
    ("singapore", "ap-southeast-1"),
    ("sydney", "ap-southeast-2"),
    ("australia", "ap-southeast-2"),
    ("tokyo", "ap-northeast-1"),
    ("japan", "ap-northeast-1"),
    ("seoul", "ap-northeast-2"),
    ("mumbai", "ap-south-1"),
    ("canada", "ca-central-1"),
    ("montreal", "ca-central-1"),
    ("sao paulo", "sa-east-1"),
    ("brazil", "sa-east-1"),
    ("cape town", "af-south-1"),
    ("tel aviv", "il-central-1"),
    ("europe", "eu-%"),
    ("eu", "eu-%"),
    ("eu regions", "eu-%"),
    ("european regions", "eu-%"),
    ("asia", "ap-%"),
    ("asia pacific", "ap-%"),
    ("us regions", "us-%"),
    ("the us", "us-%"),
    ("usa", "us-%"),
    ("united states", "us-%"),
    ("america", "us-%"),
];

/// Words that region names are made of, and places.
pub(crate) fn is_word(word: &str) -> bool {
    SIDES.contains(&word)
        || PLACES
            .iter()
            .any(|(place, _)| place.split(' ').any(|part| part == word))
}

/// The region these words name, or its pattern.
pub(crate) fn region(words: &str) -> Option<String> {
    let dashed = words.replace(' ', "-");
    let squeezed = words.replace(' ', "");
    domain::region::workspaces_regions()
        .iter()
        .find(|known| **known == dashed || squeezed.len() > 6 && known.replace('-', "") == squeezed)
        .cloned()
        .or_else(|| is_region(&dashed).then(|| dashed.clone()))
        .or_else(|| {
            PLACES
                .iter()
                .find(|(place, _)| *place == words)
                .map(|(_, region)| (*region).to_owned())
        })
}

const SIDES: [&str; 10] = [
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "southeast",
    "northwest",
    "southwest",
    "gov",
];

/// `xx-word-1`
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return false;
    };
    first.len() == 2
        && first.chars().all(|c| c.is_ascii_lowercase())
        && !middle.is_empty()
        && middle.iter().all(|side| SIDES.contains(side))
        && last.len() == 1
        && last.chars().all(|c| c.is_ascii_digit())
}
