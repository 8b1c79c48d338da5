//! What a header says about a model's shape, and tensors checked against it. A header is believed
//! only as far as the tensors agree, so that a forward pass never meets a shape it cannot take.

use std::collections::HashMap;
use std::sync::Arc;

use candle_core::quantized::gguf_file::Value;

use super::ModelError;
use crate::weights::{ModelFile, QuantMatrix};

/// No real model is larger in any of these.
const MOST_LAYERS: usize = 1024;
const MOST_HEAD_DIM: usize = 512;
const MOST_CONTEXT: usize = 1 << 24;

#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    pub architecture: String,
    /// Tokens the model was made to read.
    pub context: usize,
    pub layers: usize,
    pub width: usize,
    pub feed_forward: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    /// Values of each head that are turned by position.
    pub rope_dims: usize,
    pub rope_base: f32,
    pub eps: f32,
    /// Positions a token sees, itself included.
    pub window: Option<usize>,
}

/// The keys of one architecture in a header.
struct Keys<'a> {
    metadata: &'a HashMap<String, Value>,
    architecture: &'a str,
}

impl Keys<'_> {
    fn find(&self, key: &str) -> Option<&Value> {
        self.metadata.get(&format!("{}.{key}", self.architecture))
    }

    fn wrong(&self, key: &str, value: &Value) -> ModelError {
        ModelError::Parameter {
            key: format!("{}.{key}", self.architecture),
            value: format!("{value:?}").chars().take(60).collect(),
        }
    }

    /// A count, if the header has it.
    fn count(&self, key: &str) -> Result<Option<usize>, ModelError> {
        self.find(key)
            .map(|value| {
                match value {
                    Value::U64(number) => usize::try_from(*number).ok(),
                    Value::I32(number) => usize::try_from(*number).ok(),
                    other => other.to_u32().ok().map(|number| number as usize),
                }
                .ok_or_else(|| self.wrong(key, value))
            })
            .transpose()
    }

    fn needed(&self, key: &str) -> Result<usize, ModelError> {
        self.count(key)?
            .ok_or_else(|| ModelError::Missing(format!("{}.{key}", self.architecture)))
    }

    fn float(&self, key: &str) -> Result<Option<f32>, ModelError> {
        self.find(key)
            .map(|value| value.to_f32().map_err(|_| self.wrong(key, value)))
            .transpose()
    }
}

/// The architecture that a header names.
pub fn architecture(metadata: &HashMap<String, Value>) -> Result<&str, ModelError> {
    match metadata.get("general.architecture") {
        Some(Value::String(name)) => Ok(name),
        _ => Err(ModelError::Missing("general.architecture".to_owned())),
    }
}

impl Parameters {
    /// Reads what all supported architectures have in common.
    pub fn read(file: &ModelFile) -> Result<Self, ModelError> {
        let architecture = architecture(file.metadata())?;
        if !super::SUPPORTED.contains(&architecture) {
            return Err(ModelError::Architecture(architecture.to_owned()));
        }
        let keys = Keys {
            metadata: file.metadata(),
            architecture,
        };
        if keys.count("expert_count")?.unwrap_or(0) > 0 {
            return Err(ModelError::Feature("a mixture of experts".to_owned()));
        }
        let width = keys.needed("embedding_length")?;
        let heads = keys.needed("attention.head_count")?;
        let even = width.checked_div(heads).unwrap_or(0);
        let head_dim = keys.count("attention.key_length")?.unwrap_or(even);
        let kv_heads = keys.count("attention.head_count_kv")?.unwrap_or(heads);
        let parameters = Self {
            architecture: architecture.to_owned(),
            context: keys.needed("context_length")?,
            layers: keys.needed("block_count")?,
            width,
            feed_forward: keys.needed("feed_forward_length")?,
            heads,
            kv_heads,
            head_dim,
            rope_dims: keys.count("rope.dimension_count")?.unwrap_or(head_dim),
            rope_base: keys.float("rope.freq_base")?.unwrap_or(10_000.0),
            eps: keys
                .float("attention.layer_norm_rms_epsilon")?
                .unwrap_or(1e-5),
            window: keys
                .count("attention.sliding_window")?
                .filter(|window| *window > 0),
        };
        parameters.check()?;
        Ok(parameters)
    }

