//! Rows of F32, F16 and BF16 weights, eight at a time. Few models have them in more than a matrix or two.

use std::arch::x86_64::*;

use super::lanes;
use crate::kernels::{Input, Rows};
use crate::weights::WeightType;

/// Rows times one or more tokens.
///
/// # Safety
/// `check` held.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn floats(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    let mut wide = vec![0.0_f32; rows.cols];
    for (index, row) in rows.bytes.chunks_exact(rows.row_bytes()).enumerate() {
        widen(rows.kind, row, &mut wide);
        for (token, values) in input.values.chunks_exact(rows.cols).enumerate() {
            out[token * rows.count + index] = dot(&wide, values);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn widen(kind: WeightType, row: &[u8], wide: &mut [f32]) {
    let whole = wide.len() / 8;
    if kind == WeightType::F16 {
        for (bytes, out) in row
            .as_chunks::<16>()
            .0
            .iter()
            .zip(wide.as_chunks_mut::<8>().0)
        {
            // SAFETY: sixteen bytes are read and eight floats written, as the types say.
            unsafe {
                let half = _mm_loadu_si128(bytes.as_ptr().cast());
                _mm256_storeu_ps(out.as_mut_ptr(), _mm256_cvtph_ps(half));
            }
        }
        crate::kernels::dequantize(kind, &row[whole * 16..], &mut wide[whole * 8..]);
    } else {
        crate::kernels::dequantize(kind, row, wide);
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [_mm256_setzero_ps(); 4];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (index, (a, b)) in a8.iter().zip(b8).enumerate() {
        // SAFETY: both hold eight floats.
        let (a, b) = unsafe { (_mm256_loadu_ps(a.as_ptr()), _mm256_loadu_ps(b.as_ptr())) };
        sums[index % 4] = _mm256_fmadd_ps(a, b, sums[index % 4]);
    }
    let all = _mm256_add_ps(
        _mm256_add_ps(sums[0], sums[1]),
        _mm256_add_ps(sums[2], sums[3]),
    );
    lanes::sum(all) + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}
