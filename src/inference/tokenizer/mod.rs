//! Text to tokens and back, as the model's own file describes it. Nothing outside the GGUF is
//! read: the vocabulary, its scores or merges, and its special tokens all stand in its metadata.
//!
//! | file | holds |
//! |---|---|
//! | `vocabulary` | the tokens and what the metadata says about them |
//! | `special` | finding special tokens in text, and what must not be taken for one |
//! | `merge` | joining neighbours, best first; both encoders work by it |
//! | `spm` | SentencePiece: scores, and bytes where a character is unknown |
//! | `bpe` | byte-level pair merges |
//! | `split` | how text is cut into words before byte-level merges |
//! | `decode` | tokens to text that is whole UTF-8 at every step |

mod bpe;
mod decode;
mod merge;
mod special;
mod split;
mod spm;
mod vocabulary;

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use thiserror::Error;

pub use decode::Decoder;
pub use special::Span;
use special::{Fragment, SpecialTokens};
pub use vocabulary::{Kind, Vocabulary};

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenizerError {
    #[error("the file has no {0}; it is not a complete language model")]
    Missing(&'static str),
    #[error("the file's {0} is not what the format says")]
    Malformed(&'static str),
    #[error(
        "its tokenizer is {0:?}; llama (SentencePiece) and gpt2 (byte-level merges) are supported"
    )]
    Model(String),
    #[error("its words are cut by {0:?}, which is not among the supported: {supported}", supported = split::NAMES.join(", "))]
    Words(String),
    #[error("a word pattern does not compile: {0}")]
    Pattern(String),
}

enum Encoder {
    Spm,
    Bpe(Box<bpe::Bpe>),
}

/// Encodes and decodes with one model's vocabulary.
pub struct Tokenizer {
    vocabulary: Vocabulary,
    specials: SpecialTokens,
    encoder: Encoder,
}

impl Tokenizer {
    /// Reads it from a GGUF's metadata.
    pub fn from_metadata(metadata: &HashMap<String, Value>) -> Result<Self, TokenizerError> {
        let vocabulary = Vocabulary::from_metadata(metadata)?;
        let encoder = match vocabulary.model.as_str() {
            "llama" => Encoder::Spm,
            "gpt2" => Encoder::Bpe(Box::new(bpe::Bpe::from_metadata(metadata, &vocabulary)?)),
            other => return Err(TokenizerError::Model(other.to_owned())),
        };
        Ok(Self {
            specials: SpecialTokens::of(&vocabulary),
            vocabulary,
            encoder,
        })
    }

    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Tokens of `text`. Control tokens that are written out in it are taken for such only if
    /// `parse_special`.
    #[must_use]
    pub fn encode(&self, text: &str, parse_special: bool) -> Vec<u32> {
        self.encode_spans(&[Span {
            text,
            parse_special,
        }])
    }

    /// Tokens of the spans as one text; control tokens are found only within spans that may hold
    /// them, so that what a person or a table wrote cannot end its own turn.
    #[must_use]
    pub fn encode_spans(&self, spans: &[Span<'_>]) -> Vec<u32> {
        let mut tokens = Vec::new();
        let mut after_special = true;
        let text: String = spans.iter().map(|span| span.text).collect();
        for fragment in self.specials.cut(&text, spans) {
            match fragment {
                Fragment::Token(id) => {
                    tokens.push(id);
                    after_special = true;
                }
                Fragment::Text(text) => {
                    let prefixed = self.vocabulary.adds_space_prefix && after_special;
                    self.encode_plain(text, prefixed, &mut tokens);
                    after_special = false;
                }
            }
        }
        tokens
    }

    /// Tokens of text that goes on in the middle of an answer: no space is put in front.
    #[must_use]
    pub fn encode_continuation(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        self.encode_plain(text, false, &mut tokens);
        tokens
    }

    fn encode_plain(&self, text: &str, space_prefix: bool, tokens: &mut Vec<u32>) {
        match &self.encoder {
            Encoder::Spm => spm::encode(&self.vocabulary, text, space_prefix, tokens),
            Encoder::Bpe(bpe) => bpe.encode(&self.vocabulary, text, tokens),
        }
    }

    /// The bytes a token stands for in an answer; control tokens stand for none.
    #[must_use]
    pub fn bytes_of(&self, id: u32) -> Vec<u8> {
        let vocabulary = &self.vocabulary;
        match (vocabulary.kind(id), &self.encoder) {
            (Kind::Control | Kind::Unknown | Kind::Unused, _) => Vec::new(),
            (Kind::UserDefined, _) => vocabulary.text(id).as_bytes().to_vec(),
            (Kind::Byte | Kind::Normal, Encoder::Spm) => spm::bytes_of(vocabulary, id),
            (Kind::Byte | Kind::Normal, Encoder::Bpe(_)) => bpe::bytes_of(vocabulary, id),
        }
    }

    /// Turns an answer's tokens into text, one by one.
    #[must_use]
    pub fn decoder(&self) -> Decoder<'_> {
        Decoder::new(self)
    }
}
