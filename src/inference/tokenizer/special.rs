//! Finds special tokens in text. Control tokens count only where the text is trusted; tokens that
//! the vocabulary defines as plain text count everywhere.

use super::vocabulary::{Kind, Vocabulary};

/// A stretch of a prompt.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    pub text: &'a str,
    /// Whether a control token written out in it is one. Only what we wrote may say so.
    pub parse_special: bool,
}

pub(super) enum Fragment<'a> {
    Token(u32),
    Text(&'a str),
}

struct SpecialToken {
    id: u32,
    text: String,
    only_if_trusted: bool,
    strips_right: bool,
}

pub(super) struct SpecialTokens {
    /// The longest first, so that one that holds another wins.
    tokens: Vec<SpecialToken>,
}

impl SpecialTokens {
    pub(super) fn of(vocabulary: &Vocabulary) -> Self {
        let mut tokens: Vec<SpecialToken> = (0..u32::try_from(vocabulary.len()).unwrap_or(0))
            .filter(|id| !vocabulary.text(*id).is_empty())
            .filter_map(|id| {
                let only_if_trusted = match vocabulary.kind(id) {
                    Kind::Control | Kind::Unknown => true,
                    Kind::UserDefined => false,
                    _ => return None,
                };
                let text = vocabulary.text(id).to_owned();
                Some(SpecialToken {
                    id,
                    only_if_trusted,
                    strips_right: vocabulary.specials_strip_right
                        && !matches!(text.as_str(), "<unk>" | "<s>" | "<|endoftext|>"),
                    text,
                })
            })
            .collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.text.len()));
        Self { tokens }
    }

    /// Cuts `text`, which is the spans' texts one after the other, at special tokens.
    pub(super) fn cut<'a>(&self, text: &'a str, spans: &[Span<'_>]) -> Vec<Fragment<'a>> {
        let mut trusted = Vec::new();
        let mut from = 0;
        for span in spans {
            if span.parse_special {
                trusted.push((from, from + span.text.len()));
            }
            from += span.text.len();
        }
        let mut pieces = vec![Piece::Text(0, text.len())];
        for token in &self.tokens {
            if !text.contains(&token.text) {
                continue;
            }
            let mut cut = Vec::with_capacity(pieces.len());
            for piece in pieces {
                match piece {
                    Piece::Text(start, end) => token.cut(text, start, end, &trusted, &mut cut),
                    token @ Piece::Token(_) => cut.push(token),
                }
            }
            pieces = cut;
        }
        pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Token(id) => Some(Fragment::Token(id)),
                Piece::Text(start, end) if start < end => Some(Fragment::Text(&text[start..end])),
                Piece::Text(..) => None,
            })
            .collect()
    }
}

enum Piece {
    Token(u32),
    Text(usize, usize),
}

impl SpecialToken {
    fn cut(
        &self,
        text: &str,
        start: usize,
        end: usize,
        trusted: &[(usize, usize)],
        cut: &mut Vec<Piece>,
    ) {
        let mut from = start;
        let mut search = start;
        while let Some(at) = text[search..end].find(&self.text) {
            let first = search + at;
            let last = first + self.text.len();
            let counts = !self.only_if_trusted
                || trusted
                    .iter()
                    .any(|(start, end)| *start <= first && last <= *end);
            if !counts {
                search = first + self.text.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            if first > from {
                cut.push(Piece::Text(from, first));
            }
            cut.push(Piece::Token(self.id));
            from = last;
            if self.strips_right {
                let rest = &text[last..end];
                let kept = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
                from = end - kept.len();
            }
            search = from;
        }
        if from < end {
            cut.push(Piece::Text(from, end));
        }
    }
}
