//! Where a text may break that has no spaces: identifiers and file names are wider than a column.

use super::fonts;

/// Marks a place for a break. The template puts nothing there, so that a copied identifier is whole.
pub const BREAK: char = '\u{200b}';

/// `text` as it is set in a line of `room` em: clean, and with marks in words that are wider.
pub fn fitted(text: &str, room: f64) -> String {
    let clean = clean(text);
    if fonts::width(&clean) <= room {
        return clean;
    }
    let mut out = String::with_capacity(clean.len() + 8);
    for word in clean.split_inclusive(' ') {
        if fonts::width(word.trim_end()) > room {
            broken(&mut out, word, room);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// Breaks after signs that end a part of a name, and anywhere in a part that is still too wide.
fn broken(out: &mut String, word: &str, room: f64) {
    for part in word.split_inclusive(['-', '_', '.', '/', '\\', '@', ':', ',', ';', '|', '=', '&'])
    {
        let mut used = 0.0;
        for letter in part.chars() {
            let wide = fonts::width(letter.encode_utf8(&mut [0; 4]));
            if used > 0.0 && used + wide > room {
                out.push(BREAK);
                used = 0.0;
            }
            used += wide;
            out.push(letter);
        }
        out.push(BREAK);
    }
}

/// Control characters become spaces. Marks of ours that somebody else set are left out, and so are those
/// that turn the direction of the text that follows.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(
            |letter| !matches!(letter, &BREAK | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
        )
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// The widest piece that has to stand on one line, in em.
pub fn widest_word(text: &str) -> f64 {
    text.split_whitespace()
        .map(fonts::width)
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_do_not_fit_are_marked() {
        assert_eq!(
            fitted("short words stay as they are", 4.0),
            "short words stay as they are"
        );
        let marked = fitted("corp-eu-west-1.example", 8.0).replace(BREAK, "|");
        assert_eq!(marked, "corp-|eu-|west-|1.|example|");
        let marked = fitted("aaaaaaaaaaaa", 3.0).replace(BREAK, "|");
        assert_eq!(marked, "aaaaa|aaaaa|aa|");
    }

    #[test]
    fn control_characters_and_foreign_marks_go() {
        assert_eq!(clean("a\u{200b}b\tc\nd\u{7}\u{202e}e"), "ab c d e");
    }
}
