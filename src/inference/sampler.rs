//! Chooses a token from the model's distribution: the likeliest, or by temperature through candle's
//! sampler. Under a grammar only what it allows is looked at.

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};

use crate::grammar::Allowed;

/// How tokens are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SamplerConfig {
    /// Zero is always the likeliest.
    pub temperature: f64,
    /// The likeliest tokens that together have this probability.
    pub top_p: Option<f64>,
    pub seed: u64,
}

pub struct Sampler {
    greedy: bool,
    processor: LogitsProcessor,
}

impl Sampler {
    #[must_use]
    pub fn new(config: SamplerConfig) -> Self {
        let temperature = config.temperature;
        let greedy = temperature <= f64::from(f32::EPSILON);
        let sampling = match (greedy, config.top_p) {
            (true, _) => Sampling::ArgMax,
            (false, Some(p)) => Sampling::TopP { p, temperature },
            (false, None) => Sampling::All { temperature },
        };
        Self {
            greedy,
            processor: LogitsProcessor::from_sampling(config.seed, sampling),
        }
    }

    /// The next token, or `None` if none is allowed or the logits are no numbers.
    pub fn choose(
        &mut self,
        logits: &mut [f32],
        allowed: Option<&Allowed>,
    ) -> candle_core::Result<Option<u32>> {
        if let Some(allowed) = allowed {
            for (token, logit) in (0_u32..).zip(logits.iter_mut()) {
                if !allowed.contains(token) {
                    *logit = f32::NEG_INFINITY;
                }
            }
        }
        let best = likeliest(logits);
        let Some(best) = best else { return Ok(None) };
        if self.greedy {
            return Ok(Some(best));
        }
        let logits = Tensor::from_slice(logits, logits.len(), &Device::Cpu)?;
        self.processor.sample(&logits).map(Some)
    }
}

/// The first of the greatest; `None` when nothing is a number above minus infinity.
#[must_use]
pub fn likeliest(logits: &[f32]) -> Option<u32> {
    let mut best: Option<(u32, f32)> = None;
    for (token, logit) in (0_u32..).zip(logits.iter().copied()) {
        if logit > best.map_or(f32::NEG_INFINITY, |(_, most)| most) {
            best = Some((token, logit));
        }
    }
    best.map(|(token, _)| token)
}
