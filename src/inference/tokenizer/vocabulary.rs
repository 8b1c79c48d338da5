//! The tokens of a model and what its metadata says about them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use candle_core::quantized::gguf_file::Value;

use super::TokenizerError;

/// What a token is, as GGUF numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Normal,
    Unknown,
    /// Steers the model and is never text.
    Control,
    /// Text that is always one token, found before anything else.
    UserDefined,
    Unused,
    /// One byte, for what no other token spells.
    Byte,
}

impl Kind {
    fn of(number: i64, text: &str) -> Self {
        match number {
            2 => Self::Unknown,
            3 => Self::Control,
            // Some files call their control tokens plain text. Taken at their word, anybody could
            // end a turn by writing one.
            4 if ENDS.contains(&text) || is_written_as_control(text) => Self::Control,
            4 => Self::UserDefined,
            5 => Self::Unused,
            6 => Self::Byte,
            _ => Self::Normal,
        }
    }
}

fn is_written_as_control(text: &str) -> bool {
    text.len() > 4 && text.starts_with("<|") && text.ends_with("|>")
}

/// Texts that end a turn in the families of models there are. Files name one end token, and some
/// models end their turns with another.
const ENDS: &[&str] = &[
    "<|end|>",
    "<|endoftext|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<end_of_turn>",
    "</s>",
];

pub struct Vocabulary {
    /// `tokenizer.ggml.model`: `llama` or `gpt2`.
    pub(super) model: String,
    texts: Vec<Arc<str>>,
    kinds: Vec<Kind>,
    scores: Vec<f32>,
    ids: HashMap<Arc<str>, u32>,
    ends: BTreeSet<u32>,
    pub(super) adds_space_prefix: bool,
    /// Special tokens swallow the white space that follows them.
    pub(super) specials_strip_right: bool,
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    /// A prompt begins with `bos` even if its template does not write it.
    pub adds_bos: bool,
}

impl Vocabulary {
    pub(super) fn from_metadata(metadata: &HashMap<String, Value>) -> Result<Self, TokenizerError> {
        let model = match metadata.get("tokenizer.ggml.model") {
            Some(Value::String(model)) => model.clone(),
            Some(_) => return Err(TokenizerError::Malformed("tokenizer.ggml.model")),
            None => return Err(TokenizerError::Missing("tokenizer.ggml.model")),
        };
        let sentence_piece = model == "llama";
        let texts = texts(metadata, "tokenizer.ggml.tokens")?
            .ok_or(TokenizerError::Missing("tokenizer.ggml.tokens"))?;
        if texts.is_empty() {
            return Err(TokenizerError::Malformed("tokenizer.ggml.tokens"));
        }
        let kinds = match numbers(metadata, "tokenizer.ggml.token_type")? {
            Some(kinds) => kinds
                .into_iter()
                .zip(&texts)
                .map(|(number, text)| Kind::of(number, text))
                .collect(),
            None => vec![Kind::Normal; texts.len()],
        };
        let scores = match floats(metadata, "tokenizer.ggml.scores")? {
            Some(scores) => scores,
            None if sentence_piece => {
                return Err(TokenizerError::Missing("tokenizer.ggml.scores"));
            }
            None => vec![0.0; texts.len()],
        };
        if kinds.len() != texts.len() {
            return Err(TokenizerError::Malformed("tokenizer.ggml.token_type"));
        }
        if scores.len() != texts.len() {
            return Err(TokenizerError::Malformed("tokenizer.ggml.scores"));
        }
        let id_of = |key: &str| {
            let id = metadata.get(key)?.to_u32().ok()?;
            ((id as usize) < texts.len()).then_some(id)
        };
        let flag = |key: &str| metadata.get(key).and_then(|value| value.to_bool().ok());
        let bos = id_of("tokenizer.ggml.bos_token_id");
        let eos = id_of("tokenizer.ggml.eos_token_id");
        let mut ids = HashMap::with_capacity(texts.len());
        for (id, text) in texts.iter().enumerate() {
            // The format counts tokens in 32 bits; a longer list would not have been read.
            ids.insert(text.clone(), u32::try_from(id).unwrap_or(u32::MAX));
        }
        let mut ends: BTreeSet<u32> = ["eos", "eot", "eom"]
            .iter()
            .filter_map(|name| id_of(&format!("tokenizer.ggml.{name}_token_id")))
            .collect();
        ends.extend(
            ENDS.iter()
                .filter_map(|text| ids.get(*text).copied())
                .filter(|id| kinds[*id as usize] == Kind::Control),
        );
        // The published files of this family say nowhere that the white space after a special
        // token belongs to it; the model was trained so.
        let phi3 = matches!(metadata.get("general.name"), Some(Value::String(name))
            if name.to_lowercase().contains("phi-3") || name.to_lowercase().contains("phi3"))
            || matches!(metadata.get("general.architecture"), Some(Value::String(name)) if name == "phi3");
        Ok(Self {
            adds_space_prefix: sentence_piece
                && flag("tokenizer.ggml.add_space_prefix").unwrap_or(true),
            specials_strip_right: sentence_piece && phi3,
            adds_bos: flag("tokenizer.ggml.add_bos_token")
                .unwrap_or(sentence_piece || begins_with_bos(metadata)),
            model,
            texts,
            kinds,
            scores,
            ids,
            ends,
            bos,
            eos,
        })
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// A token as the file writes it; empty for an id that is not one.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize).map_or("", |text| text)
    }

