//! The engine: one thread that owns a model, what it has read, and the pool it computes on. Others
//! put requests into a short queue and wait.
//!
//! | file | holds |
//! |---|---|
//! | `engine/load` | opening a model: weights, tokenizer, template |
//! | `engine/queue` | requests that wait, and the doors of both sides |
//! | `engine/thread` | the thread's loop: load, answer, prepare, survive |
//! | `engine/answer` | one request: prompt, forced and chosen tokens, text |
//! | `engine/session` | what the model has read so far, and what of it can be used again |
//! | `engine/gauges` | the numbers that a status shows |

mod answer;
mod gauges;
mod load;
mod queue;
mod session;
#[cfg(test)]
mod tests;
mod thread;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::text_model::{
    Generated, ModelState, ModelStatus, TextModel, TextModelError, TextRequest,
};

use crate::sampler::SamplerConfig;
use gauges::Gauges;
pub(crate) use gauges::memory;
pub use load::{Checked, LoadError, Loaded, ModelSource, check};
use queue::{Event, Queue};
pub(crate) use session::CHUNK;

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// What an engine is made of.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The name the operator knows the model by.
    pub name: String,
    pub source: ModelSource,
    /// Threads that compute, the engine's own included; `None` is one for each core but one.
    pub threads: Option<usize>,
    /// Tokens a conversation may have. The keys and values of all of them must fit into memory.
    pub context: usize,
    /// Requests that may wait or run.
    pub queue_capacity: usize,
    /// Where prompts are kept over a restart; nowhere if `None`.
    pub prefix_folder: Option<PathBuf>,
    pub sampling: SamplerConfig,
}

impl EngineConfig {
    /// The usual settings for a model.
    #[must_use]
    pub fn new(name: impl Into<String>, source: ModelSource) -> Self {
        Self {
            name: name.into(),
            source,
            threads: None,
            context: 4096,
            queue_capacity: 8,
            prefix_folder: None,
            sampling: SamplerConfig::default(),
        }
    }
}

/// A model that answers. Dropping it ends the running answer and the thread.
pub struct Engine {
    queue: Arc<Queue>,
    gauges: Arc<Gauges>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread and returns at once; the model loads meanwhile.
    #[must_use]
    pub fn start(config: EngineConfig) -> Self {
        let name = config.name.clone();
        let capacity = config.queue_capacity;
        let setup = thread::Setup {
            prefix_folder: config.prefix_folder.clone(),
            sampling: config.sampling,
        };
        Self::start_with(name, capacity, setup, move || load::load(&config))
    }

    fn start_with(
        name: String,
        capacity: usize,
        setup: thread::Setup,
        load: impl FnOnce() -> Result<Loaded, LoadError> + Send + 'static,
    ) -> Self {
        let queue = Arc::new(Queue::new(capacity));
        let gauges = Arc::new(Gauges::new(name));
        let doors = (queue.clone(), gauges.clone());
        let thread = std::thread::Builder::new()
            .name("model-0".to_owned())
            .spawn(move || thread::run(&doors.0, &doors.1, &setup, load));
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(error) => {
                gauges.failed(format!("its thread does not start: {error}"));
                None
            }
        };
        Self {
            queue,
            gauges,
            thread,
        }
    }

    /// Reads `instructions` in the background, or takes them up from disk, so that the first
    /// question need not wait for it. Questions go first.
    pub fn prepare(&self, instructions: impl Into<String>) {
        self.queue.prepare(instructions.into());
    }

    /// Waits until it is ready or has failed, at most for `limit`.
    #[must_use]
    pub fn wait_ready(&self, limit: Duration) -> ModelStatus {
        self.gauges.wait_loaded(limit);
        self.status()
    }

    /// Waits until everything to prepare is prepared; `false` if `limit` passed first.
    #[must_use]
    pub fn wait_prepared(&self, limit: Duration) -> bool {
        self.queue.wait_prepared(limit)
    }

    fn check_state(&self) -> Result<(), TextModelError> {
        match self.gauges.state() {
            (ModelState::Loading, _) => Err(TextModelError::Loading),
            (ModelState::Failed, error) => Err(TextModelError::NotLoaded(
                error.unwrap_or_else(|| "for an unknown reason".to_owned()),
            )),
            (ModelState::Ready, _) => Ok(()),
        }
    }
}

impl TextModel for Engine {
    fn status(&self) -> ModelStatus {
        self.gauges.status(&self.queue)
    }

    fn generate(
        &self,
        request: &TextRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, TextModelError> {
        self.check_state()?;
        let (ticket, events) =
            self.queue
                .push(request.clone())
                .map_err(|queued| TextModelError::Busy {
                    queued,
                    retry_after: self.gauges.retry_after(),
                })?;
        loop {
            // The thread looks at both as well; this is for when it is busy with somebody else.
            if request.cancel.is_cancelled() {
                return Err(TextModelError::Cancelled);
            }
            let left = request.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(TextModelError::Deadline);
            }
            match events.recv_timeout(left.min(LOOK)) {
                Ok(Event::Text(text)) => {
                    if on_text(&text).is_break() {
                        return Err(TextModelError::Cancelled);
                    }
                }
                Ok(Event::Done(result)) => {
                    ticket.done();
                    return result;
                }
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(TextModelError::Failed("its thread has ended".to_owned()));
                }
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // It contains its panics; one that still came through has nothing left to tell.
            let _ = thread.join();
        }
    }
}
