//! The thread's loop. It outlives whatever a request does: a panic ends that request, what the model
//! had read is forgotten, and the next request finds a working engine.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use domain::text_model::TextModelError;

use super::answer;
use super::gauges::Gauges;
use super::load::{LoadError, Loaded};
use super::queue::{Event, Job, Queue, Work};
use super::session::Session;
use crate::chat::{ChatError, ChatTemplate};
use crate::grammar::{GrammarError, Grammars};
use crate::models::ModelError;
use crate::pool::yield_to_others;
use crate::prefix::Prefixes;
use crate::sampler::SamplerConfig;
use crate::tokenizer::Tokenizer;

/// Instructions whose tokens are remembered. Each place that asks has one.
const REMEMBERED: usize = 16;

pub(super) struct Setup {
    pub(super) prefix_folder: Option<PathBuf>,
    pub(super) sampling: SamplerConfig,
}

/// What the thread owns.
pub(super) struct Desk {
    pub(super) tokenizer: Arc<Tokenizer>,
    pub(super) chat: ChatTemplate,
    pub(super) session: Session,
    pub(super) context: usize,
    pub(super) sampling: SamplerConfig,
    grammars: Option<Grammars>,
    instructions: HashMap<String, Arc<[u32]>>,
}

impl Desk {
    fn new(loaded: Loaded, setup: &Setup) -> Self {
        let prefixes = loaded
            .reader
            .kept_shape()
            .zip(setup.prefix_folder.clone())
            .map(|(shape, folder)| Prefixes::new(folder, loaded.fingerprint, shape));
        Self {
            tokenizer: loaded.tokenizer,
            chat: loaded.chat,
            session: Session::new(loaded.reader, prefixes),
            context: loaded.facts.context,
            sampling: setup.sampling,
            grammars: None,
            instructions: HashMap::new(),
        }
    }

    /// The vocabulary as grammars need it, made when the first is asked for.
    pub(super) fn grammars(&mut self) -> Result<&Grammars, GrammarError> {
        let made = match self.grammars.take() {
            Some(made) => made,
            None => Grammars::new(&self.tokenizer)?,
        };
        Ok(self.grammars.insert(made))
    }

    /// The tokens that prompts with these instructions begin with. None without instructions.
    pub(super) fn prefix(&mut self, instructions: &str) -> Result<Arc<[u32]>, ChatError> {
        if instructions.is_empty() {
            return Ok(Arc::from([]));
        }
        if let Some(tokens) = self.instructions.get(instructions) {
            return Ok(tokens.clone());
        }
        let tokens = self.chat.instructions(&self.tokenizer, instructions)?;
        let tokens: Arc<[u32]> = tokens.into();
        if self.instructions.len() >= REMEMBERED {
            self.instructions.clear();
        }
        self.instructions
            .insert(instructions.to_owned(), tokens.clone());
        Ok(tokens)
    }

    /// Keeps the instructions on disk. The answer does not depend on it.
    fn keep(&mut self, instructions: &str) {
        let Ok(prefix) = self.prefix(instructions) else {
            return;
        };
        if let Err(error) = self.session.keep(&prefix) {
            tracing::warn!("a prompt could not be kept: {error}");
        }
    }
}

pub(super) fn run(
    queue: &Queue,
    gauges: &Gauges,
    setup: &Setup,
    load: impl FnOnce() -> Result<Loaded, LoadError>,
) {
    // The threads that a model is loaded with, ours or candle's, are started from here.
    yield_to_others();
    let loaded = match catch_unwind(AssertUnwindSafe(load)) {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(error)) => return gauges.failed(error.to_string()),
        Err(panic) => return gauges.failed(panic_text(&*panic)),
    };
    let facts = loaded.facts.clone();
    let mut desk = Desk::new(loaded, setup);
    gauges.ready(facts);
    loop {
        match queue.next() {
            Work::Answer(job) => answer_one(&mut desk, queue, gauges, &job),
            Work::Prepare(instructions) => prepare(&mut desk, queue, instructions),
            Work::Stop => return,
        }
    }
}

fn answer_one(desk: &mut Desk, queue: &Queue, gauges: &Gauges, job: &Job) {
    gauges.count_request();
    let ended = catch_unwind(AssertUnwindSafe(|| answer::answer(desk, queue, job)));
    let result = ended.unwrap_or_else(|panic| {
        let text = panic_text(&*panic);
        tracing::error!("a question ended in a defect: {text}");
        desk.session.reset();
        // A panic within the grammar's own locks would poison them for all that follow.
        desk.grammars = None;
        Err(TextModelError::Failed(text))
    });
    if let Ok(generated) = &result {
        gauges.answered(&generated.usage);
    }
    let answered = result.is_ok();
    queue.done();
    // A caller that has gone needs no answer.
    let _ = job.events.send(Event::Done(result));
    if answered && !queue.is_wanted() {
        let kept = catch_unwind(AssertUnwindSafe(|| desk.keep(&job.request.instructions)));
        if let Err(panic) = kept {
            tracing::error!("a prompt could not be kept: {}", panic_text(&*panic));
        }
    }
}

/// Reads instructions while nobody asks anything.
fn prepare(desk: &mut Desk, queue: &Queue, instructions: String) {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let prefix = desk.prefix(&instructions)?;
        desk.session.prepare(&prefix, &|| queue.is_wanted())?;
        desk.keep(&instructions);
        if let Err(error) = desk.grammars() {
            tracing::warn!("this model cannot be held to grammars: {error}");
        }
        Ok::<(), PrepareError>(())
    }));
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(PrepareError::Model(ModelError::Stopped))) => queue.prepare_again(instructions),
        Ok(Err(error)) => {
            desk.session.reset();
            tracing::warn!("instructions could not be prepared: {error}");
        }
        Err(panic) => {
            desk.session.reset();
            tracing::error!(
                "instructions could not be prepared: {}",
                panic_text(&*panic)
            );
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum PrepareError {
    #[error(transparent)]
    Chat(#[from] ChatError),
    #[error(transparent)]
    Model(#[from] ModelError),
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("a defect: {}", text.as_deref().unwrap_or("without words"))
}
