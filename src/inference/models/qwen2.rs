//! Qwen2 and 2.5: as Llama, with biases on queries, keys and values, and the two halves of a head
//! turned against each other.

use std::sync::Arc;

use candle_core::Tensor;

use super::{Architecture, Head, ModelError, Parameters, Step};
use crate::kv::{KvCache, KvShape};
use crate::ops::{AttentionShape, Compute, Rope, RopeStyle};
use crate::weights::{ModelFile, QuantMatrix};

pub(super) struct Qwen2 {
    parameters: Parameters,
    table: QuantMatrix,
    layers: Vec<Layer>,
    head: Head,
    rope: Rope,
}

struct Layer {
    attention_norm: Arc<[f32]>,
    query: Biased,
    key: Biased,
    value: Biased,
    output: QuantMatrix,
    feed_forward_norm: Arc<[f32]>,
    gate: QuantMatrix,
    up: QuantMatrix,
    down: QuantMatrix,
}

struct Biased {
    matrix: QuantMatrix,
    bias: Arc<[f32]>,
}

impl Biased {
    fn load(file: &ModelFile, p: &Parameters, name: &str, rows: usize) -> Result<Self, ModelError> {
        Ok(Self {
            matrix: p.matrix(file, &format!("{name}.weight"), rows, p.width)?,
            bias: p.vector(file, &format!("{name}.bias"), rows)?,
        })
    }
}

impl Qwen2 {
    pub(super) fn load(file: &ModelFile, parameters: &Parameters) -> Result<Self, ModelError> {
        let p = parameters;
        if let Some(kind) = p
            .word(file, "rope.scaling.type")
            .filter(|kind| *kind != "none")
        {
            return Err(ModelError::Feature(format!("rope scaling of type {kind}")));
        }
        let layers = (0..p.layers)
            .map(|number| {
                let part = |part: &str| format!("blk.{number}.{part}");
                let name = |part: &str| format!("blk.{number}.{part}.weight");
                Ok(Layer {
                    attention_norm: p.vector(file, &name("attn_norm"), p.width)?,
                    query: Biased::load(file, p, &part("attn_q"), p.query_width())?,
                    key: Biased::load(file, p, &part("attn_k"), p.key_width())?,
                    value: Biased::load(file, p, &part("attn_v"), p.key_width())?,
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
            rope: Rope::new(RopeStyle::Halves, p.rope_dims, p.rope_base, None, 1.0),
            parameters: p.clone(),
        })
    }
}

impl Architecture for Qwen2 {
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
            let form = layer.query.matrix.form();
            let normed = compute.rms_norm(&x, &layer.attention_norm, p.eps, form)?;
            let part = |part: &Biased| compute.matmul_bias(&part.matrix, &normed, &part.bias);
            let (q, k, v) = (part(&layer.query)?, part(&layer.key)?, part(&layer.value)?);
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
