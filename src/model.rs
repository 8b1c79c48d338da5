//! Which language model this process answers with, and when it is loaded. A model that cannot be
//! used is shown as failed, and everything else keeps running.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use domain::text_model::{
    Generated, ModelState, ModelStatus, TextModel, TextModelError, TextRequest,
};
use inference::engine::{Engine, EngineConfig, ModelSource};
use inference::library::{Library, LibraryError};
use inference::packed;

use crate::config::AiConfig;

/// An error of `inference` as one text. Its texts name their causes, and a chain would name them
/// again.
pub fn said<T>(result: Result<T, impl std::fmt::Display>) -> anyhow::Result<T> {
    result.map_err(|error| anyhow::anyhow!("{error}"))
}

/// Imported models of a data folder.
pub fn library(data_dir: &Path, ai: &AiConfig) -> Library {
    let folder = ai.models_dir.clone();
    Library::new(folder.unwrap_or_else(|| data_dir.join("models")))
}

/// The model that `ai` names, else the one chosen in the folder, else the one this program carries.
fn chosen(data_dir: &Path, ai: &AiConfig) -> anyhow::Result<Option<(String, ModelSource)>> {
    let library = library(data_dir, ai);
    if let Some(wanted) = &ai.model {
        let file = PathBuf::from(wanted);
        if file.is_file() {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            return Ok(Some((stem.into_owned(), ModelSource::File(file))));
        }
        let entry = match library.find(Some(wanted)) {
            Err(LibraryError::Unknown(_)) => anyhow::bail!(
                "{wanted} is neither a file nor an imported model; `stocktake model list` shows \
                 which there are"
            ),
            found => said(found)?,
        };
        return Ok(Some((entry.name.clone(), library.source(&entry))));
    }
    match library.find(None) {
        Ok(entry) => return Ok(Some((entry.name.clone(), library.source(&entry)))),
        Err(LibraryError::Empty) => {}
        Err(error) => return said(Err(error)),
    }
    let carried = said(packed::embedded())?;
    Ok(carried.map(|carried| (carried.name, carried.source)))
}

/// The model to answer with. A server loads it now, so that the first question finds it ready; a
/// command when a question needs it, because most do not.
pub fn open(data_dir: &Path, ai: &AiConfig, at_once: bool) -> Option<Arc<dyn TextModel>> {
    if !ai.enabled {
        return None;
    }
    let (name, source) = match chosen(data_dir, ai) {
        Ok(Some(chosen)) => chosen,
        Ok(None) => return None,
        Err(error) => {
            let error = format!("{error:#}");
            tracing::error!("the language model cannot be used: {error}");
            return Some(Arc::new(Unusable { error }));
        }
    };
    let config = EngineConfig {
        threads: (ai.threads > 0).then_some(ai.threads),
        context: ai.context,
        queue_capacity: ai.queue.max(1),
        prefix_folder: Some(data_dir.join("prompts")),
        ..EngineConfig::new(name, source)
    };
    if !at_once {
        return Some(Arc::new(Lazy {
            config,
            engine: OnceLock::new(),
        }));
    }
    let engine = Engine::start(config);
    engine.prepare(assistant::instructions());
    Some(Arc::new(engine))
}

/// A status with nothing to tell but how it is.
fn bare(name: &str, state: ModelState, error: Option<String>) -> ModelStatus {
    ModelStatus {
        state,
        error,
        name: name.to_owned(),
        architecture: None,
        quantization: None,
        file_bytes: 0,
        context_tokens: 0,
        threads: 0,
        kernel: String::new(),
        requests: 0,
        queued: 0,
        queue_capacity: 1,
        prefill_tokens_per_second: 0.0,
        decode_tokens_per_second: 0.0,
        prefix_hit_rate: 0.0,
        resident_bytes: 0,
    }
}

/// A model that was chosen and cannot be used.
struct Unusable {
    error: String,
}

impl TextModel for Unusable {
    fn status(&self) -> ModelStatus {
        bare("none", ModelState::Failed, Some(self.error.clone()))
    }

    fn generate(
        &self,
        _: &TextRequest,
        _: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, TextModelError> {
        Err(TextModelError::NotLoaded(self.error.clone()))
    }
}

/// A model that is loaded by the first question that needs it.
struct Lazy {
    config: EngineConfig,
    engine: OnceLock<Engine>,
}

impl TextModel for Lazy {
    fn status(&self) -> ModelStatus {
        match self.engine.get() {
            Some(engine) => engine.status(),
            None => ModelStatus {
                queue_capacity: u32::try_from(self.config.queue_capacity).unwrap_or(u32::MAX),
                ..bare(&self.config.name, ModelState::Ready, None)
            },
        }
    }

    fn generate(
        &self,
        request: &TextRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, TextModelError> {
        let engine = self
            .engine
            .get_or_init(|| Engine::start(self.config.clone()));
        let left = request.deadline.saturating_duration_since(Instant::now());
        if engine.wait_ready(left).state == ModelState::Loading {
            return Err(TextModelError::Deadline);
        }
        engine.generate(request, on_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(ai: &AiConfig) -> Option<ModelStatus> {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), ai, false).map(|model| model.status())
    }

    #[test]
    fn without_a_model_there_is_none_and_a_wrong_one_says_why() {
        assert_eq!(status(&AiConfig::default()), None);
        let wrong = AiConfig {
            model: Some("no-such-model".to_owned()),
            ..AiConfig::default()
        };
        let status = status(&wrong).unwrap();
        assert_eq!(status.state, ModelState::Failed);
        let error = status.error.unwrap();
        assert!(error.contains("no-such-model"), "{error}");
        let off = AiConfig {
            enabled: false,
            ..wrong
        };
        assert_eq!(super::tests::status(&off), None);
    }
}
