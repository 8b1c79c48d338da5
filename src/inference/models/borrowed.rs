//! Architectures that have no file of ours yet, as candle-transformers computes them: with its own
//! copy of the weights, its kernels and threads, and a cache that cannot be rewound or kept. Right,
//! and slower.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Tensor};
use candle_transformers::models::{quantized_gemma3, quantized_qwen3};

use super::{ModelError, parameters};
use crate::weights::ModelFile;

enum Architecture {
    Gemma3(quantized_gemma3::ModelWeights),
    Qwen3(quantized_qwen3::ModelWeights),
}

/// One of them, and how much it has read.
pub struct Borrowed {
    architecture: Architecture,
    pub name: String,
    /// Tokens it was made to read.
    pub context: usize,
    len: usize,
}

impl Borrowed {
    /// Reads the model at `offset` of a file, whose header `checked` is known to be sound.
    pub fn load(checked: &ModelFile, path: &Path, offset: u64) -> Result<Self, ModelError> {
        let name = parameters::architecture(checked.metadata())?.to_owned();
        let key = format!("{name}.context_length");
        let context = checked
            .metadata()
            .get(&key)
            .and_then(|value| value.to_u32().ok())
            .ok_or(ModelError::Missing(key))?;
        let io = |error| ModelError::Compute(candle_core::Error::Io(error));
        let mut file = BufReader::new(File::open(path).map_err(io)?);
        file.seek(SeekFrom::Start(offset)).map_err(io)?;
        let content = Content::read(&mut file)?;
        let device = Device::Cpu;
        let architecture = match name.as_str() {
            "gemma3" => Architecture::Gemma3(quantized_gemma3::ModelWeights::from_gguf(
                content, &mut file, &device,
            )?),
            "qwen3" => Architecture::Qwen3(quantized_qwen3::ModelWeights::from_gguf(
                content, &mut file, &device,
            )?),
            _ => return Err(ModelError::Architecture(name)),
        };
        Ok(Self {
            architecture,
            name,
            context: context as usize,
            len: 0,
        })
    }

    /// Positions it has read.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        if let Architecture::Qwen3(model) = &mut self.architecture {
            model.clear_kv_cache();
        }
        self.len = 0;
    }

    /// Reads on, and gives the logits after the last token. After the first call tokens go one by
    /// one: with several, some of these models look only at what came in such calls.
    pub fn read(
        &mut self,
        tokens: &[u32],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError> {
        let step = if self.len == 0 { tokens.len() } else { 1 };
        let mut logits = Vec::new();
        for tokens in tokens.chunks(step.max(1)) {
            if stop() {
                return Err(ModelError::Stopped);
            }
            let input = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
            let output = match &mut self.architecture {
                Architecture::Gemma3(model) => model.forward(&input, self.len)?,
                Architecture::Qwen3(model) => model.forward(&input, self.len)?,
            };
            self.len += tokens.len();
            logits = output
                .to_dtype(candle_core::DType::F32)?
                .flatten_all()?
                .to_vec1()?;
        }
        Ok(logits)
    }
}
