//! A forward pass as one would write it on paper: f32 throughout, one position after the other, no
//! cache. What the room computes is compared with it.

use std::io::Cursor;
use std::path::Path;

use candle_core::Device;
use candle_core::quantized::gguf_file::Content;

use super::{
    ATTENTION_FACTOR, HEAD_DIM, HEADS, HIDDEN, KV_HEADS, LAYERS, Spec, WIDTH, rope_factors,
};

struct Weights {
    content: Content,
    file: Cursor<Vec<u8>>,
}

impl Weights {
    fn take(&mut self, name: &str) -> Vec<f32> {
        self.content
            .tensor(&mut self.file, name, &Device::Cpu)
            .and_then(|tensor| tensor.dequantize(&Device::Cpu))
            .and_then(|tensor| tensor.flatten_all()?.to_vec1())
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

fn multiply(matrix: &[f32], x: &[f32]) -> Vec<f32> {
    matrix
        .chunks_exact(x.len())
        .map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
        .collect()
}

fn norm(x: &[f32], weight: &[f32]) -> Vec<f32> {
    let mean = x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32;
    let factor = 1.0 / (mean + 1e-5).sqrt();
    x.iter().zip(weight).map(|(x, w)| x * factor * w).collect()
}

fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

fn turn(heads: &mut [f32], position: usize, factors: Option<&[f32]>, magnitude: f32) {
    let half = HEAD_DIM / 2;
    for head in heads.chunks_exact_mut(HEAD_DIM) {
        for pair in 0..half {
            let speed = 10_000_f64.powf(-2.0 * pair as f64 / HEAD_DIM as f64)
                / factors.map_or(1.0, |factors| f64::from(factors[pair]));
            let (sin, cos) = (position as f64 * speed).sin_cos();
            let (sin, cos) = (sin as f32 * magnitude, cos as f32 * magnitude);
            let (a, b) = (head[pair], head[pair + half]);
            head[pair] = a * cos - b * sin;
            head[pair + half] = a * sin + b * cos;
        }
    }
}

/// Logits after each token of a phi3, with the long factors or the short.
pub fn phi3(path: &Path, spec: &Spec, tokens: &[u32], long: bool) -> Vec<Vec<f32>> {
    let mut file = Cursor::new(std::fs::read(path).expect("the model is there"));
    let content = Content::read(&mut file).expect("the model is a GGUF");
    let mut weights = Weights { content, file };
    let (long_factors, short_factors) = rope_factors();
    let factors = spec
        .longrope_from
        .map(|_| if long { long_factors } else { short_factors });
    let magnitude = if spec.longrope_from.is_some() {
        ATTENTION_FACTOR
    } else {
        1.0
    };
    let window = spec.window.map_or(usize::MAX, |window| window as usize);
    let table = weights.take("token_embd.weight");
    let mut rows: Vec<Vec<f32>> = tokens
        .iter()
        .map(|token| table[*token as usize * WIDTH..][..WIDTH].to_vec())
        .collect();
    let keys = KV_HEADS * HEAD_DIM;
    for layer in 0..LAYERS {
        let mut take = |part: &str| weights.take(&format!("blk.{layer}.{part}.weight"));
        let (first_norm, second_norm) = (take("attn_norm"), take("ffn_norm"));
        let (qkv, output) = (take("attn_qkv"), take("attn_output"));
        let (gate_up, down) = (take("ffn_up"), take("ffn_down"));
        let projected: Vec<Vec<f32>> = rows
            .iter()
            .enumerate()
            .map(|(position, x)| {
                let mut all = multiply(&qkv, &norm(x, &first_norm));
                turn(
                    &mut all[..WIDTH + keys],
                    position,
                    factors.as_deref(),
                    magnitude,
                );
                all
            })
            .collect();
        for (position, row) in rows.iter_mut().enumerate() {
            let seen = attend(&projected, position, window);
            add(row, &multiply(&output, &seen));
            let both = multiply(&gate_up, &norm(row, &second_norm));
            let hidden: Vec<f32> = both[..HIDDEN]
                .iter()
                .zip(&both[HIDDEN..])
                .map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up)
                .collect();
            add(row, &multiply(&down, &hidden));
        }
    }
    let (last_norm, head) = (
        weights.take("output_norm.weight"),
        weights.take("output.weight"),
    );
    rows.iter()
        .map(|x| multiply(&head, &norm(x, &last_norm)))
        .collect()
}

fn attend(projected: &[Vec<f32>], position: usize, window: usize) -> Vec<f32> {
    let keys = KV_HEADS * HEAD_DIM;
    let first = (position + 1).saturating_sub(window);
    let mut seen = Vec::with_capacity(WIDTH);
    for head in 0..HEADS {
        let group = head / (HEADS / KV_HEADS) * HEAD_DIM;
        let query = &projected[position][head * HEAD_DIM..][..HEAD_DIM];
        let scores: Vec<f32> = (first..=position)
            .map(|other| {
                let key = &projected[other][WIDTH + group..][..HEAD_DIM];
                let product: f32 = query.iter().zip(key).map(|(q, k)| q * k).sum();
                product / (HEAD_DIM as f32).sqrt()
            })
            .collect();
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let shares: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let sum: f32 = shares.iter().sum();
        for dim in 0..HEAD_DIM {
            let value: f32 = shares
                .iter()
                .zip(first..)
                .map(|(share, other)| share * projected[other][WIDTH + keys + group + dim])
                .sum();
            seen.push(value / sum);
        }
    }
    seen
}
