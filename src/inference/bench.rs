//! Measures a model on this machine, and gives its likeliest tokens over a given text so that they
//! can be compared with another implementation's.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::engine::{CHUNK, LoadError, memory};
use crate::kv::KvCache;
use crate::models::{Model, Step, Wanted};
use crate::ops::Compute;
use crate::pool::{Pool, default_threads};
use crate::sampler::likeliest;
use crate::tokenizer::Tokenizer;
use crate::weights::ModelFile;

/// A prompt that is read before the first token is timed: as short as a question.
const FIRST_PROMPT: usize = 16;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    pub prefill_tokens: usize,
    pub prefill_tokens_per_second: f64,
    pub decode_tokens: usize,
    pub decode_tokens_per_second: f64,
    /// From opening the file to the first token after a prompt of 16.
    pub load_to_first_token_ms: f64,
    pub peak_rss_bytes: u64,
    pub kv_bytes: u64,
    pub file_bytes: u64,
    pub threads: usize,
    pub kernel: String,
}

struct Bench {
    model: Model,
    compute: Compute,
    cache: KvCache,
    file_bytes: u64,
    rows: u32,
}

impl Bench {
    fn open(
        model: &Path,
        threads: Option<usize>,
        context: Option<usize>,
    ) -> Result<Self, LoadError> {
        let file = ModelFile::open(model)?;
        let pool =
            Pool::new(threads.unwrap_or_else(default_threads)).map_err(LoadError::Threads)?;
        pool.pin_caller();
        let rows = file.matrix("token_embd.weight")?.row_count();
        let model = Model::load(&file, context)?;
        Ok(Self {
            cache: KvCache::new(model.kv_shape()),
            model,
            compute: Compute::new(Arc::new(pool)),
            file_bytes: file.byte_count() as u64,
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
        })
    }

    fn read(&mut self, tokens: &[u32], wanted: Wanted) -> Result<Vec<Vec<f32>>, LoadError> {
        let mut logits = Vec::new();
        let mut chunks = tokens.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let last = chunks.peek().is_none();
            let step = Step {
                tokens: chunk,
                wanted: match wanted {
                    Wanted::Last if !last => Wanted::Nothing,
                    wanted => wanted,
                },
                stop: &|| false,
            };
            let rows = self.model.forward(&self.compute, &mut self.cache, &step)?;
            if rows.dim(0).map_err(crate::models::ModelError::from)? > 0 {
                logits.extend(rows.to_vec2().map_err(crate::models::ModelError::from)?);
            }
        }
        Ok(logits)
    }

    /// Tokens that repeat nothing and are the same each time.
    fn text(&self, count: usize) -> Vec<u32> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                u32::try_from(state % u64::from(self.rows.max(1))).unwrap_or(0)
            })
            .collect()
    }
}

/// Reads a prompt of `prefill_tokens` and then writes `decode_tokens`, with no thread of anybody
/// else's; `threads` as for the engine.
pub fn run(
    model: &Path,
    threads: Option<usize>,
    prefill_tokens: usize,
    decode_tokens: usize,
) -> Result<BenchReport, LoadError> {
    let begun = Instant::now();
    let context = prefill_tokens.max(FIRST_PROMPT) + decode_tokens + 1;
    let mut bench = Bench::open(model, threads, Some(context))?;
    // An engine also needs its words, so their loading counts.
    let file = ModelFile::open(model)?;
    let tokenizer = Tokenizer::from_metadata(file.metadata())?;
    let text = bench.text(FIRST_PROMPT);
    bench.read(&text, Wanted::Last)?;
    let load_to_first_token = begun.elapsed();
    drop((file, tokenizer));

    bench.cache.truncate(0);
    let text = bench.text(prefill_tokens.max(1));
    let begun = Instant::now();
    let mut logits = bench.read(&text, Wanted::Last)?;
    let prefill = begun.elapsed();
    let begun = Instant::now();
    for _ in 0..decode_tokens {
        let token = logits.pop().and_then(|row| likeliest(&row)).unwrap_or(0);
        logits = bench.read(&[token], Wanted::Last)?;
    }
    let decode = begun.elapsed();
    let rate = |tokens: usize, time: std::time::Duration| {
        tokens as f64 / time.as_secs_f64().max(f64::MIN_POSITIVE)
    };
    Ok(BenchReport {
        prefill_tokens: text.len(),
        prefill_tokens_per_second: rate(text.len(), prefill),
        decode_tokens,
        decode_tokens_per_second: rate(decode_tokens, decode),
        load_to_first_token_ms: load_to_first_token.as_secs_f64() * 1000.0,
        peak_rss_bytes: memory("VmHWM:").unwrap_or(0),
        kv_bytes: bench.cache.byte_count() as u64,
        file_bytes: bench.file_bytes,
        threads: bench.compute.pool().threads(),
        kernel: bench.compute.kernel_name().to_owned(),
    })
}

/// The likeliest next token after each of `tokens`, when the model reads exactly them. `context`
/// as for the engine: it chooses between long and short rotary factors.
pub fn forced(
    model: &Path,
    threads: Option<usize>,
    context: Option<usize>,
    tokens: &[u32],
) -> Result<Vec<u32>, LoadError> {
    let mut bench = Bench::open(model, threads, context)?;
    let logits = bench.read(tokens, Wanted::All)?;
    Ok(logits
        .iter()
        .map(|row| likeliest(row).unwrap_or(u32::MAX))
        .collect())
}
