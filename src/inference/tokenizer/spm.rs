//! SentencePiece as GGUF files of the `llama` kind use it: white space is written `▁`, the
//! neighbours whose joined token has the highest score are joined first, and a character that no
//! token spells becomes its bytes.

use std::cmp::Ordering;

use super::merge::{Pairs, merge};
use super::vocabulary::{Kind, Vocabulary};

const SPACE: char = '▁';

/// A stretch of the text: first byte and the one after its last.
type Stretch = (usize, usize);

/// Orders scores; files hold no NaN that means anything.
#[derive(Clone, Copy, PartialEq)]
struct Score(f32);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

struct ByScore<'a> {
    vocabulary: &'a Vocabulary,
    text: &'a str,
}

impl Pairs for ByScore<'_> {
    type Symbol = Stretch;
    type Rank = Score;

    fn join(&self, left: Stretch, right: Stretch) -> Option<(Score, Stretch)> {
        let joined = (left.0, right.1);
        let id = self.vocabulary.find_plain(&self.text[joined.0..joined.1])?;
        Some((Score(self.vocabulary.score(id)), joined))
    }
}

pub(super) fn encode(
    vocabulary: &Vocabulary,
    text: &str,
    space_prefix: bool,
    tokens: &mut Vec<u32>,
) {
    let mut escaped = String::with_capacity(text.len() + 8);
    if space_prefix {
        escaped.push(SPACE);
    }
    escaped.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
    let characters: Vec<Stretch> = escaped
        .char_indices()
        .map(|(at, c)| (at, at + c.len_utf8()))
        .collect();
    let pairs = ByScore {
        vocabulary,
        text: &escaped,
    };
    for (start, end) in merge(&pairs, &characters) {
        let piece = &escaped[start..end];
        match vocabulary.find_plain(piece) {
            Some(id) => tokens.push(id),
            None => tokens.extend(piece.bytes().filter_map(|byte| {
                vocabulary
                    .find(&format!("<0x{byte:02X}>"))
                    .or_else(|| vocabulary.find("<unk>"))
            })),
        }
    }
}

pub(super) fn bytes_of(vocabulary: &Vocabulary, id: u32) -> Vec<u8> {
    let text = vocabulary.text(id);
    if vocabulary.kind(id) == Kind::Byte {
        return text
            .strip_prefix("<0x")
            .and_then(|hex| hex.strip_suffix('>'))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .into_iter()
            .collect();
    }
    text.replace(SPACE, " ").into_bytes()
}
