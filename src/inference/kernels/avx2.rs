//! The operations for processors with AVX2, FMA and F16C, which is every x86-64 server of the last ten years.
//!
//! One token reads the weights once, so `dot_256` and `dot_32` unpack in registers and are as fast as memory is.
//! Several tokens share the unpacking: `tile` spreads 16 rows by 256 columns out in the first cache, in the order
//! in which `gemm` consumes them.

// Vector instructions are unsafe where they follow pointers, and where the processor might not have them. The
// safe methods below are reached only through `select`, which has asked the processor first.
#![allow(unsafe_code)]

use super::{Attend, Input, InputRow, Kernel, Rows, scalar::Scalar};
use crate::ops::Form;
use crate::weights::WeightType;

pub(super) mod attend;
mod dot_256;
mod dot_32;
mod dot_float;
pub(super) mod gemm;
pub(super) mod lanes;
mod rowwise;
pub(super) mod tile;

/// Made by `select` only, once the processor is known to have what it needs.
pub struct Avx2(());

impl Avx2 {
    /// `None` when this processor lacks one of the instruction sets.
    pub fn detect() -> Option<Avx2> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c");
        has.then_some(Avx2(()))
    }
}

/// Checks once what the kernels below then rely on when they follow pointers.
pub(super) fn check(rows: &Rows<'_>, input: &Input<'_>, out: &[f32]) {
    let (count, values) = (input.tokens, input.tokens * input.cols);
    assert_eq!(rows.cols, input.cols, "a row is as long as the input");
    assert_eq!(
        rows.bytes.len(),
        rows.count * rows.row_bytes(),
        "rows are whole"
    );
    assert_eq!(
        out.len(),
        count * rows.count,
        "an output for each row and token"
    );
    match rows.kind.form() {
        Form::F32 => assert_eq!(input.values.len(), values),
        Form::Blocks32 => {
            assert_eq!(input.q.len(), values);
            assert_eq!(
                (input.scale.len(), input.offset.len()),
                (values / 32, values / 32)
            );
        }
        Form::Blocks256 => {
            assert_eq!(input.q.len(), values);
            assert_eq!(input.scale.len(), values / 256);
            assert_eq!(
                (input.sums32.len(), input.sums16.len()),
                (values / 32, values / 16)
            );
        }
    }
}

impl Kernel for Avx2 {
    fn name(&self) -> &'static str {
        "avx2"
    }

    fn dot(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        check(rows, input, out);
        assert_eq!(input.tokens, 1, "one token at a time");
        // SAFETY: `detect` found the instructions, and `check` the lengths.
        unsafe {
            match rows.kind {
                WeightType::Q4K => dot_256::q4k(rows, input, out),
                WeightType::Q5K => dot_256::q5k(rows, input, out),
                WeightType::Q6K => dot_256::q6k(rows, input, out),
                WeightType::Q4_0 => dot_32::q4_0(rows, input, out),
                WeightType::Q4_1 => dot_32::q4_1(rows, input, out),
                WeightType::Q5_0 => dot_32::q5_0(rows, input, out),
                WeightType::Q5_1 => dot_32::q5_1(rows, input, out),
                WeightType::Q8_0 => dot_32::q8_0(rows, input, out),
                WeightType::F32 | WeightType::F16 | WeightType::Bf16 => {
                    dot_float::floats(rows, input, out)
                }
            }
        }
    }

    fn gemm(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        check(rows, input, out);
        // SAFETY: as in `dot`.
        unsafe {
            match rows.kind.form() {
                Form::F32 => dot_float::floats(rows, input, out),
                Form::Blocks32 => gemm::blocks_32(rows, input, out),
                Form::Blocks256 => gemm::blocks_256(rows, input, out),
            }
        }
    }

    fn quantize(&self, form: Form, row: &[f32], out: &mut InputRow<'_>) {
        // SAFETY: `detect` found the instructions.
        match form {
            Form::F32 => {}
            Form::Blocks32 => unsafe { rowwise::quantize_32(row, out) },
            Form::Blocks256 => unsafe { rowwise::quantize_256(row, out) },
        }
    }

    fn rms_norm(&self, row: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
        // SAFETY: `detect` found the instructions.
        unsafe { rowwise::rms_norm(row, weight, eps, out) }
    }

    fn silu_mul(&self, gate: &[f32], up: &[f32], out: &mut [f32]) {
        // SAFETY: `detect` found the instructions.
        unsafe { rowwise::silu_mul(gate, up, out) }
    }

    fn to_f16(&self, row: &[f32], out: &mut [u16]) {
        // SAFETY: `detect` found the instructions.
        unsafe { rowwise::to_f16(row, out) }
    }

    fn attend(&self, job: &mut Attend<'_>) {
        if !job.head_dim.is_multiple_of(8) || job.head_dim > attend::MOST_DIM {
            return Scalar.attend(job);
        }
        // SAFETY: `detect` found the instructions.
        unsafe { attend::attend(job) }
    }
}
