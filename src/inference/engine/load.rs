//! Opening a model: where it lies, and everything that a session with it needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::EngineConfig;
use super::session::{Reader, Transformer};
use crate::chat::{ChatError, ChatTemplate};
use crate::models::{self, Borrowed, Model, ModelError};
use crate::ops::Compute;
use crate::pool::{Pool, default_threads};
use crate::prefix::model_fingerprint;
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::weights::{ModelFile, WeightsError};

use super::gauges::Facts;

/// Where a model's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelSource {
    /// A GGUF file.
    File(PathBuf),
    /// A part of a file: an executable that carries its model.
    Part {
        path: PathBuf,
        offset: u64,
        length: u64,
    },
}

impl ModelSource {
    pub fn open(&self) -> Result<ModelFile, WeightsError> {
        match self {
            Self::File(path) => ModelFile::open(path),
            Self::Part {
                path,
                offset,
                length,
            } => ModelFile::open_range(path, *offset, *length),
        }
    }

    fn fingerprint(&self, length: u64, variant: &str) -> Result<[u8; 32], WeightsError> {
        model_fingerprint(self.path(), self.offset(), length, variant).map_err(|source| {
            WeightsError::Io {
                path: self.path().to_owned(),
                source,
            }
        })
    }

    fn offset(&self) -> u64 {
        match self {
            Self::File(_) => 0,
            Self::Part { offset, .. } => *offset,
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Part { path, .. } => path,
        }
    }
}

#[derive(Debug, Error)]
pub enum LoadError {
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(transparent)]
    Chat(#[from] ChatError),
    #[error("the model knows {embedded} tokens and its tokenizer {named}")]
    Vocabulary { embedded: usize, named: usize },
    #[error("the threads for it do not start: {0}")]
    Threads(std::io::Error),
}

/// Everything that answers.
pub struct Loaded {
    pub(super) tokenizer: Arc<Tokenizer>,
    pub(super) chat: ChatTemplate,
    pub(super) reader: Box<dyn Reader>,
    /// Tells this model's kept prompts from others'.
    pub(super) fingerprint: [u8; 32],
    pub(super) facts: Facts,
}

pub(super) fn load(config: &EngineConfig) -> Result<Loaded, LoadError> {
    let file = config.source.open()?;
    let tokenizer = Tokenizer::from_metadata(file.metadata())?;
    let chat = ChatTemplate::from_metadata(file.metadata(), &tokenizer)?;
    check_vocabulary(&file, &tokenizer)?;
    let facts = Facts {
        quantization: models::quantization(&file),
        file_bytes: file.byte_count() as u64,
        ..Facts::default()
    };
    let architecture = models::architecture(file.metadata())?;
    let (reader, variant, facts): (Box<dyn Reader>, _, _) =
        if models::BORROWED.contains(&architecture) {
            let model = Borrowed::load(&file, config.source.path(), config.source.offset())?;
            let facts = Facts {
                architecture: model.name.clone(),
                context: config.context.min(model.context),
                threads: std::thread::available_parallelism().map_or(1, usize::from),
                kernel: "candle".to_owned(),
                ..facts
            };
            (Box::new(model), "", facts)
        } else {
            let model = Model::load(&file, Some(config.context))?;
            let threads = config.threads.unwrap_or_else(default_threads);
            let pool = Pool::new(threads).map_err(LoadError::Threads)?;
            pool.pin_caller();
            let compute = Compute::new(Arc::new(pool));
            let facts = Facts {
                architecture: model.parameters.architecture.clone(),
                context: model.context,
                threads: compute.pool().threads(),
                kernel: compute.kernel_name().to_owned(),
                ..facts
            };
            let variant = model.variant();
            (Box::new(Transformer::new(model, compute)), variant, facts)
        };
    Ok(Loaded {
        tokenizer: Arc::new(tokenizer),
        chat,
        reader,
        fingerprint: config.source.fingerprint(facts.file_bytes, variant)?,
        facts,
    })
}

/// What a check of a model file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub architecture: String,
    pub quantization: Option<String>,
    pub bytes: u64,
}

/// Whether a model would load, without loading it: header, tokenizer, template, tensors.
pub fn check(source: &ModelSource) -> Result<Checked, LoadError> {
    let file = source.open()?;
    let architecture = models::architecture(file.metadata())?;
    if models::BORROWED.contains(&architecture) {
        Borrowed::load(&file, source.path(), source.offset())?;
    } else {
        Model::load(&file, None)?;
    }
    let tokenizer = Tokenizer::from_metadata(file.metadata())?;
    ChatTemplate::from_metadata(file.metadata(), &tokenizer)?;
    check_vocabulary(&file, &tokenizer)?;
    Ok(Checked {
        architecture: architecture.to_owned(),
        quantization: models::quantization(&file),
        bytes: file.byte_count() as u64,
    })
}

/// A token that the tokenizer makes must have a row in the model. Models may have more rows than
/// tokens, for padding.
fn check_vocabulary(file: &ModelFile, tokenizer: &Tokenizer) -> Result<(), LoadError> {
    let embedded = file.matrix("token_embd.weight")?.row_count();
    let named = tokenizer.vocabulary().len();
    if named > embedded {
        return Err(LoadError::Vocabulary { embedded, named });
    }
    Ok(())
}
