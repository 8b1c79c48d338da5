//! Makes tiny random models as GGUF files, so that the tests need nothing from outside.

// Each module of tests uses a part of it.
#![allow(dead_code)]

pub mod reference;
pub mod vocabulary;

use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What a tiny model is like.
#[derive(Debug, Clone)]
pub struct Spec {
    pub architecture: &'static str,
    pub seed: u64,
    /// Of its matrices.
    pub kind: GgmlDType,
    pub context: u32,
    pub window: Option<u32>,
    /// Long and short rotary factors, for texts beyond this many tokens and for others.
    pub longrope_from: Option<u32>,
}

pub const WIDTH: usize = 256;
pub const HEADS: usize = 4;
pub const KV_HEADS: usize = 2;
pub const HEAD_DIM: usize = WIDTH / HEADS;
pub const HIDDEN: usize = 512;
pub const LAYERS: usize = 2;
pub const ATTENTION_FACTOR: f32 = 1.19;

impl Spec {
    pub fn new(architecture: &'static str, kind: GgmlDType) -> Self {
        Self {
            architecture,
            seed: 7,
            kind,
            context: 1024,
            window: None,
            longrope_from: None,
        }
    }
}

struct Maker {
    dice: StdRng,
    kind: GgmlDType,
    tensors: Vec<(String, QTensor)>,
}

impl Maker {
    fn random(&mut self, count: usize, middle: f32, spread: f32) -> Vec<f32> {
        (0..count)
            .map(|_| middle + spread * (self.dice.random::<f32>() * 2.0 - 1.0))
            .collect()
    }

    fn add(&mut self, name: String, values: Vec<f32>, shape: &[usize], kind: GgmlDType) {
        let tensor = Tensor::from_vec(values, shape, &Device::Cpu).expect("the shape is right");
        let tensor = QTensor::quantize(&tensor, kind).expect("the kind takes the shape");
        self.tensors.push((name, tensor));
    }

    fn matrix(&mut self, name: &str, rows: usize, cols: usize) {
        let values = self.random(rows * cols, 0.0, (6.0 / cols as f32).sqrt());
        self.add(format!("{name}.weight"), values, &[rows, cols], self.kind);
    }

    fn vector(&mut self, name: String, count: usize, middle: f32, spread: f32) {
        let values = self.random(count, middle, spread);
        self.add(name, values, &[count], GgmlDType::F32);
    }

    fn layer(&mut self, spec: &Spec, number: usize) {
        let name = |part: &str| format!("blk.{number}.{part}");
        let keys = KV_HEADS * HEAD_DIM;
        self.vector(name("attn_norm.weight"), WIDTH, 1.0, 0.3);
        self.vector(name("ffn_norm.weight"), WIDTH, 1.0, 0.3);
        self.matrix(&name("attn_output"), WIDTH, WIDTH);
        self.matrix(&name("ffn_down"), WIDTH, HIDDEN);
        if spec.architecture == "phi3" {
            self.matrix(&name("attn_qkv"), WIDTH + 2 * keys, WIDTH);
            self.matrix(&name("ffn_up"), 2 * HIDDEN, WIDTH);
            return;
        }
        self.matrix(&name("ffn_gate"), HIDDEN, WIDTH);
        self.matrix(&name("ffn_up"), HIDDEN, WIDTH);
        if ["gemma3", "qwen3"].contains(&spec.architecture) {
            for part in ["attn_q_norm", "attn_k_norm"] {
                self.vector(name(&format!("{part}.weight")), HEAD_DIM, 1.0, 0.3);
            }
        }
        if spec.architecture == "gemma3" {
            for part in ["post_attention_norm", "post_ffw_norm"] {
                self.vector(name(&format!("{part}.weight")), WIDTH, 1.0, 0.3);
            }
        }
        for (part, rows) in [("attn_q", WIDTH), ("attn_k", keys), ("attn_v", keys)] {
            self.matrix(&name(part), rows, WIDTH);
            if spec.architecture == "qwen2" {
                self.vector(name(&format!("{part}.bias")), rows, 0.0, 0.5);
            }
        }
    }
}

