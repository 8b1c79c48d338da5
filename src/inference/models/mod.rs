//! The architectures, one self-contained file each, over the shared operations and cache.
//!
//! | file | holds |
//! |---|---|
//! | `parameters` | what a header says about a model's shape, checked against its tensors |
//! | `phi3` | Phi-3: fused projections, long and short rotary factors, a sliding window |
//! | `llama` | Llama and what is built like it: SmolLM2, TinyLlama |
//! | `qwen2` | Qwen2 and 2.5: biases on queries, keys and values |
//! | `borrowed` | Gemma 3 and Qwen3, as candle-transformers computes them |

mod borrowed;
mod llama;
mod parameters;
mod phi3;
mod qwen2;

use std::collections::HashMap;

use candle_core::Tensor;
use candle_core::quantized::gguf_file::Value;
use thiserror::Error;

use crate::kv::{KvCache, KvShape};
use crate::ops::Compute;
use crate::weights::{ModelFile, QuantMatrix, WeightsError};
pub use borrowed::Borrowed;
pub use parameters::{Parameters, architecture};

/// The architectures on our own operations, as `general.architecture` names them.
pub const SUPPORTED: &[&str] = &["phi3", "llama", "qwen2"];
/// Those that candle-transformers computes.
pub const BORROWED: &[&str] = &["gemma3", "qwen3"];

#[derive(Debug, Error)]
pub enum ModelError {
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("the model's header has no {0}")]
    Missing(String),
    #[error("the model's header says {key} = {value}, which cannot be")]
    Parameter { key: String, value: String },
    #[error("tensor {name} is {rows} by {cols} where the header makes it {wanted}")]
    Shape {
        name: String,
        rows: usize,
        cols: usize,
        wanted: String,
    },
    #[error("its architecture is {0:?}; supported are {supported}", supported = [SUPPORTED, BORROWED].concat().join(", "))]
    Architecture(String),
    #[error("this model uses {0}, which is not supported")]
    Feature(String),
    #[error("the forward pass was stopped")]
    Stopped,
    #[error("a forward pass failed: {0}")]
    Compute(#[from] candle_core::Error),
}

/// Whose logits a forward pass should give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nobody's: the tokens are only read.
    Nothing,
    /// The last token's.
    Last,
    /// Every token's.
    All,
}

/// One forward pass.
pub struct Step<'a> {
    /// Read at the positions that follow the cache's.
    pub tokens: &'a [u32],
    pub wanted: Wanted,
    /// Asked before each layer, so that a long pass ends soon after nobody waits for it.
    pub stop: &'a dyn Fn() -> bool,
}

impl Step<'_> {
    fn go_on(&self) -> Result<(), ModelError> {
        if (self.stop)() {
            return Err(ModelError::Stopped);
        }
        Ok(())
    }
}

/// A loaded architecture.
pub trait Architecture: Send + Sync {
    fn kv_shape(&self) -> KvShape;

    /// What else than the file decides about keys and values: caches of different variants do not
    /// go together.
    fn variant(&self) -> &'static str {
        ""
    }

    /// Stores what the tokens leave in the cache, without counting them in. Gives logits `[rows,
    /// vocabulary]` as wanted; no rows for `Nothing`.
    fn forward(
        &self,
        compute: &Compute,
        cache: &mut KvCache,
        step: &Step<'_>,
    ) -> Result<Tensor, ModelError>;
}

/// A model that can go on with tokens.
pub struct Model {
    pub parameters: Parameters,
    /// Tokens a conversation may have.
    pub context: usize,
    architecture: Box<dyn Architecture>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Model({}, {})",
            self.parameters.architecture, self.context
        )
    }
}

