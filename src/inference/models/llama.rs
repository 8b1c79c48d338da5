//! Llama and the models built like it. GGUF files write their heads so that neighbours are turned
//! against each other; Llama 3's factors for long texts come as a tensor.

use std::sync::Arc;

use candle_core::Tensor;

use super::{Architecture, Head, ModelError, Parameters, Step};
use crate::kv::{KvCache, KvShape};
use crate::ops::{AttentionShape, Compute, Rope, RopeStyle};
use crate::weights::{ModelFile, QuantMatrix};

pub(super) struct Llama {
    parameters: Parameters,
    table: QuantMatrix,
    layers: Vec<Layer>,
    head: Head,
    rope: Rope,
}

struct Layer {
    attention_norm: Arc<[f32]>,
    query: QuantMatrix,
    key: QuantMatrix,
    value: QuantMatrix,
    output: QuantMatrix,
    feed_forward_norm: Arc<[f32]>,
    gate: QuantMatrix,
    up: QuantMatrix,
    down: QuantMatrix,
}

impl Llama {
    pub(super) fn load(file: &ModelFile, parameters: &Parameters) -> Result<Self, ModelError> {
        let p = parameters;
        let layers = (0..p.layers)
            .map(|number| {
                let name = |part: &str| format!("blk.{number}.{part}.weight");
                if file.has(&format!("blk.{number}.attn_q.bias")) {
                    return Err(ModelError::Feature("biases in a llama".to_owned()));
                }
                Ok(Layer {
                    attention_norm: p.vector(file, &name("attn_norm"), p.width)?,
                    query: p.matrix(file, &name("attn_q"), p.query_width(), p.width)?,
                    key: p.matrix(file, &name("attn_k"), p.key_width(), p.width)?,
                    value: p.matrix(file, &name("attn_v"), p.key_width(), p.width)?,
                    output: p.matrix(file, &name("attn_output"), p.width, p.query_width())?,
                    feed_forward_norm: p.vector(file, &name("ffn_norm"), p.width)?,
                    gate: p.matrix(file, &name("ffn_gate"), p.feed_forward, p.width)?,
                    up: p.matrix(file, &name("ffn_up"), p.feed_forward, p.width)?,
                    down: p.matrix(file, &name("ffn_down"), p.width, p.feed_forward)?,
                })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Self {
            table: p.matrix_of_width(file, "token_embd.weight")?,
            layers,
            head: Head::load(file, p)?,
            rope: rope(file, p)?,
            parameters: p.clone(),
        })
    }
}

fn rope(file: &ModelFile, p: &Parameters) -> Result<Rope, ModelError> {
    let pairs = p.rope_dims / 2;
    let scaling = p.word(file, "rope.scaling.type").unwrap_or("none");
    let factors = match scaling {
        _ if file.has("rope_freqs.weight") => Some(p.vector(file, "rope_freqs.weight", pairs)?),
        "none" => None,
        "linear" => {
            let factor = p.float(file, "rope.scaling.factor")?.unwrap_or(1.0);
            Some(vec![factor; pairs].into())
        }
        other => return Err(ModelError::Feature(format!("rope scaling of type {other}"))),
    };
    if let Some(factors) = &factors
        && factors
            .iter()
            .any(|factor| !factor.is_finite() || *factor <= 0.0)
    {
        return Err(ModelError::Parameter {
            key: "rope factors".to_owned(),
            value: "a factor that is not above zero".to_owned(),
        });
    }
    Ok(Rope::new(
        RopeStyle::Pairs,
        p.rope_dims,
        p.rope_base,
        factors.as_deref(),
        1.0,
    ))
}

impl Architecture for Llama {
    fn kv_shape(&self) -> KvShape {
        self.parameters.kv_shape()
    }

    fn forward(
        &self,
        compute: &Compute,
        cache: &mut KvCache,
        step: &Step<'_>,
    ) -> Result<Tensor, ModelError> {
        let p = &self.parameters;
        let shape = AttentionShape {
            heads: p.heads,
            scale: p.scale(),
            window: p.window,
        };
        let angles = self.rope.angles(cache.len(), step.tokens.len());
        let x = compute.embed(&self.table, step.tokens)?;
        for (number, layer) in self.layers.iter().enumerate() {
            step.go_on()?;
            let normed = compute.rms_norm(&x, &layer.attention_norm, p.eps, layer.query.form())?;
            let q = compute.matmul(&layer.query, &normed)?;
            let k = compute.matmul(&layer.key, &normed)?;
            let v = compute.matmul(&layer.value, &normed)?;
            compute.rotate(&q, p.head_dim, &angles)?;
            compute.store(cache, number, &k, &v, Some(&angles))?;
            let seen = compute.attention(&q, cache, number, &shape)?;
            let seen = compute.round(&seen, layer.output.form())?;
            compute.matmul_add(&x, &layer.output, &seen)?;

            let normed =
                compute.rms_norm(&x, &layer.feed_forward_norm, p.eps, layer.gate.form())?;
            let gate = compute.matmul(&layer.gate, &normed)?;
            let up = compute.matmul(&layer.up, &normed)?;
            let hidden = compute.silu_mul(&gate, &up, layer.down.form())?;
            compute.matmul_add(&x, &layer.down, &hidden)?;
        }
        self.head.logits(compute, &x, step.wanted)
    }
}
