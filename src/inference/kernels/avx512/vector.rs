//! The primitives of `products` as AVX-512 instructions.

use std::arch::x86_64::*;

type Integers = __m512i;
type Floats = __m512;

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn no_integers() -> Integers {
    _mm512_setzero_si512()
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn no_floats() -> Floats {
    _mm512_setzero_ps()
}

/// 64 bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
unsafe fn load(at: *const u8) -> Integers {
    // SAFETY: the caller has them there.
    unsafe { _mm512_loadu_si512(at.cast()) }
}

/// 16 floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
unsafe fn load_floats(at: *const f32) -> Floats {
    // SAFETY: the caller has them there.
    unsafe { _mm512_loadu_ps(at) }
}

/// Signed bytes plus 128, as unsigned ones.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn raise(bytes: Integers) -> Integers {
    _mm512_xor_si512(bytes, _mm512_set1_epi8(-128))
}

/// In each lane: plus four unsigned bytes times the four signed bytes of `value`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn four_products(sums: Integers, bytes: Integers, value: i32) -> Integers {
    _mm512_dpbusd_epi32(sums, bytes, _mm512_set1_epi32(value))
}

/// In each lane: plus two words times the two words of `value`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn two_products(sums: Integers, words: Integers, value: i32) -> Integers {
    _mm512_add_epi32(sums, _mm512_madd_epi16(words, _mm512_set1_epi32(value)))
}

/// The lower word of each lane, with its sign.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn lower_words(words: Integers) -> Integers {
    _mm512_srai_epi32::<16>(_mm512_slli_epi32::<16>(words))
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn floats(integers: Integers) -> Floats {
    _mm512_cvtepi32_ps(integers)
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn everywhere(value: f32) -> Floats {
    _mm512_set1_ps(value)
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn times(a: Floats, b: Floats) -> Floats {
    _mm512_mul_ps(a, b)
}

/// `a * b + c`
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn times_plus(a: Floats, b: Floats, c: Floats) -> Floats {
    _mm512_fmadd_ps(a, b, c)
}

/// `c - a * b`
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
fn minus_times(a: Floats, b: Floats, c: Floats) -> Floats {
    _mm512_fnmadd_ps(a, b, c)
}

/// Adds the first `count` of 16 floats to those at a place.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]
unsafe fn add_to(at: *mut f32, count: usize, sums: Floats) {
    let first = ((1_u32 << count.min(16)) - 1) as u16;
    // SAFETY: the caller has `count` floats there, and the mask keeps the rest out.
    unsafe {
        let before = _mm512_maskz_loadu_ps(first, at);
        _mm512_mask_storeu_ps(at, first, _mm512_add_ps(before, sums));
    }
}

products!(#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni")]);
