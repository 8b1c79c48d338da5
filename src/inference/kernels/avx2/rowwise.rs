//! Norm, SiLU·up, rounding to integers and to f16, eight values at a time.

use std::arch::x86_64::*;

use half::f16;

use super::lanes;
use crate::kernels::InputRow;

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn rms_norm(row: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
    let (eights, rest) = row.as_chunks::<8>();
    let mut sums = [_mm256_setzero_ps(); 2];
    for (index, x) in eights.iter().enumerate() {
        let x = load(x);
        sums[index % 2] = _mm256_fmadd_ps(x, x, sums[index % 2]);
    }
    let squares =
        lanes::sum(_mm256_add_ps(sums[0], sums[1])) + rest.iter().map(|x| x * x).sum::<f32>();
    let factor = 1.0 / (squares / row.len() as f32 + eps).sqrt();
    for ((out, x), weight) in out.iter_mut().zip(row).zip(weight) {
        *out = x * factor * weight;
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn silu_mul(gate: &[f32], up: &[f32], out: &mut [f32]) {
    let (gates, gate_rest) = gate.as_chunks::<8>();
    let (ups, up_rest) = up.as_chunks::<8>();
    let (outs, out_rest) = out.as_chunks_mut::<8>();
    let one = _mm256_set1_ps(1.0);
    for ((gate, up), out) in gates.iter().zip(ups).zip(outs) {
        let gate = load(gate);
        let below = _mm256_add_ps(one, lanes::exp(_mm256_sub_ps(_mm256_setzero_ps(), gate)));
        store(out, _mm256_mul_ps(_mm256_div_ps(gate, below), load(up)));
    }
    for ((gate, up), out) in gate_rest.iter().zip(up_rest).zip(out_rest) {
        *out = gate / (1.0 + (-gate).exp()) * up;
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn to_f16(row: &[f32], out: &mut [u16]) {
    let (eights, rest) = row.as_chunks::<8>();
    let (outs, out_rest) = out.as_chunks_mut::<8>();
    for (x, out) in eights.iter().zip(outs) {
        let half = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(load(x));
        // SAFETY: `out` has room for eight words.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), half) };
    }
    for (x, out) in rest.iter().zip(out_rest) {
        *out = f16::from_f32(*x).to_bits();
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn quantize_32(row: &[f32], out: &mut InputRow<'_>) {
    let (blocks, _) = row.as_chunks::<32>();
    let (qs, _) = out.q.as_chunks_mut::<32>();
    for (((values, q), scale), offset) in blocks
        .iter()
        .zip(qs)
        .zip(&mut *out.scale)
        .zip(&mut *out.offset)
    {
        let (factor, inverse) = factors(most(values));
        let sum = round_32(values, inverse, q);
        *scale = factor;
        *offset = factor * (i32::from(sum[0]) + i32::from(sum[1])) as f32;
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn quantize_256(row: &[f32], out: &mut InputRow<'_>) {
    let (blocks, _) = row.as_chunks::<256>();
    let (qs, _) = out.q.as_chunks_mut::<256>();
    for (block, (values, q)) in blocks.iter().zip(qs).enumerate() {
        let (factor, inverse) = factors(most(values));
        out.scale[block] = factor;
        for run in 0..8 {
            let (values, _) = values[run * 32..].as_chunks::<32>();
            let (q, _) = q[run * 32..].as_chunks_mut::<32>();
            let sum = round_32(&values[0], inverse, &mut q[0]);
            out.sums16[block * 16 + 2 * run..][..2].copy_from_slice(&sum);
            out.sums32[block * 8 + run] = sum[0] + sum[1];
        }
    }
}

/// The greatest finite magnitude.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn most(values: &[f32]) -> f32 {
    let sign = _mm256_set1_ps(-0.0);
    let infinite = _mm256_set1_ps(f32::INFINITY);
    let mut most = _mm256_setzero_ps();
    for x in values.as_chunks::<8>().0 {
        let x = _mm256_andnot_ps(sign, load(x));
        // False for infinities and for what is no number.
        let finite = _mm256_cmp_ps::<_CMP_LT_OQ>(x, infinite);
        most = _mm256_max_ps(most, _mm256_and_ps(x, finite));
    }
    lanes::max(most)
}

/// The factor of a block, and what its values are multiplied by before they are rounded.
#[inline]
fn factors(most: f32) -> (f32, f32) {
    let factor = most / 127.0;
    if factor < f32::MIN_POSITIVE {
        (0.0, 0.0)
    } else {
        (factor, 127.0 / most)
    }
}

/// Rounds 32 values and gives the sums of both halves.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn round_32(values: &[f32; 32], inverse: f32, q: &mut [i8; 32]) -> [i16; 2] {
    let inverse = _mm256_set1_ps(inverse);
    let (low, high) = (_mm256_set1_ps(-127.0), _mm256_set1_ps(127.0));
    let (eights, _) = values.as_chunks::<8>();
    let part = |index: usize| {
        let x = _mm256_mul_ps(load(&eights[index]), inverse);
        // What is no number becomes -127 here and zero in the reference; neither means anything.
        _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x, low), high))
    };
    let words = _mm256_packs_epi32(part(0), part(1));
    let more = _mm256_packs_epi32(part(2), part(3));
    // Packing works within halves, so the fours come out as 0 2 4 6 | 1 3 5 7.
    let bytes = _mm256_packs_epi16(words, more);
    let bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    // SAFETY: `q` has room for 32 bytes.
    unsafe { _mm256_storeu_si256(q.as_mut_ptr().cast(), bytes) };
    let pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), bytes);
    let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    let (first, second) = (
        _mm256_castsi256_si128(fours),
        _mm256_extracti128_si256::<1>(fours),
    );
    let twos = _mm_hadd_epi32(first, second);
    let ones = _mm_hadd_epi32(twos, twos);
    [
        _mm_extract_epi32::<0>(ones) as i16,
        _mm_extract_epi32::<1>(ones) as i16,
    ]
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn load(x: &[f32; 8]) -> __m256 {
    // SAFETY: there are eight floats.
    unsafe { _mm256_loadu_ps(x.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn store(out: &mut [f32; 8], x: __m256) {
    // SAFETY: there is room for eight floats.
    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), x) };
}
