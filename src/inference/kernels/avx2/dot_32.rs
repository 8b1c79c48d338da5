//! One token against rows of Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0, straight from the file's layout.

use std::arch::x86_64::*;

use super::lanes;
use crate::kernels::{Input, Rows};

/// As in `dot_256`.
const AHEAD: usize = 4096;

/// Each half of 16 bytes of nibbles: the low ones, then the high ones.
///
/// # Safety
/// There are 16 bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn nibbles(at: *const u8) -> __m256i {
    // SAFETY: the caller's promise.
    let bytes = unsafe { _mm_loadu_si128(at.cast()) };
    let both =
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(bytes), _mm_srli_epi16::<4>(bytes));
    _mm256_and_si256(both, _mm256_set1_epi8(15))
}

/// 16 wherever one of 32 bits is set, in the order of the bits.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn fifths(bits: u32) -> __m256i {
    let spread = _mm256_shuffle_epi8(
        _mm256_set1_epi32(bits.cast_signed()),
        _mm256_set_epi64x(
            0x0303_0303_0303_0303,
            0x0202_0202_0202_0202,
            0x0101_0101_0101_0101,
            0,
        ),
    );
    let each = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64.cast_signed());
    let set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, each), each);
    _mm256_and_si256(set, _mm256_set1_epi8(16))
}

/// Rows of blocks that have a factor and a minimum or a fixed middle, four at a time: they share the loads of
/// the input and the widening of their factors.
///
/// `SIZE` bytes a block; `MIN_AT` is where the minimum is, `FIFTH_AT` where the fifth bits are, zero for none.
/// Without a minimum the weights are around `MIDDLE`.
///
/// # Safety
/// `check` held, and there is one token.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn nibble_rows<
    const SIZE: usize,
    const MIN_AT: usize,
    const FIFTH_AT: usize,
    const MIDDLE: u8,
>(
    rows: &Rows<'_>,
    input: &Input<'_>,
    out: &mut [f32],
) {
    let whole = out.len() / 4 * 4;
    let size = rows.row_bytes();
    // SAFETY: the caller's promise; each call gets as many rows as it computes.
    unsafe {
        for first in (0..whole).step_by(4) {
            let at = rows.bytes.as_ptr().add(first * size);
            let sums = some_rows::<4, SIZE, MIN_AT, FIFTH_AT, MIDDLE>(at, size, input);
            out[first..first + 4].copy_from_slice(&sums);
        }
        for (row, out) in out.iter_mut().enumerate().skip(whole) {
            let at = rows.bytes.as_ptr().add(row * size);
            [*out] = some_rows::<1, SIZE, MIN_AT, FIFTH_AT, MIDDLE>(at, size, input);
        }
    }
}

/// `R` rows from `at` on, each `size` bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn some_rows<
    const R: usize,
    const SIZE: usize,
    const MIN_AT: usize,
    const FIFTH_AT: usize,
    const MIDDLE: u8,
