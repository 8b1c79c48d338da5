//! Small pieces that the AVX2 kernels share: sums across a register, transposes, the exponential.

use std::arch::x86_64::*;

/// The sum of eight floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn sum(x: __m256) -> f32 {
    let four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
    sum4(four)
}

/// The sum of four floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn sum4(four: __m128) -> f32 {
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
}

/// The greatest of eight floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn max(x: __m256) -> f32 {
    let four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps::<1>(x));
    let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps::<1>(two, two)))
}

/// 16 bytes from each of eight rows become four registers: register `j` holds the rows' `j`-th four bytes, row
/// after row.
///
/// # Safety
/// Sixteen bytes can be read at each pointer.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn words_of_eight(rows: &[*const u8; 8], offset: usize) -> [__m256i; 4] {
    // SAFETY: the caller's promise.
    let pair = |low: usize| unsafe {
        let low_half = _mm_loadu_si128(rows[low].add(offset).cast());
        let high_half = _mm_loadu_si128(rows[low + 4].add(offset).cast());
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low_half), high_half)
    };
    let (a, b, c, d) = (pair(0), pair(1), pair(2), pair(3));
    let (ab_low, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Eight f16 in the low halves of eight words, widened.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn widen_words(words: __m256i) -> __m256 {
    let low = _mm256_and_si256(words, _mm256_set1_epi32(0xffff));
    let packed = _mm256_permute4x64_epi64::<0b1000>(_mm256_packus_epi32(low, low));
    _mm256_cvtph_ps(_mm256_castsi256_si128(packed))
}

/// One f16, widened.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn widen(bits: u16) -> f32 {
    _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(bits))))
}

/// `exp(x)` to about two units in the last place, zero far below and the greatest float far above.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn exp(x: __m256) -> __m256 {
    let x = _mm256_min_ps(x, _mm256_set1_ps(88.3));
    let tiny = _mm256_cmp_ps::<_CMP_LT_OQ>(x, _mm256_set1_ps(-87.3));
    let x = _mm256_max_ps(x, _mm256_set1_ps(-87.3));
    // x = n ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts so that r is exact.
    let n = _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(_mm256_mul_ps(
        x,
        _mm256_set1_ps(std::f32::consts::LOG2_E),
    ));
    let r = _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693_359_4), x);
    let r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.121_944_4e-4), r);
    // The series of exp, which at |r| ≤ 0.35 needs seven terms.
    let mut y = _mm256_set1_ps(1.0 / 5040.0);
    for factor in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        y = _mm256_fmadd_ps(y, r, _mm256_set1_ps(factor));
    }
    let power = _mm256_slli_epi32::<23>(_mm256_add_epi32(
        _mm256_cvtps_epi32(n),
        _mm256_set1_epi32(127),
    ));
    _mm256_andnot_ps(tiny, _mm256_mul_ps(y, _mm256_castsi256_ps(power)))
}
