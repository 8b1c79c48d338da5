//! A language model as the rest of the product sees it: it continues a conversation, under a
//! grammar, until told to stop. `inference` is one; what asks it never knows which.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// Continues conversations. Calls block for as long as the model works, so they belong on a thread
/// that may wait.
pub trait TextModel: Send + Sync {
    /// How it is, without waiting for it.
    fn status(&self) -> ModelStatus;

    /// Answers `request`; `on_text` gets each piece as it comes and may end it. Requests wait their
    /// turn in a bounded queue.
    fn generate(
        &self,
        request: &TextRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generated, TextModelError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    System,
    User,
    Assistant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub speaker: Speaker,
    pub text: String,
}

/// What a model is asked.
#[derive(Debug, Clone)]
pub struct TextRequest {
    /// Instructions that stay the same from question to question. What the model made of them is
    /// kept, also on disk, and used again.
    pub instructions: String,
    /// What is different this time, oldest first.
    pub messages: Vec<Message>,
    /// What the answer must look like: a grammar in the Lark dialect of `llguidance`.
    pub grammar: Option<String>,
    /// Tokens at most.
    pub max_tokens: usize,
    /// When it must have ended, waiting in the queue included.
    pub deadline: Instant,
    pub cancel: Cancel,
}

/// Ends a generation from outside, within one token. Clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Generated {
    pub text: String,
    /// It ended because `max_tokens` were reached, not because it had ended.
    pub cut_off: bool,
    pub usage: TokenUsage,
}

/// Where a generation's tokens came from and where its time went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenUsage {
    /// Tokens of the prompt, the reused ones included.
    pub prompt_tokens: u32,
    /// Of these, how many were kept from an earlier prompt.
    pub reused_tokens: u32,
    /// Tokens that were chosen from the model's distribution.
    pub sampled_tokens: u32,
    /// Tokens that the grammar left no choice about.
    pub forced_tokens: u32,
    /// Waiting for earlier requests.
    pub queued_ms: u64,
    /// Reading the prompt.
    pub prefill_ms: u64,
    /// Writing the answer.
    pub decode_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    Loading,
    Ready,
    Failed,
}

/// A model as `/health`, `/metrics` and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelStatus {
    pub state: ModelState,
    /// Why it failed.
    pub error: Option<String>,
    /// The name the operator knows it by.
    pub name: String,
    /// `phi3`, `llama`, … as the file says.
    pub architecture: Option<String>,
    /// Of most of its weights: `Q4_K`, …
    pub quantization: Option<String>,
    pub file_bytes: u64,
    /// Tokens a conversation may have.
    pub context_tokens: u32,
    pub threads: u32,
    /// The kernels in use: `avx2`, `avx512-vnni`, `scalar`.
    pub kernel: String,
    pub requests: u64,
    /// Requests waiting or running now, and how many may.
    pub queued: u32,
    pub queue_capacity: u32,
    /// Of the newest answers; 0 before the first.
    pub prefill_tokens_per_second: f64,
    pub decode_tokens_per_second: f64,
    /// Of all prompt tokens, the share that was kept from earlier prompts: 0 to 1.
    pub prefix_hit_rate: f64,
    /// The process's resident memory.
    pub resident_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextModelError {
    #[error("the model is still loading; try again in a moment")]
    Loading,
    #[error("the model could not be loaded: {0}")]
    NotLoaded(String),
    #[error("the model is busy with {queued} questions; try again in {} s", retry_after.as_secs())]
    Busy { queued: u32, retry_after: Duration },
    #[error("the model did not finish within its time")]
    Deadline,
    #[error("the question was cancelled")]
    Cancelled,
    #[error("the prompt has {tokens} tokens and the model reads {limit}")]
    TooLong { tokens: usize, limit: usize },
    #[error("the grammar is not valid: {0}")]
    Grammar(String),
    /// A defect of ours, contained.
    #[error("the model failed: {0}")]
    Failed(String),
}