    #[must_use]
    pub fn kind(&self, id: u32) -> Kind {
        self.kinds.get(id as usize).copied().unwrap_or(Kind::Unused)
    }

    pub(super) fn score(&self, id: u32) -> f32 {
        self.scores.get(id as usize).copied().unwrap_or(f32::MIN)
    }

    /// The token that the file writes so.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// The token that spells ordinary text so. Control tokens do not: text that looks like one
    /// stays text.
    pub(super) fn find_plain(&self, text: &str) -> Option<u32> {
        self.find(text)
            .filter(|id| !matches!(self.kind(*id), Kind::Control | Kind::Unknown | Kind::Unused))
    }

    /// Text begins with a space that stands for "a word begins here".
    #[must_use]
    pub fn adds_space_prefix(&self) -> bool {
        self.adds_space_prefix
    }

    /// Tokens that end an answer.
    #[must_use]
    pub fn ends(&self) -> &BTreeSet<u32> {
        &self.ends
    }
}

/// Byte-level families that begin with `bos` where the file does not say.
fn begins_with_bos(metadata: &HashMap<String, Value>) -> bool {
    matches!(metadata.get("tokenizer.ggml.pre"), Some(Value::String(name))
        if matches!(name.as_str(), "llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "pixtral"))
}

fn array<'a>(
    metadata: &'a HashMap<String, Value>,
    key: &'static str,
) -> Result<Option<&'a Vec<Value>>, TokenizerError> {
    match metadata.get(key) {
        None => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values)),
        Some(_) => Err(TokenizerError::Malformed(key)),
    }
}

/// A list of texts in the metadata.
pub(super) fn texts(
    metadata: &HashMap<String, Value>,
    key: &'static str,
) -> Result<Option<Vec<Arc<str>>>, TokenizerError> {
    array(metadata, key)?
        .map(|values| {
            values
                .iter()
                .map(|value| match value {
                    Value::String(text) => Ok(Arc::from(text.as_str())),
                    _ => Err(TokenizerError::Malformed(key)),
                })
                .collect()
        })
        .transpose()
}

fn numbers(
    metadata: &HashMap<String, Value>,
    key: &'static str,
) -> Result<Option<Vec<i64>>, TokenizerError> {
    array(metadata, key)?
        .map(|values| {
            values
                .iter()
                .map(|value| match value {
                    Value::I32(number) => Ok(i64::from(*number)),
                    Value::U32(number) => Ok(i64::from(*number)),
                    Value::U8(number) => Ok(i64::from(*number)),
                    Value::I8(number) => Ok(i64::from(*number)),
                    _ => Err(TokenizerError::Malformed(key)),
                })
                .collect()
        })
        .transpose()
}

fn floats(
    metadata: &HashMap<String, Value>,
    key: &'static str,
) -> Result<Option<Vec<f32>>, TokenizerError> {
    array(metadata, key)?
        .map(|values| {
            values
                .iter()
                .map(|value| value.to_f32().map_err(|_| TokenizerError::Malformed(key)))
                .collect()
        })
        .transpose()
}
