//! The numbers that a status shows, and the handshake when loading ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::text_model::{ModelState, ModelStatus, TokenUsage};

use super::queue::Queue;

/// How much the newest answer counts in the mean duration.
const NEWEST: f64 = 0.3;
/// What a caller is told to wait for before anything was measured.
const FIRST_GUESS: Duration = Duration::from_secs(5);
/// Fewer prompt tokens than this say nothing about speed.
const MEASURED_PROMPT: u32 = 8;

/// What is known about a model once it is loaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) architecture: String,
    pub(super) quantization: Option<String>,
    pub(super) file_bytes: u64,
    pub(super) context: usize,
    pub(super) threads: usize,
    pub(super) kernel: String,
}

#[derive(Default)]
struct Numbers {
    state: Option<ModelState>,
    error: Option<String>,
    facts: Facts,
    requests: u64,
    prefill_rate: f64,
    decode_rate: f64,
    prompt_tokens: u64,
    reused_tokens: u64,
    mean_seconds: Option<f64>,
}

pub(super) struct Gauges {
    name: String,
    numbers: Mutex<Numbers>,
    loaded: Condvar,
}

impl Gauges {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            numbers: Mutex::default(),
            loaded: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Numbers> {
        // Numbers stay numbers whoever panicked.
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ready(&self, facts: Facts) {
        let mut numbers = self.lock();
        numbers.state = Some(ModelState::Ready);
        numbers.facts = facts;
        self.loaded.notify_all();
    }

    pub(super) fn failed(&self, error: String) {
        let mut numbers = self.lock();
        numbers.state = Some(ModelState::Failed);
        numbers.error = Some(error);
        self.loaded.notify_all();
    }

    pub(super) fn state(&self) -> (ModelState, Option<String>) {
        let numbers = self.lock();
        (
            numbers.state.unwrap_or(ModelState::Loading),
            numbers.error.clone(),
        )
    }

    pub(super) fn wait_loaded(&self, limit: Duration) {
        let until = Instant::now() + limit;
        let mut numbers = self.lock();
        while numbers.state.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            numbers = self
                .loaded
                .wait_timeout(numbers, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// A request began or was turned away by the model; each counts once.
    pub(super) fn count_request(&self) {
        self.lock().requests += 1;
    }

    pub(super) fn answered(&self, usage: &TokenUsage) {
        let mut numbers = self.lock();
        numbers.prompt_tokens += u64::from(usage.prompt_tokens);
        numbers.reused_tokens += u64::from(usage.reused_tokens);
        let read = usage.prompt_tokens.saturating_sub(usage.reused_tokens);
        if read >= MEASURED_PROMPT && usage.prefill_ms > 0 {
            numbers.prefill_rate = f64::from(read) * 1000.0 / usage.prefill_ms as f64;
        }
        let written = usage.sampled_tokens + usage.forced_tokens;
        if written > 1 && usage.decode_ms > 0 {
            numbers.decode_rate = f64::from(written) * 1000.0 / usage.decode_ms as f64;
        }
        let seconds = (usage.prefill_ms + usage.decode_ms) as f64 / 1000.0;
        numbers.mean_seconds = Some(match numbers.mean_seconds {
            Some(mean) => mean + NEWEST * (seconds - mean),
            None => seconds,
        });
    }

    /// When a place will probably be free: once the request that runs is done.
    pub(super) fn retry_after(&self) -> Duration {
        self.lock()
            .mean_seconds
            .map_or(FIRST_GUESS, Duration::from_secs_f64)
            .clamp(Duration::from_secs(1), Duration::from_secs(300))
    }

    pub(super) fn status(&self, queue: &Queue) -> ModelStatus {
        let queued = queue.len();
        let numbers = self.lock();
        let facts = &numbers.facts;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ModelStatus {
            state: numbers.state.unwrap_or(ModelState::Loading),
            error: numbers.error.clone(),
            name: self.name.clone(),
            architecture: Some(facts.architecture.clone()).filter(|name| !name.is_empty()),
            quantization: facts.quantization.clone(),
            file_bytes: facts.file_bytes,
            context_tokens: count(facts.context),
            threads: count(facts.threads),
            kernel: facts.kernel.clone(),
            requests: numbers.requests,
            queued,
            queue_capacity: queue.capacity(),
            prefill_tokens_per_second: numbers.prefill_rate,
            decode_tokens_per_second: numbers.decode_rate,
            prefix_hit_rate: if numbers.prompt_tokens == 0 {
                0.0
            } else {
                numbers.reused_tokens as f64 / numbers.prompt_tokens as f64
            },
            resident_bytes: memory("VmRSS:").unwrap_or(0),
        }
    }
}

/// A line of the process's memory as the system tells it, in bytes.
pub(crate) fn memory(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let rest = status.lines().find_map(|text| text.strip_prefix(line))?;
    let kilobytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