impl Model {
    /// Takes a model's weights out of its file. `context` limits what the model could read; the
    /// choice between long and short rotary factors follows from it.
    pub fn load(file: &ModelFile, context: Option<usize>) -> Result<Self, ModelError> {
        let parameters = Parameters::read(file)?;
        let context = context.map_or(parameters.context, |limit| limit.min(parameters.context));
        let architecture: Box<dyn Architecture> = match parameters.architecture.as_str() {
            "phi3" => Box::new(phi3::Phi3::load(file, &parameters, context)?),
            "llama" => Box::new(llama::Llama::load(file, &parameters)?),
            "qwen2" => Box::new(qwen2::Qwen2::load(file, &parameters)?),
            other => return Err(ModelError::Architecture(other.to_owned())),
        };
        Ok(Self {
            parameters,
            context,
            architecture,
        })
    }

    #[must_use]
    pub fn kv_shape(&self) -> KvShape {
        self.architecture.kv_shape()
    }

    /// See [`Architecture::variant`].
    #[must_use]
    pub fn variant(&self) -> &'static str {
        self.architecture.variant()
    }

    /// See [`Architecture::forward`]; counts the tokens into the cache. A pass that fails or is
    /// stopped leaves the cache as it was.
    pub fn forward(
        &self,
        compute: &Compute,
        cache: &mut KvCache,
        step: &Step<'_>,
    ) -> Result<Tensor, ModelError> {
        let logits = self.architecture.forward(compute, cache, step)?;
        cache.advance(step.tokens.len());
        Ok(logits)
    }
}

/// The last norm and the matrix to the vocabulary, which all architectures share.
struct Head {
    norm: std::sync::Arc<[f32]>,
    eps: f32,
    matrix: QuantMatrix,
}

impl Head {
    /// A file without `output.weight` uses its embedding table both ways.
    fn load(file: &ModelFile, parameters: &Parameters) -> Result<Self, ModelError> {
        let name = if file.has("output.weight") {
            "output.weight"
        } else {
            "token_embd.weight"
        };
        Ok(Self {
            norm: parameters.vector(file, "output_norm.weight", parameters.width)?,
            eps: parameters.eps,
            matrix: parameters.matrix_of_width(file, name)?,
        })
    }

    fn logits(&self, compute: &Compute, x: &Tensor, wanted: Wanted) -> Result<Tensor, ModelError> {
        let tokens = x.dim(0)?;
        let rows = match wanted {
            Wanted::Nothing => x.narrow(0, 0, 0)?,
            Wanted::Last => x.narrow(0, tokens - 1, 1)?,
            Wanted::All => x.clone(),
        };
        if wanted == Wanted::Nothing {
            return Ok(rows);
        }
        let normed = compute.rms_norm(&rows, &self.norm, self.eps, self.matrix.form())?;
        Ok(compute.matmul(&self.matrix, &normed)?)
    }
}

/// The type that most of the weights are written in, as the operator would say it: `Q4_K`.
#[must_use]
pub fn quantization(file: &ModelFile) -> Option<String> {
    let mut bytes: HashMap<&'static str, usize> = HashMap::new();
    for name in file.tensor_names() {
        if let Ok(matrix) = file.matrix(name) {
            *bytes.entry(written(matrix.kind())).or_default() += matrix.bytes().len();
        }
    }
    bytes
        .into_iter()
        .max_by_key(|(name, bytes)| (*bytes, *name))
        .map(|(name, _)| name.to_owned())
}

fn written(kind: crate::weights::WeightType) -> &'static str {
    use crate::weights::WeightType as Type;
    match kind {
        Type::F32 => "F32",
        Type::F16 => "F16",
        Type::Bf16 => "BF16",
        Type::Q4_0 => "Q4_0",
        Type::Q4_1 => "Q4_1",
        Type::Q5_0 => "Q5_0",
        Type::Q5_1 => "Q5_1",
        Type::Q8_0 => "Q8_0",
        Type::Q4K => "Q4_K",
        Type::Q5K => "Q5_K",
        Type::Q6K => "Q6_K",
    }
}

/// What the file calls itself.
#[must_use]
pub fn name_of(metadata: &HashMap<String, Value>) -> Option<&str> {
    match metadata.get("general.name") {
        Some(Value::String(name)) => Some(name),
        _ => None,
    }
}
