//! Byte-level pair merges as GGUF files of the `gpt2` kind use them: every byte is written as a
//! printable character, text is cut into words, and within a word pairs are joined in the order in
//! which training found them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

use candle_core::quantized::gguf_file::Value;

use super::TokenizerError;
use super::merge::{Pairs, merge};
use super::split::Words;
use super::vocabulary::{Vocabulary, texts};

/// A byte that no token spells. It joins nothing and is left out.
const NO_TOKEN: u32 = u32::MAX;

pub(super) struct Bpe {
    /// Pair to its place in the order and the token it becomes.
    merges: HashMap<(u32, u32), (u32, u32)>,
    /// Token of each byte.
    bytes: [u32; 256],
    words: Words,
}

impl Pairs for Bpe {
    type Symbol = u32;
    type Rank = Reverse<u32>;

    fn join(&self, left: u32, right: u32) -> Option<(Reverse<u32>, u32)> {
        let (place, joined) = self.merges.get(&(left, right))?;
        Some((Reverse(*place), *joined))
    }
}

impl Bpe {
    pub(super) fn from_metadata(
        metadata: &HashMap<String, Value>,
        vocabulary: &Vocabulary,
    ) -> Result<Self, TokenizerError> {
        let words = match metadata.get("tokenizer.ggml.pre") {
            Some(Value::String(name)) => Words::named(name)?,
            Some(_) => return Err(TokenizerError::Malformed("tokenizer.ggml.pre")),
            // Files from before the key existed mean this one.
            None => Words::named("default")?,
        };
        let lines = texts(metadata, "tokenizer.ggml.merges")?
            .ok_or(TokenizerError::Missing("tokenizer.ggml.merges"))?;
        let mut merges = HashMap::with_capacity(lines.len());
        let mut joined = String::new();
        for (place, line) in lines.iter().enumerate() {
            // The first character may itself be the space of an odd vocabulary.
            let split = line
                .char_indices()
                .skip(1)
                .find(|(_, c)| *c == ' ')
                .map(|(at, _)| line.split_at(at))
                .ok_or(TokenizerError::Malformed("tokenizer.ggml.merges"))?;
            let (left, right) = (split.0, &split.1[1..]);
            joined.clear();
            joined.push_str(left);
            joined.push_str(right);
            let ids = (
                vocabulary.find(left),
                vocabulary.find(right),
                vocabulary.find(&joined),
            );
            if let (Some(left), Some(right), Some(joined)) = ids {
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                merges.entry((left, right)).or_insert((place, joined));
            }
        }
        let mut bytes = [NO_TOKEN; 256];
        for (byte, token) in bytes.iter_mut().enumerate() {
            let mut buffer = [0; 4];
            let text = CHARACTERS[byte].encode_utf8(&mut buffer);
            *token = vocabulary.find(text).unwrap_or(NO_TOKEN);
        }
        Ok(Self {
            merges,
            bytes,
            words,
        })
    }

    pub(super) fn encode(&self, vocabulary: &Vocabulary, text: &str, tokens: &mut Vec<u32>) {
        for word in self.words.cut(text) {
            if self.words.whole_words_first {
                let written: String = word.bytes().map(|byte| CHARACTERS[byte as usize]).collect();
                if let Some(id) = vocabulary.find_plain(&written) {
                    tokens.push(id);
                    continue;
                }
            }
            let symbols: Vec<u32> = word.bytes().map(|byte| self.bytes[byte as usize]).collect();
            tokens.extend(
                merge(self, &symbols)
                    .into_iter()
                    .filter(|id| *id != NO_TOKEN),
            );
        }
    }
}

pub(super) fn bytes_of(vocabulary: &Vocabulary, id: u32) -> Vec<u8> {
    let text = vocabulary.text(id);
    let bytes: Option<Vec<u8>> = text.chars().map(|c| BYTES.get(&c).copied()).collect();
    // A text with other characters was added to the vocabulary as it is.
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

/// How each byte is written: itself where it is printable, otherwise the next free character from
/// U+0100 on.
static CHARACTERS: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut characters = ['\0'; 256];
    let mut next = 0x100;
    for (byte, character) in (0_u8..=255).zip(characters.iter_mut()) {
        let printable = matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
        *character = if printable {
            char::from(byte)
        } else {
            next += 1;
            char::from_u32(next - 1).unwrap_or('\u{FFFD}')
        };
    }
    characters
});

static BYTES: LazyLock<HashMap<char, u8>> =
    LazyLock::new(|| CHARACTERS.iter().copied().zip(0_u8..=255).collect());
