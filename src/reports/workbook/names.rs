//! Names of sheets that Excel accepts: 31 characters at most, some of them forbidden, each name once
//! whatever its case.

use std::collections::HashSet;

const LONGEST: usize = 31;

pub struct SheetNames {
    taken: HashSet<String>,
}

impl SheetNames {
    pub fn new() -> Self {
        // Excel keeps this one for itself.
        let taken = HashSet::from(["history".to_owned()]);
        Self { taken }
    }

    /// The name nearest to `title` that is valid and not taken; it is taken from now on.
    pub fn take(&mut self, title: &str) -> String {
        let base = valid(title);
        let mut name = cut(&base, LONGEST).to_owned();
        let mut number = 1;
        while !self.taken.insert(name.to_lowercase()) {
            number += 1;
            let suffix = format!(" ({number})");
            name = format!("{}{suffix}", cut(&base, LONGEST - suffix.len()));
        }
        name
    }
}

fn valid(title: &str) -> String {
    let spaced: String = title
        .chars()
        .map(|letter| match letter {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' => ' ',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let name = words.join(" ");
    match name.trim_matches(['\'', ' ']) {
        "" => "Sheet".to_owned(),
        name => name.to_owned(),
    }
}

/// At most `limit` characters as Excel counts them, in UTF-16, and no apostrophe or space at the end.
fn cut(name: &str, limit: usize) -> &str {
    let mut used = 0;
    let end = name
        .char_indices()
        .find(|(_, letter)| {
            used += letter.len_utf16();
            used > limit
        })
        .map_or(name.len(), |(place, _)| place);
    if end == name.len() {
        name
    } else {
        name[..end].trim_end_matches(['\'', ' '])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_unique() {
        let mut names = SheetNames::new();
        let long = "Desktops that were not used for thirty days or more";
        for (title, name) in [
            ("Desktops", "Desktops"),
            ("desktops", "desktops (2)"),
            ("DESKTOPS", "DESKTOPS (3)"),
            ("Cost: EUR/USD [all]?*", "Cost EUR USD all"),
            ("'quoted'", "quoted"),
            ("", "Sheet"),
            ("///", "Sheet (2)"),
            ("History", "History (2)"),
            ("two\nlines", "two lines"),
            (long, "Desktops that were not used for"),
            (long, "Desktops that were not used (2)"),
            (
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
                "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
            ),
        ] {
            assert_eq!(names.take(title), name);
        }
    }
}
