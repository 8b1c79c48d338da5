//! The arithmetic that a model spends its time in, once for each kind of processor.
//!
//! [`Kernel`] lists what there is to compute. `scalar` says what each operation means; `avx2` and `avx512` say
//! it faster. [`best`] picks one at run time after it agreed with the scalar one on small random cases; one that
//! disagrees is reported and not used. `STOCKTAKE_AI_KERNEL` or [`named`] force one, for tests and for doubt.
//!
//! A kernel works on what it is handed, in the calling thread; `ops` splits work over the pool.

use crate::ops::Form;
use crate::weights::{QuantMatrix, WeightType};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod scalar;

mod blocks;
mod select;

pub use blocks::{Unpacked, dequantize, unpack};
pub use select::{available, best, named};

/// Some rows of a matrix in their file layout.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub kind: WeightType,
    pub count: usize,
    pub cols: usize,
    /// `count` times the bytes of a row.
    pub bytes: &'a [u8],
}

impl<'a> Rows<'a> {
    pub fn of(matrix: &'a QuantMatrix, range: std::ops::Range<usize>) -> Rows<'a> {
        let bytes = matrix.row_range(range.clone());
        Rows {
            kind: matrix.kind(),
            count: range.len(),
            cols: matrix.col_count(),
            bytes,
        }
    }

    pub fn row_bytes(&self) -> usize {
        self.cols / self.kind.block_len() * self.kind.block_bytes()
    }
}

/// A layer's input, `tokens` rows of `cols` values, in the form that a matrix reads. What another form has is
/// empty.
#[derive(Clone, Copy, Default)]
pub struct Input<'a> {
    pub tokens: usize,
    pub cols: usize,
    /// `Form::F32`: the values themselves.
    pub values: &'a [f32],
    /// The quantized values, -127..=127.
    pub q: &'a [i8],
    /// One factor for each block of 256 (`Blocks256`) or 32 (`Blocks32`) values.
    pub scale: &'a [f32],
    /// `Blocks256`: the sum of each 32 of `q`.
    pub sums32: &'a [i16],
    /// `Blocks256`: the sum of each 16 of `q`.
    pub sums16: &'a [i16],
    /// `Blocks32`: the sum of each 32 of `q`, times the factor.
    pub offset: &'a [f32],
}

/// Where a quantized row goes; the fields are those of [`Input`].
pub struct InputRow<'a> {
    pub q: &'a mut [i8],
    pub scale: &'a mut [f32],
    pub sums32: &'a mut [i16],
    pub sums16: &'a mut [i16],
    pub offset: &'a mut [f32],
}

/// One head's queries against one run of keys and values, and what was gathered for them so far.
pub struct Attend<'a> {
    pub head_dim: usize,
    /// `[queries][head_dim]`, already multiplied by the attention's scale.
    pub queries: &'a [f32],
    /// `[keys][head_dim]` in f16 bits.
    pub keys: &'a [u16],
    /// `[keys][head_dim]` in f16 bits.
    pub values: &'a [u16],
    /// For each query the keys that it sees, as a range within this run. It may be empty.
    pub visible: &'a [(u32, u32)],
    /// For each query the greatest score so far; start with minus infinity.
    pub most: &'a mut [f32],
    /// For each query the sum of `exp(score - most)`; start with zero.
    pub sum: &'a mut [f32],
    /// `[queries][head_dim]`: the sum of `exp(score - most) * value`; start with zero.
    pub gathered: &'a mut [f32],
}

/// What there is to compute. Slices have the lengths that the shapes say; kernels may rely on it, and `ops`
/// checks it.
pub trait Kernel: Send + Sync {
    fn name(&self) -> &'static str;

    /// One token: `out[row] = rows[row] · input`.
    fn dot(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]);

    /// Several tokens: `out[token * rows.count + row] = rows[row] · input[token]`.
    fn gemm(&self, rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]);

    /// Rounds one row to blocks of 256 or 32.
    fn quantize(&self, form: Form, row: &[f32], out: &mut InputRow<'_>);

    /// `out = row / sqrt(mean(row²) + eps) * weight`.
    fn rms_norm(&self, row: &[f32], weight: &[f32], eps: f32, out: &mut [f32]);

    /// `out = gate / (1 + exp(-gate)) * up`.
    fn silu_mul(&self, gate: &[f32], up: &[f32], out: &mut [f32]);

    /// Rounds to f16 bits.
    fn to_f16(&self, row: &[f32], out: &mut [u16]);

    /// Takes one run of keys into account for all queries.
    fn attend(&self, job: &mut Attend<'_>);
}