    fn check(&self) -> Result<(), ModelError> {
        let possible = [
            (
                "context_length",
                self.context,
                self.context <= MOST_CONTEXT && self.context > 0,
            ),
            (
                "block_count",
                self.layers,
                (1..=MOST_LAYERS).contains(&self.layers),
            ),
            ("embedding_length", self.width, self.width > 0),
            (
                "feed_forward_length",
                self.feed_forward,
                self.feed_forward > 0,
            ),
            ("attention.head_count", self.heads, self.heads > 0),
            (
                "attention.head_count_kv",
                self.kv_heads,
                self.kv_heads > 0 && self.heads.is_multiple_of(self.kv_heads),
            ),
            (
                "attention.key_length",
                self.head_dim,
                (1..=MOST_HEAD_DIM).contains(&self.head_dim),
            ),
            (
                "rope.dimension_count",
                self.rope_dims,
                self.rope_dims <= self.head_dim && self.rope_dims.is_multiple_of(2),
            ),
        ];
        for (key, value, possible) in possible {
            if !possible {
                return Err(ModelError::Parameter {
                    key: format!("{}.{key}", self.architecture),
                    value: value.to_string(),
                });
            }
        }
        if !(self.rope_base.is_finite() && self.rope_base > 0.0 && self.eps >= 0.0) {
            return Err(ModelError::Parameter {
                key: format!("{}.rope.freq_base", self.architecture),
                value: self.rope_base.to_string(),
            });
        }
        Ok(())
    }

    /// A number of this architecture's header that only some have.
    pub fn float(&self, file: &ModelFile, key: &str) -> Result<Option<f32>, ModelError> {
        self.keys(file).float(key)
    }

    /// As [`Parameters::float`], for counts.
    pub fn count(&self, file: &ModelFile, key: &str) -> Result<Option<usize>, ModelError> {
        self.keys(file).count(key)
    }

    /// As [`Parameters::float`], for words.
    #[must_use]
    pub fn word<'a>(&self, file: &'a ModelFile, key: &str) -> Option<&'a str> {
        match file.metadata().get(&format!("{}.{key}", self.architecture)) {
            Some(Value::String(word)) => Some(word),
            _ => None,
        }
    }

    fn keys<'a>(&'a self, file: &'a ModelFile) -> Keys<'a> {
        Keys {
            metadata: file.metadata(),
            architecture: &self.architecture,
        }
    }

    /// Width of all query heads together.
    #[must_use]
    pub fn query_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all key heads together.
    #[must_use]
    pub fn key_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// What scores are multiplied by.
    #[must_use]
    pub fn scale(&self) -> f32 {
        1.0 / (self.head_dim as f32).sqrt()
    }

    #[must_use]
    pub fn kv_shape(&self) -> crate::kv::KvShape {
        crate::kv::KvShape {
            layers: self.layers,
            kv_heads: self.kv_heads,
            head_dim: self.head_dim,
        }
    }

    /// A matrix of exactly this shape.
    pub fn matrix(
        &self,
        file: &ModelFile,
        name: &str,
        rows: usize,
        cols: usize,
    ) -> Result<QuantMatrix, ModelError> {
        let matrix = file.matrix(name)?;
        if (matrix.row_count(), matrix.col_count()) != (rows, cols) {
            return Err(wrong_shape(name, &matrix, format!("{rows} by {cols}")));
        }
        Ok(matrix)
    }

    /// A matrix over the model's width with as many rows as the file gives it: the vocabulary.
    pub fn matrix_of_width(&self, file: &ModelFile, name: &str) -> Result<QuantMatrix, ModelError> {
        let matrix = file.matrix(name)?;
        if matrix.col_count() != self.width || matrix.row_count() == 0 {
            return Err(wrong_shape(name, &matrix, format!("{} wide", self.width)));
        }
        Ok(matrix)
    }

    /// A vector of exactly this length.
    pub fn vector(
        &self,
        file: &ModelFile,
        name: &str,
        length: usize,
    ) -> Result<Arc<[f32]>, ModelError> {
        let vector = file.vector(name)?;
        if vector.len() != length {
            return Err(ModelError::Shape {
                name: name.to_owned(),
                rows: 1,
                cols: vector.len(),
                wanted: format!("{length} long"),
            });
        }
        Ok(vector)
    }
}

fn wrong_shape(name: &str, matrix: &QuantMatrix, wanted: String) -> ModelError {
    ModelError::Shape {
        name: name.to_owned(),
        rows: matrix.row_count(),
        cols: matrix.col_count(),
        wanted,
    }
}
