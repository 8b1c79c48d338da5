//! A model that says what it is told to, in order, and remembers what it was asked.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::text_model::{
    Generated, ModelState, ModelStatus, TextModel, TextModelError, TextRequest, TokenUsage,
};

/// What it does with one request.
pub enum Step {
    Say(String),
    /// Ends in the middle of it.
    CutOff(String),
    Fail(TextModelError),
    /// Works until it is told to stop.
    Hang,
    Panic,
}

pub fn say(text: &str) -> Step {
    Step::Say(text.to_owned())
}

pub struct Scripted {
    steps: Mutex<VecDeque<Step>>,
    asked: Mutex<Vec<TextRequest>>,
    /// How a hanging request ended.
    pub ended: Mutex<Option<TextModelError>>,
    status: ModelStatus,
}

impl Scripted {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Self::with(status(ModelState::Ready, 0), steps)
    }

    pub fn with(status: ModelStatus, steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self {
            steps: Mutex::new(steps.into_iter().collect()),
            asked: Mutex::default(),
            ended: Mutex::default(),
            status,
        })
    }

    /// What it was asked, oldest first.
    pub fn asked(&self) -> Vec<TextRequest> {
        self.asked.lock().unwrap().clone()
    }

    pub fn tell(&self, step: Step) {
        self.steps.lock().unwrap().push_back(step);
    }

    fn hang(&self, request: &TextRequest) -> TextModelError {
        let error = loop {
            if request.cancel.is_cancelled() {
                break TextModelError::Cancelled;
            }
            if Instant::now() > request.deadline {
                break TextModelError::Deadline;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        *self.ended.lock().unwrap() = Some(error.clone());
        error
    }
}

pub fn status(state: ModelState, queued: u32) -> ModelStatus {
    ModelStatus {
        state,
        error: (state == ModelState::Failed).then(|| "the file is cut short".to_owned()),
        name: "scripted".to_owned(),
        architecture: None,
        quantization: None,
        file_bytes: 0,
        context_tokens: 4096,
        threads: 1,
        kernel: "none".to_owned(),
        requests: 0,
        queued,
        queue_capacity: 2,
        prefill_tokens_per_second: 0.0,
        decode_tokens_per_second: 0.0,
        prefix_hit_rate: 0.0,
        resident_bytes: 0,
    }
}

impl TextModel for Scripted {
    fn status(&self) -> ModelStatus {
        self.status.clone()
    }

    fn generate(
        &self,
        request: &TextRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, TextModelError> {
        self.asked.lock().unwrap().push(request.clone());
        let step = self.steps.lock().unwrap().pop_front();
        let (text, cut_off) = match step {
            Some(Step::Say(text)) => (text, false),
            Some(Step::CutOff(text)) => (text, true),
            Some(Step::Fail(error)) => return Err(error),
            Some(Step::Hang) => return Err(self.hang(request)),
            Some(Step::Panic) => panic!("a defect"),
            None => return Err(TextModelError::Failed("nothing left to say".to_owned())),
        };
        for piece in text.split_inclusive(' ') {
            if on_text(piece).is_break() {
                return Err(TextModelError::Cancelled);
            }
        }
        Ok(Generated {
            text,
            cut_off,
            usage: TokenUsage {
                prompt_tokens: 100,
                reused_tokens: 90,
                sampled_tokens: 3,
                forced_tokens: 4,
                ..TokenUsage::default()
            },
        })
    }
}
