//! A language model's speed and memory, and its likeliest tokens over a given text, as JSON for
//! `scripts/bench-inference` to compare with another implementation on the same file.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::cli::output;

#[derive(Debug, Args)]
pub struct InferenceArgs {
    /// For `inference` and `ask`: the GGUF file.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// For `inference`: threads that compute; one for each core but one when left out.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// For `inference`: tokens to read.
    #[arg(long, default_value_t = 512, value_name = "TOKENS")]
    prefill: usize,
    /// For `inference`: tokens to write.
    #[arg(long, default_value_t = 64, value_name = "TOKENS")]
    decode: usize,
    /// For `inference`: tokens a conversation may have, which chooses between long and short
    /// rotary factors.
    #[arg(long, value_name = "TOKENS")]
    context: Option<usize>,
    /// For `inference`: a JSON array of token ids; prints the likeliest next token after each.
    #[arg(long, value_name = "FILE")]
    forced_tokens: Option<PathBuf>,
}

impl InferenceArgs {
    pub fn model(&self) -> Option<&Path> {
        self.model.as_deref()
    }
}

/// Measures on a thread of its own, which the runtime does not share.
pub async fn measure(args: InferenceArgs) -> anyhow::Result<()> {
    let model = args
        .model
        .context("name the model to measure with --model FILE")?;
    let found = tokio::task::spawn_blocking(move || {
        let Some(file) = args.forced_tokens else {
            let report = inference::bench::run(&model, args.threads, args.prefill, args.decode)?;
            return Ok(serde_json::to_value(report)?);
        };
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let tokens: Vec<u32> = serde_json::from_str(&text)
            .with_context(|| format!("{} is not an array of token ids", file.display()))?;
        let top = inference::bench::forced(&model, args.threads, args.context, &tokens)?;
        anyhow::Ok(json!({ "top1": top }))
    });
    output::json(&found.await??)
}
