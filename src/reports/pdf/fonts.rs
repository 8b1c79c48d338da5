//! The fonts in the binary, unpacked once, and what they say about letters.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;

/// In the order in which they are asked for a character.
const PACKED: [&[u8]; 3] = [
    include_bytes!("../../../assets/reports/fonts/Inter-Regular.otf.br"),
    include_bytes!("../../../assets/reports/fonts/Inter-SemiBold.otf.br"),
    include_bytes!("../../../assets/reports/fonts/DroidSansFallback.ttf.br"),
];

pub struct Fonts {
    pub book: LazyHash<FontBook>,
    pub all: Vec<Font>,
    /// Each font as it measures letters; the weights differ too little to matter to an estimate.
    measures: Vec<FontInstance>,
}

pub static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let all: Vec<Font> = PACKED.iter().copied().filter_map(unpacked).collect();
    let measure = |font: &Font| {
        font.clone().instantiate(
            FontVariant::default(),
            Abs::pt(10.0),
            &FontVariations::default(),
        )
    };
    Fonts {
        book: LazyHash::new(FontBook::from_fonts(&all)),
        measures: all.iter().map(measure).collect(),
        all,
    }
});

fn unpacked(packed: &[u8]) -> Option<Font> {
    let mut out = Vec::new();
    brotli::BrotliDecompress(&mut &packed[..], &mut out).ok()?;
    Font::new(Bytes::new(out), 0)
}

/// Whether some font has a shape for the character, or needs none.
pub fn have(letter: char) -> bool {
    letter.is_ascii()
        || letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
        || FONTS
            .all
            .iter()
            .any(|font| font.info().coverage.contains(letter.into()))
}

/// How wide a text is on one line, in em; digits as tables set them, all of one width.
pub fn width(text: &str) -> f64 {
    text.chars().map(letter_width).sum()
}

fn letter_width(letter: char) -> f64 {
    const DIGIT: f64 = 0.65;
    if letter.is_ascii_digit() {
        return DIGIT;
    }
    FONTS
        .measures
        .iter()
        .find_map(|font| {
            let face = font.ttf();
            let advance = face.glyph_hor_advance(face.glyph_index(letter)?)?;
            Some(f64::from(advance) / f64::from(face.units_per_em()))
        })
        .unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_is_there_and_names_have_shapes() {
        assert_eq!(FONTS.all.len(), PACKED.len());
        for name in [
            "Žofie Nováková",
            "東京 髙橋 山﨑 澤",
            "김민준",
            "Ελένη",
            "Дмитрий",
            "Nguyễn",
            "$€£ – … −",
        ] {
            assert!(name.chars().all(have), "{name}");
        }
        assert!(!have('ก') && !have('😀'));
    }

    #[test]
    fn widths_are_near_the_fonts_own() {
        assert_eq!(width("0000"), width("1111"));
        assert!(width("W") > width("i") && width("東京") > 1.9);
    }
}
