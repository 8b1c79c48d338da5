//! The operations for processors with AVX-512 and its byte products (VNNI). Only the products of several tokens
//! are its own: one token is limited by memory, and the rest takes too little time to be worth a second version.
//!
//! `products` has the algorithm, written over a handful of primitives. `vector` has them as instructions; `plain`
//! has them as loops over arrays, so that tests try the algorithm on processors without these instructions.

// As in `avx2`: vector instructions, reached only after the processor was asked.
#![allow(unsafe_code)]

use super::avx2::{self, Avx2};
use super::{Attend, Input, InputRow, Kernel, Rows};
use crate::ops::Form;

// The macro comes first, because the modules below it are made with it.
#[macro_use]
mod products;
#[cfg(test)]
mod plain;
mod vector;

/// Made by `select` only, once the processor is known to have what it needs.
pub struct Avx512 {
    narrow: Avx2,
}

impl Avx512 {
    /// `None` when this processor lacks one of the instruction sets.
    pub fn detect() -> Option<Avx512> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vnni");
        Avx2::detect()
            .filter(|_| has)
            .map(|narrow| Avx512 { narrow })
    }
}

impl Kernel for Avx512 {
    fn name(&self) -> &'static str {
        "avx512-vnni"
    }

    fn dot(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        self.narrow.dot(rows, input, out);
    }

    fn gemm(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
        avx2::check(rows, input, out);
        // SAFETY: `detect` found the instructions, and `check` the lengths.
        match rows.kind.form() {
            Form::F32 => self.narrow.gemm(rows, input, out),
            Form::Blocks32 => unsafe { vector::blocks_32(rows, input, out) },
            Form::Blocks256 => unsafe { vector::blocks_256(rows, input, out) },
        }
    }

    fn quantize(&self, form: Form, row: &[f32], out: &mut InputRow<'_>) {
        self.narrow.quantize(form, row, out);
    }

    fn rms_norm(&self, row: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
        self.narrow.rms_norm(row, weight, eps, out);
    }

    fn silu_mul(&self, gate: &[f32], up: &[f32], out: &mut [f32]) {
        self.narrow.silu_mul(gate, up, out);
    }

    fn to_f16(&self, row: &[f32], out: &mut [u16]) {
        self.narrow.to_f16(row, out);
    }

    fn attend(&self, job: &mut Attend<'_>) {
        self.narrow.attend(job);
    }
}