/// Long factors, short factors.
pub fn rope_factors() -> (Vec<f32>, Vec<f32>) {
    let long = (0..HEAD_DIM / 2).map(|i| 1.5 + i as f32 * 0.4).collect();
    let short = (0..HEAD_DIM / 2).map(|i| 1.0 + i as f32 * 0.05).collect();
    (long, short)
}

/// Writes a model and gives the size of its vocabulary.
pub fn write_model(path: &Path, spec: &Spec) -> usize {
    let mut metadata = vocabulary::metadata();
    let vocabulary = match &metadata["tokenizer.ggml.tokens"] {
        Value::Array(tokens) => tokens.len(),
        _ => unreachable!("it is a list"),
    };
    let key = |name: &str| format!("{}.{name}", spec.architecture);
    let count = |number: usize| Value::U32(u32::try_from(number).expect("small"));
    metadata.extend([
        (
            "general.architecture".to_owned(),
            Value::String(spec.architecture.to_owned()),
        ),
        (
            "general.name".to_owned(),
            Value::String("tiny and random".to_owned()),
        ),
        (key("context_length"), Value::U32(spec.context)),
        (key("embedding_length"), count(WIDTH)),
        (key("feed_forward_length"), count(HIDDEN)),
        (key("block_count"), count(LAYERS)),
        (key("attention.head_count"), count(HEADS)),
        (key("attention.head_count_kv"), count(KV_HEADS)),
        (key("attention.layer_norm_rms_epsilon"), Value::F32(1e-5)),
        (key("attention.key_length"), count(HEAD_DIM)),
        (key("attention.value_length"), count(HEAD_DIM)),
        (key("rope.dimension_count"), count(HEAD_DIM)),
        (key("rope.freq_base"), Value::F32(10_000.0)),
    ]);
    let mut maker = Maker {
        dice: StdRng::seed_from_u64(spec.seed),
        kind: spec.kind,
        tensors: Vec::new(),
    };
    if let Some(window) = spec.window {
        metadata.insert(key("attention.sliding_window"), Value::U32(window));
    }
    if let Some(original) = spec.longrope_from {
        metadata.insert(
            key("rope.scaling.original_context_length"),
            Value::U32(original),
        );
        metadata.insert(
            key("rope.scaling.attn_factor"),
            Value::F32(ATTENTION_FACTOR),
        );
        let (long, short) = rope_factors();
        for (name, factors) in [("long", long), ("short", short)] {
            let name = format!("rope_factors_{name}.weight");
            maker.add(name, factors, &[HEAD_DIM / 2], GgmlDType::F32);
        }
    }
    maker.matrix("token_embd", vocabulary, WIDTH);
    maker.matrix("output", vocabulary, WIDTH);
    maker.vector("output_norm.weight".to_owned(), WIDTH, 1.0, 0.3);
    for number in 0..LAYERS {
        maker.layer(spec, number);
    }
    save(path, &metadata, &maker.tensors);
    vocabulary
}

fn save(path: &Path, metadata: &HashMap<String, Value>, tensors: &[(String, QTensor)]) {
    let mut metadata: Vec<(&str, &Value)> = metadata
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    metadata.sort_by_key(|(key, _)| *key);
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    let mut file = BufWriter::new(File::create(path).expect("the folder takes a file"));
    gguf_file::write(&mut file, &metadata, &tensors).expect("the model is written");
}

/// Tokens that mean nothing, below `vocabulary`.
pub fn some_tokens(count: usize, vocabulary: usize) -> Vec<u32> {
    let mut dice = StdRng::seed_from_u64(99);
    (0..count)
        .map(|_| dice.random_range(3..u32::try_from(vocabulary).expect("small")))
        .collect()
}
