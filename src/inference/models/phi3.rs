//! Phi-3: queries, keys and values in one matrix, gate and up in another, the two halves of a head
//! turned against each other.
//!
//! The 128k models turn with one set of factors up to the context they were first trained on, and
//! with another beyond it. Which one is chosen once, by the context that this session allows, as
//! llama.cpp does: keys already in the cache were turned by it, so changing it in the middle would
//! mix the two. Kept prompts are therefore keyed by the choice as well.

use std::sync::Arc;

use candle_core::Tensor;

use super::{Architecture, Head, ModelError, Parameters, Step};
use crate::kv::{KvCache, KvShape};
use crate::ops::{AttentionShape, Compute, Rope, RopeStyle};
use crate::weights::{ModelFile, QuantMatrix};

const LONG: &str = "rope_factors_long.weight";
const SHORT: &str = "rope_factors_short.weight";

pub(super) struct Phi3 {
    parameters: Parameters,
    table: QuantMatrix,
    layers: Vec<Layer>,
    head: Head,
    rope: Rope,
    variant: &'static str,
}

struct Layer {
    attention_norm: Arc<[f32]>,
    /// Query, key and value rows, one after the other.
    qkv: QuantMatrix,
    output: QuantMatrix,
    feed_forward_norm: Arc<[f32]>,
    /// Gate rows, then up rows.
    gate_up: QuantMatrix,
    down: QuantMatrix,
}

impl Phi3 {
    pub(super) fn load(
        file: &ModelFile,
        parameters: &Parameters,
        context: usize,
    ) -> Result<Self, ModelError> {
        let p = parameters;
        let original = p
            .count(file, "rope.scaling.original_context_length")?
            .unwrap_or(p.context);
        let variant = if context > original { LONG } else { SHORT };
        let layers = (0..p.layers)
            .map(|number| {
                let name = |part: &str| format!("blk.{number}.{part}.weight");
                Ok(Layer {
                    attention_norm: p.vector(file, &name("attn_norm"), p.width)?,
                    qkv: p.matrix(
                        file,
                        &name("attn_qkv"),
                        p.query_width() + 2 * p.key_width(),
                        p.width,
                    )?,
                    output: p.matrix(file, &name("attn_output"), p.width, p.query_width())?,
                    feed_forward_norm: p.vector(file, &name("ffn_norm"), p.width)?,
                    gate_up: p.matrix(file, &name("ffn_up"), 2 * p.feed_forward, p.width)?,
                    down: p.matrix(file, &name("ffn_down"), p.width, p.feed_forward)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Self {
            table: p.matrix_of_width(file, "token_embd.weight")?,
            layers,
            head: Head::load(file, p)?,
            rope: rope(file, p, variant)?,
            variant,
            parameters: p.clone(),
        })
    }
}

/// How positions turn heads, by the factors of that name.
fn rope(file: &ModelFile, p: &Parameters, name: &str) -> Result<Rope, ModelError> {
    let factors = if file.has(name) {
        let factors = p.vector(file, name, p.rope_dims / 2)?;
        if factors
            .iter()
            .any(|factor| !factor.is_finite() || *factor <= 0.0)
        {
            return Err(ModelError::Parameter {
                key: name.to_owned(),
                value: "a factor that is not above zero".to_owned(),
            });
        }
        Some(factors)
    } else if name == LONG {
        return Err(ModelError::Missing(name.to_owned()));
    } else {
        None
    };
    let magnitude = p.float(file, "rope.scaling.attn_factor")?.unwrap_or(1.0);
    Ok(Rope::new(
        RopeStyle::Halves,
        p.rope_dims,
        p.rope_base,
        factors.as_deref(),
        magnitude,
    ))
}

impl Architecture for Phi3 {
    fn kv_shape(&self) -> KvShape {
        self.parameters.kv_shape()
    }

    fn variant(&self) -> &'static str {
        self.variant
    }

    fn forward(
        &self,
        compute: &Compute,
        cache: &mut KvCache,
        step: &Step<'_>,
    ) -> Result<Tensor, ModelError> {
        let p = &self.parameters;
        let (queries, keys) = (p.query_width(), p.key_width());
        let shape = AttentionShape {
            heads: p.heads,
            scale: p.scale(),
            window: p.window,
        };
        let angles = self.rope.angles(cache.len(), step.tokens.len());
        let x = compute.embed(&self.table, step.tokens)?;
        for (number, layer) in self.layers.iter().enumerate() {
            step.go_on()?;
            let normed = compute.rms_norm(&x, &layer.attention_norm, p.eps, layer.qkv.form())?;
            let qkv = compute.matmul(&layer.qkv, &normed)?;
            let q = qkv.narrow(1, 0, queries)?;
            let k = qkv.narrow(1, queries, keys)?;
            let v = qkv.narrow(1, queries + keys, keys)?;
            compute.rotate(&q, p.head_dim, &angles)?;
            compute.store(cache, number, &k, &v, Some(&angles))?;
            let seen = compute.attention(&q, cache, number, &shape)?;
            let seen = compute.round(&seen, layer.output.form())?;
            compute.matmul_add(&x, &layer.output, &seen)?;

            let normed =
                compute.rms_norm(&x, &layer.feed_forward_norm, p.eps, layer.gate_up.form())?;
            let both = compute.matmul(&layer.gate_up, &normed)?;
            let gate = both.narrow(1, 0, p.feed_forward)?;
            let up = both.narrow(1, p.feed_forward, p.feed_forward)?;
            let hidden = compute.silu_mul(&gate, &up, layer.down.form())?;
            compute.matmul_add(&x, &layer.down, &hidden)?;
        }
        self.head.logits(compute, &x, step.wanted)
    }
}
