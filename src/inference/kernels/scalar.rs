//! What each operation means, one value after another, for every processor. It is the reference that the other
//! kernels are tested against, so it prefers being plainly right to being fast.

use half::f16;

use super::{Attend, Input, InputRow, Kernel, Rows, dequantize, unpack};
use crate::ops::Form;

/// The reference.
pub struct Scalar;

impl Kernel for Scalar {
    fn name(&self) -> &'static str {
        "scalar"
    }

    fn dot(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        self.gemm(rows, input, out);
    }

    fn gemm(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        for (index, row) in rows.bytes.chunks_exact(rows.row_bytes()).enumerate() {
            match rows.kind.form() {
                Form::F32 => float_row(rows, row, input, index, out),
                Form::Blocks32 | Form::Blocks256 => block_row(rows, row, input, index, out),
            }
        }
    }

    fn quantize(&self, form: Form, row: &[f32], out: &mut InputRow<'_>) {
        match form {
            Form::F32 => {}
            Form::Blocks32 => quantize_32(row, out),
            Form::Blocks256 => quantize_256(row, out),
        }
    }

    fn rms_norm(&self, row: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
        let squares: f64 = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
        let factor = (1.0 / (squares / row.len() as f64 + f64::from(eps)).sqrt()) as f32;
        for ((out, x), weight) in out.iter_mut().zip(row).zip(weight) {
            *out = x * factor * weight;
        }
    }

    fn silu_mul(&self, gate: &[f32], up: &[f32], out: &mut [f32]) {
        for ((out, gate), up) in out.iter_mut().zip(gate).zip(up) {
            *out = gate / (1.0 + (-gate).exp()) * up;
        }
    }

    fn to_f16(&self, row: &[f32], out: &mut [u16]) {
        for (out, x) in out.iter_mut().zip(row) {
            *out = f16::from_f32(*x).to_bits();
        }
    }

    fn attend(&self, job: &mut Attend<'_>) {
        let dim = job.head_dim;
        for (index, &(from, to)) in job.visible.iter().enumerate() {
            let query = &job.queries[index * dim..(index + 1) * dim];
            let gathered = &mut job.gathered[index * dim..(index + 1) * dim];
            for key in from as usize..to as usize {
                let run = key * dim..(key + 1) * dim;
                let score: f32 = query
                    .iter()
                    .zip(&job.keys[run.clone()])
                    .map(|(q, k)| q * wide(*k))
                    .sum();
                if score > job.most[index] {
                    let shrink = (job.most[index] - score).exp();
                    gathered.iter_mut().for_each(|g| *g *= shrink);
                    job.sum[index] *= shrink;
                    job.most[index] = score;
                }
                let weight = (score - job.most[index]).exp();
                job.sum[index] += weight;
                for (g, v) in gathered.iter_mut().zip(&job.values[run]) {
                    *g += weight * wide(*v);
                }
            }
        }
    }
}

fn wide(bits: u16) -> f32 {
    f16::from_bits(bits).to_f32()
}

fn float_row(rows: &Rows<'_>, row: &[u8], input: &Input<'_>, index: usize, out: &mut [f32]) {
    let mut weights = vec![0.0; rows.cols];
    dequantize(rows.kind, row, &mut weights);
    for (token, values) in input.values.chunks_exact(rows.cols).enumerate() {
        let sum: f64 = weights
            .iter()
            .zip(values)
            .map(|(w, x)| f64::from(*w) * f64::from(*x))
            .sum();
        out[token * rows.count + index] = sum as f32;
    }
}

fn block_row(rows: &Rows<'_>, row: &[u8], input: &Input<'_>, index: usize, out: &mut [f32]) {
    let len = rows.kind.block_len();
    let blocks: Vec<_> = row
        .chunks_exact(rows.kind.block_bytes())
        .map(|bytes| unpack(rows.kind, bytes))
        .collect();
    for token in 0..input.tokens {
        let mut total = 0.0_f64;
        for (number, block) in blocks.iter().enumerate() {
            let q = &input.q[token * rows.cols + number * len..][..len];
            let scale = f64::from(input.scale[token * blocks.len() + number]);
            for (run, q) in q.chunks_exact(16).enumerate() {
                let product: i32 = q
                    .iter()
                    .zip(&block.q[run * 16..])
                    .map(|(a, w)| i32::from(*a) * i32::from(*w))
                    .sum();
                let sum: i32 = q.iter().map(|a| i32::from(*a)).sum();
                total += scale
                    * (f64::from(block.scale[run]) * f64::from(product)
                        - f64::from(block.min[run]) * f64::from(sum));
            }
        }
        out[token * rows.count + index] = total as f32;
    }
}

/// The greatest magnitude of a block becomes 127. What is not finite counts as zero, because there is no
/// integer for it.
fn quantize_block(values: &[f32], q: &mut [i8]) -> f32 {
    let most = values
        .iter()
        .map(|x| x.abs())
        .filter(|x| x.is_finite())
        .fold(0.0_f32, f32::max);
    let scale = most / 127.0;
    if scale < f32::MIN_POSITIVE {
        q.fill(0);
        return 0.0;
    }
    let inverse = 127.0 / most;
    for (q, x) in q.iter_mut().zip(values) {
        *q = (x * inverse).round_ties_even().clamp(-127.0, 127.0) as i8;
    }
    scale
}

fn sum(q: &[i8]) -> i16 {
    q.iter().map(|q| i16::from(*q)).sum()
}

fn quantize_32(row: &[f32], out: &mut InputRow<'_>) {
    for (block, (values, q)) in row
        .chunks_exact(32)
        .zip(out.q.chunks_exact_mut(32))
        .enumerate()
    {
        out.scale[block] = quantize_block(values, q);
        out.offset[block] = out.scale[block] * f32::from(sum(q));
    }
}

fn quantize_256(row: &[f32], out: &mut InputRow<'_>) {
    for (block, (values, q)) in row
        .chunks_exact(256)
        .zip(out.q.chunks_exact_mut(256))
        .enumerate()
    {
        out.scale[block] = quantize_block(values, q);
        for (run, q) in q.chunks_exact(32).enumerate() {
            out.sums32[block * 8 + run] = sum(q);
            out.sums16[block * 16 + 2 * run] = sum(&q[..16]);
            out.sums16[block * 16 + 2 * run + 1] = sum(&q[16..]);
        }
    }
}
