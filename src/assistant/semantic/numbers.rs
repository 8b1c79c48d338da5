//! Numbers in words and digits: "60", "1,000", "sixty-five", "a couple of".

use super::text::Token;

const NUMBERS: &[(&str, f64)] = &[
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("eighteen", 18.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("dozen", 12.0),
    ("couple", 2.0),
    ("thousand", 1000.0),
];

/// The number at the beginning of `tokens` and how many tokens it takes.
pub(crate) fn number(tokens: &[Token]) -> Option<(f64, usize)> {
    let first = tokens.first()?;
    if first.literal {
        return None;
    }
    if let Ok(value) = first.text.parse::<f64>() {
        if !first.text.starts_with(|c: char| c.is_ascii_digit()) || !value.is_finite() {
            return None;
        }
        // "1,000" is one number.
        if let [_, comma, rest, ..] = tokens
            && comma.text == ","
            && comma.glued
            && rest.glued
            && rest.text.len() == 3
            && let Ok(thousands) = rest.text.parse::<u32>()
        {
            return Some((value * 1000.0 + f64::from(thousands), 3));
        }
        return Some((value, 1));
    }
    let word = |token: &Token| {
        NUMBERS
            .iter()
            .find(|(name, _)| *name == token.text)
            .map(|(_, value)| *value)
    };
    let start = usize::from(first.text == "a" && tokens.len() > 1);
    let mut value = word(tokens.get(start)?)?;
    if start == 1 && value < 12.0 && tokens[1].text != "couple" {
        return None;
    }
    let mut taken = start + 1;
    if let Some(next) = tokens.get(taken).and_then(word) {
        if (20.0..100.0).contains(&value) && next < 10.0 {
            value += next;
            taken += 1;
        } else if value < 100.0 && next >= 100.0 {
            value *= next;
            taken += 1;
        }
    }
    if tokens[start].text == "couple" && tokens.get(taken).is_some_and(|t| t.text == "of") {
        taken += 1;
    }
    Some((value, taken))
}
