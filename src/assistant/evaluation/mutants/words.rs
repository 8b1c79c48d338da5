//! SQL as a list of words: names, numbers, texts in quotes, operators.

/// Splits at what separates words; blanks are left out.
pub fn split(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => text_length(rest),
            c if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ if ["<=", ">=", "<>", "!=", "||", "->"]
                .iter()
                .any(|two| rest.starts_with(two)) =>
            {
                2
            }
            c => c.len_utf8(),
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    words
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

/// A text in quotes, in which a doubled quote is one of its signs.
fn text_length(rest: &str) -> usize {
    let mut signs = rest.char_indices().skip(1).peekable();
    while let Some((at, sign)) = signs.next() {
        if sign == '\'' {
            if signs.peek().is_some_and(|(_, next)| *next == '\'') {
                signs.next();
            } else {
                return at + 1;
            }
        }
    }
    rest.len()
}

/// One query again.
pub fn join(words: &[String]) -> String {
    words.join(" ")
}