>(
    at: *const u8,
    size: usize,
    input: &Input<'_>,
) -> [f32; R] {
    let ones = _mm256_set1_epi16(1);
    let mut products = [_mm256_setzero_ps(); R];
    let mut mins = _mm256_setzero_ps();
    for number in 0..input.cols / 32 {
        // SAFETY: `check` made sure that rows, blocks and input are there in full.
        unsafe {
            let block: [*const u8; R] =
                std::array::from_fn(|row| at.add(row * size + number * SIZE));
            prefetch(at, number, R * SIZE);
            let scale = *input.scale.get_unchecked(number);
            let q = _mm256_loadu_si256(input.q.as_ptr().add(number * 32).cast());
            // The rows' factors (and minimums beside them), all met by the input's.
            let met = if MIN_AT > 0 {
                let head = |row: usize| {
                    if row < R {
                        block[row % R].cast::<i32>().read_unaligned()
                    } else {
                        0
                    }
                };
                let heads = _mm256_cvtph_ps(_mm_setr_epi32(head(0), head(1), head(2), head(3)));
                let offset = _mm_set_ss(*input.offset.get_unchecked(number));
                let pair = _mm_castps_pd(_mm_unpacklo_ps(_mm_set_ss(scale), offset));
                let met = _mm256_mul_ps(heads, _mm256_castpd_ps(_mm256_broadcastsd_pd(pair)));
                mins = _mm256_add_ps(mins, met);
                met
            } else {
                let head = |row: usize| {
                    if row < R {
                        block[row % R].cast::<i16>().read_unaligned()
                    } else {
                        0
                    }
                };
                let heads = _mm_cvtph_ps(_mm_setr_epi16(
                    head(0),
                    head(1),
                    head(2),
                    head(3),
                    0,
                    0,
                    0,
                    0,
                ));
                let met = _mm_mul_ps(heads, _mm_set1_ps(scale));
                _mm256_castps128_ps256(met)
            };
            for row in 0..R {
                let mut weights = nibbles(block[row].add(SIZE - 16));
                if FIFTH_AT > 0 {
                    let bits = block[row].add(FIFTH_AT).cast::<u32>().read_unaligned();
                    weights = _mm256_or_si256(weights, fifths(bits));
                }
                let pairs = if MIN_AT > 0 {
                    _mm256_maddubs_epi16(weights, q)
                } else {
                    weights = _mm256_sub_epi8(weights, _mm256_set1_epi8(MIDDLE.cast_signed()));
                    _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(q, weights))
                };
                let sum = _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, ones));
                let lane = if MIN_AT > 0 { 2 * row } else { row };
                let factor = _mm256_permutevar8x32_ps(met, _mm256_set1_epi32(lane as i32));
                products[row] = _mm256_fmadd_ps(sum, factor, products[row]);
            }
        }
    }
    let mut lanes_of = [0.0; 8];
    // SAFETY: there is room for eight floats.
    unsafe { _mm256_storeu_ps(lanes_of.as_mut_ptr(), mins) };
    std::array::from_fn(|row| {
        let min = if MIN_AT > 0 {
            lanes_of[2 * row + 1]
        } else {
            0.0
        };
        lanes::sum(products[row]) + min
    })
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q4_0(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: the caller's promise, here and below.
    unsafe { nibble_rows::<18, 0, 0, 8>(rows, input, out) }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q4_1(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: as above.
    unsafe { nibble_rows::<20, 2, 0, 0>(rows, input, out) }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q5_0(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: as above.
    unsafe { nibble_rows::<22, 0, 2, 16>(rows, input, out) }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q5_1(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: as above.
    unsafe { nibble_rows::<24, 2, 4, 0>(rows, input, out) }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q8_0(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    let whole = out.len() / 4 * 4;
    let size = rows.row_bytes();
    // SAFETY: the caller's promise; each call gets as many rows as it computes.
    unsafe {
        for first in (0..whole).step_by(4) {
            let sums = some_byte_rows::<4>(rows.bytes.as_ptr().add(first * size), size, input);
            out[first..first + 4].copy_from_slice(&sums);
        }
        for (row, out) in out.iter_mut().enumerate().skip(whole) {
            [*out] = some_byte_rows::<1>(rows.bytes.as_ptr().add(row * size), size, input);
        }
    }
}

/// `R` rows of Q8_0 from `at` on, each `size` bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn some_byte_rows<const R: usize>(
    at: *const u8,
    size: usize,
    input: &Input<'_>,
) -> [f32; R] {
    let ones = _mm256_set1_epi16(1);
    let mut products = [_mm256_setzero_ps(); R];
    for number in 0..input.cols / 32 {
        // SAFETY: `check` made sure that rows, blocks and input are there in full.
        unsafe {
            let block: [*const u8; R] = std::array::from_fn(|row| at.add(row * size + number * 34));
            prefetch(at, number, R * 34);
            let q = _mm256_loadu_si256(input.q.as_ptr().add(number * 32).cast());
            let head = |row: usize| {
                if row < R {
                    block[row % R].cast::<i16>().read_unaligned()
                } else {
                    0
                }
            };
            let heads = _mm_setr_epi16(head(0), head(1), head(2), head(3), 0, 0, 0, 0);
            let scale = _mm_set1_ps(*input.scale.get_unchecked(number));
            let met = _mm256_castps128_ps256(_mm_mul_ps(_mm_cvtph_ps(heads), scale));
            for row in 0..R {
                let weights = _mm256_loadu_si256(block[row].add(2).cast());
                // One side of the product is unsigned, so the weights' signs move to the input.
                let pairs =
                    _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(q, weights));
                let sum = _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, ones));
                let factor = _mm256_permutevar8x32_ps(met, _mm256_set1_epi32(row as i32));
                products[row] = _mm256_fmadd_ps(sum, factor, products[row]);
            }
        }
    }
    std::array::from_fn(|row| lanes::sum(products[row]))
}

/// Asks for what a step will take that is as far ahead as is worth it. The rows that go together lie one behind
/// the other, so a step asks for as many bytes as it takes from all of them, each line once.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn prefetch(at: *const u8, step: usize, bytes: usize) {
    for line in step * bytes / 64..(step + 1) * bytes / 64 {
        _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(AHEAD + line * 64).cast());
    }
}
