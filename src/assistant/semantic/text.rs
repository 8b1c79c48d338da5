//! A question's words: lower case, short forms written out, marks that mean something kept.

/// One word or mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub text: String,
    /// As it was typed.
    pub typed: String,
    /// No space stood before it.
    pub glued: bool,
    /// It stood in quotation marks.
    pub quoted: bool,
    /// An id of AWS or of ours, a number of twelve digits, or an address.
    pub literal: bool,
}

/// Short forms and what they stand for.
const SHORT: &[(&str, &str)] = &[
    ("can't", "can not"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("dont", "do not"),
    ("doesnt", "does not"),
    ("didnt", "did not"),
    ("havent", "have not"),
    ("hasnt", "has not"),
    ("hadnt", "had not"),
    ("isnt", "is not"),
    ("arent", "are not"),
    ("wasnt", "was not"),
    ("werent", "were not"),
    ("cant", "can not"),
    ("cannot", "can not"),
    ("whats", "what is"),
    ("whos", "who is"),
    ("wheres", "where is"),
    ("theres", "there is"),
    ("aint", "is not"),
    ("ain't", "is not"),
    ("gimme", "give me"),
    ("u", "you"),
    ("r", "are"),
    ("hv", "have"),
    ("hav", "have"),
    ("teh", "the"),
    ("hte", "the"),
    ("hwo", "how"),
    ("waht", "what"),
    ("wat", "what"),
    ("wich", "which"),
    ("hw", "how"),
    ("mnay", "many"),
    ("amny", "many"),
    ("nto", "not"),
    ("whos'", "whose"),
    ("w/o", "without"),
    ("w/out", "without"),
    ("w/", "with"),
    ("incl", "including"),
    ("excl", "excluding"),
    ("nr", "number"),
    ("num", "number"),
    ("qty", "quantity"),
    ("approx", "about"),
    ("thats", "that is"),
    ("im", "i am"),
    ("ive", "i have"),
    ("id'd", "identified"),
    ("24/7", "always on"),
    ("rn", "right now"),
    ("atm", "at the moment"),
    ("ppl", "people"),
    ("mny", "many"),
    ("lst", "last"),
    ("acct", "account"),
    ("accts", "accounts"),
    ("dirs", "directories"),
    ("what're", "what are"),
    ("who've", "who have"),
    ("nobodys", "nobody is"),
    ("noones", "no one is"),
    ("w", "with"),
    ("n", "and"),
    ("em", "them"),
    ("'em", "them"),
    ("weve", "we have"),
    ("youve", "you have"),
    ("theyve", "they have"),
    ("thru", "through"),
    ("cnt", "count"),
    ("msg", "message"),
    ("msgs", "messages"),
    ("dir", "directory"),
    ("perf", "performance"),
    ("cred", "credentials"),
    ("creds", "credentials"),
    ("abt", "about"),
    ("btwn", "between"),
    ("b4", "before"),
    ("tho", "though"),
    ("yday", "yesterday"),
];

/// What a short form of a verb stands for.
const ENDINGS: &[(&str, &str)] = &[
    ("n't", "not"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'d", "would"),
    ("'ll", "will"),
    ("'m", "am"),
];

/// Words before which `'s` is "is".
const IS_WORDS: &[&str] = &[
    "what", "who", "where", "when", "there", "that", "it", "here", "how", "let",
];

/// The words of `text`, at most `most`.
pub(crate) fn tokens(text: &str, most: usize) -> Vec<Token> {
    let text: String = text
        .chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' | '`' | '\u{b4}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' => '"',
            '\u{2013}' | '\u{2014}' => '-',
            '\u{2265}' => '\u{1}',
            '\u{2264}' => '\u{2}',
            '\u{d7}' => 'x',
            other if other.is_control() => ' ',
            other => other,
        })
        .collect();
    let mut found: Vec<Token> = Vec::new();
    let mut quoted = false;
    for chunk in text.split_whitespace() {
        if found.len() > most {
            break;
        }
        chunk_tokens(chunk, &mut quoted, &mut found);
    }
    found
}

fn push(found: &mut Vec<Token>, text: &str, typed: &str, glued: bool, quoted: bool) {
    for (at, word) in text.split(' ').enumerate() {
        if !word.is_empty() {
            found.push(Token {
                text: word.to_owned(),
                typed: typed.to_owned(),
                glued: glued && at == 0,
                quoted,
                literal: false,
            });
        }
    }
}

fn chunk_tokens(chunk: &str, quoted: &mut bool, found: &mut Vec<Token>) {
    let bare = chunk.trim_matches(|c: char| ".,?!:;()\"'[]{}".contains(c));
    let lower = bare.to_lowercase();
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == lower) {
        push(found, long, bare, false, *quoted);
        if chunk.ends_with(',') {
            push(found, ",", ",", true, false);
        }
        return;
    }
    if is_literal(&lower) {
        found.push(Token {
            text: lower,
            typed: bare.to_owned(),
            glued: false,
            quoted: *quoted,
            literal: true,
        });
        if chunk.ends_with(',') {
            push(found, ",", ",", true, false);
        }
        return;
    }
    let mut word = String::new();
    let mut first = true;
    let mut characters = chunk.chars().peekable();
    let flush = |word: &mut String, first: &mut bool, quoted: bool, found: &mut Vec<Token>| {
        if !word.is_empty() {
            split_endings(word, !*first, quoted, found);
            *first = false;
            word.clear();
        }
    };
    while let Some(c) = characters.next() {
        let inside =
            c == '\'' && !word.is_empty() && characters.peek().is_some_and(|n| n.is_alphanumeric());
        let decimal = c == '.'
            && word.chars().all(|d| d.is_ascii_digit())
            && !word.is_empty()
            && characters.peek().is_some_and(char::is_ascii_digit);
        if c.is_alphanumeric() || inside || decimal {
            // "80gb" is a number and its unit.
            if c.is_alphabetic()
                && word.chars().all(|d| d.is_ascii_digit() || d == '.')
                && !word.is_empty()
            {
                flush(&mut word, &mut first, *quoted, found);
            }
            word.push(c);
            continue;
        }
        let had = !word.is_empty();
        flush(&mut word, &mut first, *quoted, found);
        let mark = match c {
            '"' => {
                *quoted = !*quoted;
                None
            }
            ',' => Some(","),
            '%' => Some("percent"),
            '&' => Some("and"),
            '+' if had && at_least(found) => None,
            '+' => Some("plus"),
            '/' if had => Some("/"),
            '=' => Some("="),
            ':' if had && characters.peek().is_some() => Some("="),
            '>' if characters.peek() == Some(&'=') => {
                characters.next();
                Some(">=")
            }
            '<' if characters.peek() == Some(&'=') => {
                characters.next();
                Some("<=")
            }
            '>' => Some(">"),
            '<' => Some("<"),
            '\u{1}' => Some(">="),
            '\u{2}' => Some("<="),
            '#' => Some("number"),
            ';' if characters.peek().is_some() => Some(";"),
            '$' => Some("$"),
            '€' => Some("€"),
            '*' | '|' | '\\' | '{' | '}' | '~' | '^' => Some("*"),
            _ => None,
        };
        if let Some(mark) = mark {
            push(found, mark, mark, !first, false);
            first = false;
        }
    }
    flush(&mut word, &mut first, *quoted, found);
}

/// "90+ days" and "80gb+" are at least that many: says so before the number that ends `found`.
fn at_least(found: &mut Vec<Token>) -> bool {
    let number = |at: usize| {
        found
            .get(at)
            .is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()))
    };
    let Some(last) = found.len().checked_sub(1) else {
        return false;
    };
    let at = match last.checked_sub(1) {
        _ if number(last) => last,
        Some(before) if found[last].glued && number(before) => before,
        _ => return false,
    };
    found.insert(
        at,
        Token {
            text: ">=".to_owned(),
            typed: "+".to_owned(),
            glued: false,
            quoted: false,
            literal: false,
        },
    );
    true
}

fn split_endings(word: &str, glued: bool, quoted: bool, found: &mut Vec<Token>) {
    let lower: String = word.to_lowercase().chars().map(plain).collect();
    for (ending, long) in ENDINGS {
        if let Some(stem) = lower.strip_suffix(ending)
            && !stem.is_empty()
        {
            push(found, stem, word, glued, quoted);
            push(found, long, word, true, quoted);
            return;
        }
    }
    if let Some(stem) = lower.strip_suffix("'s") {
        push(found, stem, word.trim_end_matches("'s"), glued, quoted);
        let long = if IS_WORDS.contains(&stem) { "is" } else { "s" };
        push(found, long, "'s", true, quoted);
        return;
    }
    let lower = lower.trim_matches('\'').replace('\'', "");
    push(found, &lower, word, glued, quoted);
}

/// A letter without its accent, for the letters names here are likely to have.
fn plain(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        'ß' => 's',
        other => other,
    }
}

fn is_literal(text: &str) -> bool {
    let id = ["ws-", "wsb-", "d-", "subnet-"].iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= 2
                && rest.len() <= 40
                && rest
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                && rest.chars().any(|c| c.is_ascii_digit())
                || prefix == &"ws-"
                    && rest.len() >= 6
                    && rest.chars().all(|c| c.is_ascii_alphanumeric())
        })
    });
    let account = text.len() == 12 && text.chars().all(|c| c.is_ascii_digit());
    let uuid = text.len() == 36
        && text.chars().enumerate().all(|(at, c)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                c == '-'
            } else {
                c.is_ascii_hexdigit()
            }
        });
    let address =
        text.split('.').count() == 4 && text.split('.').all(|part| part.parse::<u8>().is_ok());
    id || account || uuid || address
}

/// How many single-letter edits lie between two words, neighbours swapped counting once; at most
/// `most`, above which the answer is `most + 1`.
pub(crate) fn distance(left: &str, right: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        let mut best = i;
        for j in 1..=b.len() {
            let swap = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + swap);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
            best = best.min(row[j]);
        }
        if best > most {
            return most + 1;
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

/// How many edits a word of this length may be away from what was meant.
pub(crate) fn tolerance(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=8 => 1,
        _ => 2,
    }
}

/// Whether `typed` may be `word` with a slip of the fingers. Short words must keep their letters:
/// one changed letter makes "host" of "most".
pub(crate) fn slip(typed: &str, word: &str) -> Option<usize> {
    let most = tolerance(typed);
    if most == 0 {
        return None;
    }
    let edits = distance(typed, word, most);
    if edits > most {
        return None;
    }
    let same_start = typed.chars().next() == word.chars().next()
        || typed
            .chars()
            .take(2)
            .eq(word.chars().take(2).collect::<Vec<_>>().into_iter().rev());
    if !same_start && typed.chars().count() < 7 {
        return None;
    }
    if typed.chars().count() <= 4
        || typed.chars().count() == 5 && typed.chars().count() == word.chars().count()
    {
        let mut left: Vec<char> = typed.chars().collect();
        let mut right: Vec<char> = word.chars().collect();
        left.sort_unstable();
        right.sort_unstable();
        if left != right {
            return None;
        }
    }
    Some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text, 200)
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn short_forms_are_written_out_and_marks_kept() {
        assert_eq!(
            words("What's Acme's count?"),
            ["what", "is", "acme", "s", "count"]
        );
        assert_eq!(words("haven't, CAN’T"), ["have", "not", ",", "can", "not"]);
        assert_eq!(
            words("Team=Sales >= 80GB"),
            ["team", "=", "sales", ">=", "80", "gb"]
        );
        assert_eq!(
            words("us-east-1 AUTO_STOP"),
            ["us", "east", "1", "auto", "stop"]
        );
        assert_eq!(words("ws-0abc12 10.0.0.1"), ["ws-0abc12", "10.0.0.1"]);
        assert_eq!(
            words("90+ days, 80gb+"),
            [">=", "90", "days", ",", ">=", "80", "gb"]
        );
        assert_eq!(words("power + value"), ["power", "plus", "value"]);
    }

    #[test]
    fn slips_are_near_words_and_not_other_words() {
        assert_eq!(slip("desktps", "desktops"), Some(1));
        assert_eq!(slip("wrokspaces", "workspaces"), Some(1));
        assert_eq!(slip("host", "most"), None);
        assert_eq!(slip("cast", "cost"), None);
        assert_eq!(slip("whcih", "which"), Some(1));
    }
}
