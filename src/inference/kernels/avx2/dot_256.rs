//! One token against rows of Q4_K, Q5_K and Q6_K, straight from the file's layout. Memory is the limit here, so
//! each block is unpacked in registers, used once and left behind.

use std::arch::x86_64::*;

use super::lanes;
use crate::kernels::{Input, Rows};

/// Rows that are computed together, each from a quarter of its own: the processor's prefetching follows several
/// distant streams of memory at once, and two threads with one stream each do not use all of its bandwidth.
const STREAMS: usize = 4;

/// The bytes of a row's scales and minimums, unpacked: eight and eight.
#[inline]
fn packed_scales(bytes: &[u8; 12]) -> (u64, u64) {
    let word =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (a, b, c) = (word(0), word(4), word(8));
    let scales_high = (c & 0x0f0f_0f0f) | ((a >> 2) & 0x3030_3030);
    let mins_high = ((c >> 4) & 0x0f0f_0f0f) | ((b >> 2) & 0x3030_3030);
    let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    (
        join(a & 0x3f3f_3f3f, scales_high),
        join(b & 0x3f3f_3f3f, mins_high),
    )
}

/// What a row gathers: eight partial sums of products, four of minimums.
struct Gathered {
    products: __m256,
    mins: __m128,
}

impl Gathered {
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn new() -> Gathered {
        Gathered {
            products: _mm256_setzero_ps(),
            mins: _mm_setzero_ps(),
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn total(&self) -> f32 {
        lanes::sum(self.products) - lanes::sum4(self.mins)
    }
}

/// The part that Q4_K and Q5_K share: the header of a block, and the product of its minimums with the sums of
/// the input. Gives the eight scales as words in both halves.
///
/// # Safety
/// `block` holds at least 16 bytes, `sums32` eight words.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn header(
    block: *const u8,
    sums32: *const i16,
    scale: f32,
    gathered: &mut Gathered,
) -> (__m256i, __m256) {
    // SAFETY: the caller's promise.
    unsafe {
        let head = _mm_loadu_si128(block.cast());
        // The two f16 in front, times the input's factor.
        let d = _mm_mul_ps(_mm_cvtph_ps(head), _mm_set1_ps(scale));
        let (scales, mins) = packed_scales(&*block.add(4).cast::<[u8; 12]>());
        let mins = _mm_cvtepu8_epi16(_mm_cvtsi64_si128(mins.cast_signed()));
        let products = _mm_cvtepi32_ps(_mm_madd_epi16(mins, _mm_loadu_si128(sums32.cast())));
        gathered.mins = _mm_fmadd_ps(
            products,
            _mm_shuffle_ps::<0b01_01_01_01>(d, d),
            gathered.mins,
        );
        let scales = _mm_cvtepu8_epi16(_mm_cvtsi64_si128(scales.cast_signed()));
        (
            _mm256_broadcastsi128_si256(scales),
            _mm256_broadcastss_ps(d),
        )
    }
}

/// Word `index` of eight, everywhere.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn everywhere(words: __m256i, index: i16) -> __m256i {
    _mm256_shuffle_epi8(words, _mm256_set1_epi16((2 * index) | (2 * index + 1) << 8))
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn load(at: *const u8) -> __m256i {
    // SAFETY: the caller has 32 bytes there.
    unsafe { _mm256_loadu_si256(at.cast()) }
}

/// A type of weights: how a block of 256 adds to what its row gathers.
trait Blocks {
    /// Bytes of a block.
    const SIZE: usize;

    /// # Safety
    /// `block` holds `SIZE` bytes, `input` that block of columns, and the processor has the instructions.
    unsafe fn add(block: *const u8, input: &Input<'_>, number: usize, gathered: &mut Gathered);
}

/// One token against `rows`, of weights of type `B`.
///
/// # Safety
/// `check` held, there is one token, and the processor has the instructions.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn all_rows<B: Blocks>(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    let quarter = out.len() / STREAMS;
    for row in 0..quarter {
        // SAFETY: the caller's promise; every row is below `out.len()`, which is the rows' count.
        let sums = unsafe { some_rows::<B, STREAMS>(rows, input, row, quarter) };
        for (stream, sum) in sums.into_iter().enumerate() {
            out[stream * quarter + row] = sum;
        }
    }
    for (row, out) in out.iter_mut().enumerate().skip(STREAMS * quarter) {
        // SAFETY: as above.
        [*out] = unsafe { some_rows::<B, 1>(rows, input, row, 0) };
    }
}

/// `R` rows, the first of them `row` and each `apart` from the one before.
///
/// # Safety
/// `check` held, and the rows are there.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn some_rows<B: Blocks, const R: usize>(
    rows: &Rows<'_>,
    input: &Input<'_>,
    row: usize,
    apart: usize,
) -> [f32; R] {
    let blocks = rows.cols / 256;
    let mut gathered: [Gathered; R] = std::array::from_fn(|_| Gathered::new());
    for number in 0..blocks {
        for (stream, gathered) in gathered.iter_mut().enumerate() {
            let place = ((row + stream * apart) * blocks + number) * B::SIZE;
            // SAFETY: the caller's promise.
            unsafe { B::add(rows.bytes.as_ptr().add(place), input, number, gathered) };
        }
    }
    gathered.map(|gathered| gathered.total())
}

/// Q4_K, and with a fifth bit of each weight in front of the other four, Q5_K.
struct Nibbles<const FIFTH: bool>;

impl<const FIFTH: bool> Blocks for Nibbles<FIFTH> {
    const SIZE: usize = if FIFTH { 176 } else { 144 };

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn add(block: *const u8, input: &Input<'_>, number: usize, gathered: &mut Gathered) {
        let nibble = _mm256_set1_epi8(15);
        let fifth = _mm256_set1_epi8(16);
        // SAFETY: the caller's promise.
        unsafe {
            let q = input.q.as_ptr().add(number * 256).cast::<u8>();
            let scale = *input.scale.get_unchecked(number);
            let (scales, d) = header(
                block,
                input.sums32.as_ptr().add(number * 8),
                scale,
                gathered,
            );
            // Bit `run` of each byte comes to the place of the fifth bit.
            let fifths = if FIFTH {
                let bits = load(block.add(16));
                [
                    _mm256_slli_epi16::<4>(bits),
                    _mm256_slli_epi16::<3>(bits),
                    _mm256_slli_epi16::<2>(bits),
                    _mm256_slli_epi16::<1>(bits),
                    bits,
                    _mm256_srli_epi16::<1>(bits),
                    _mm256_srli_epi16::<2>(bits),
                    _mm256_srli_epi16::<3>(bits),
                ]
            } else {
                [_mm256_setzero_si256(); 8]
            };
            let weights = block.add(Self::SIZE - 128);
            let mut sum = _mm256_setzero_si256();
            for pair in 0..4 {
                let bytes = load(weights.add(pair * 32));
                let mut low = _mm256_and_si256(bytes, nibble);
                let mut high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
                if FIFTH {
                    low = _mm256_or_si256(low, _mm256_and_si256(fifths[2 * pair], fifth));
                    high = _mm256_or_si256(high, _mm256_and_si256(fifths[2 * pair + 1], fifth));
                }
                let low = _mm256_maddubs_epi16(low, load(q.add(pair * 64)));
                let high = _mm256_maddubs_epi16(high, load(q.add(pair * 64 + 32)));
                let low = _mm256_madd_epi16(low, everywhere(scales, 2 * pair as i16));
                let high = _mm256_madd_epi16(high, everywhere(scales, 2 * pair as i16 + 1));
                sum = _mm256_add_epi32(sum, _mm256_add_epi32(low, high));
            }
            gathered.products = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), d, gathered.products);
        }
    }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q4k(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { all_rows::<Nibbles<false>>(rows, input, out) }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q5k(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { all_rows::<Nibbles<true>>(rows, input, out) }
}

struct Q6K;

impl Blocks for Q6K {
    const SIZE: usize = 210;

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn add(block: *const u8, input: &Input<'_>, number: usize, gathered: &mut Gathered) {
        let nibble = _mm256_set1_epi8(15);
        let two = _mm256_set1_epi8(0x30);

        // SAFETY: the caller's promise.
        unsafe {
            let q = input.q.as_ptr().add(number * 256).cast::<u8>();
            let d = lanes::widen(block.add(208).cast::<u16>().read_unaligned());
            let scales = _mm256_cvtepi8_epi16(_mm_loadu_si128(block.add(192).cast()));
            // All weights are around 32: that much of the input's sums is too much.
            let sums16 = load(input.sums16.as_ptr().add(number * 16).cast());
            let shift = _mm256_slli_epi32::<5>(_mm256_madd_epi16(scales, sums16));
            let mut sum = _mm256_sub_epi32(_mm256_setzero_si256(), shift);
            for half in 0..2 {
                let scales = match half {
                    0 => _mm256_permute4x64_epi64::<0b0100_0100>(scales),
                    _ => _mm256_permute4x64_epi64::<0b1110_1110>(scales),
                };
                let low = [load(block.add(half * 64)), load(block.add(half * 64 + 32))];
                let high = load(block.add(128 + half * 32));
                let runs = [
                    (low[0], _mm256_slli_epi16::<4>(high)),
                    (low[1], _mm256_slli_epi16::<2>(high)),
                    (_mm256_srli_epi16::<4>(low[0]), high),
                    (_mm256_srli_epi16::<4>(low[1]), _mm256_srli_epi16::<2>(high)),
                ];
                for (run, (low, high)) in runs.into_iter().enumerate() {
                    let weights =
                        _mm256_or_si256(_mm256_and_si256(low, nibble), _mm256_and_si256(high, two));
                    let product = _mm256_maddubs_epi16(weights, load(q.add(half * 128 + run * 32)));
                    // The run's first 16 weights lie in the lower half and have a scale of their own.
                    let at = 4 * run as i8;
                    let pick = _mm256_set_m128i(
                        _mm_set1_epi16(i16::from_le_bytes([at as u8 + 2, at as u8 + 3])),
                        _mm_set1_epi16(i16::from_le_bytes([at as u8, at as u8 + 1])),
                    );
                    let scale = _mm256_shuffle_epi8(scales, pick);
                    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(product, scale));
                }
            }
            let factor = _mm256_set1_ps(d * input.scale.get_unchecked(number));
            gathered.products = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), factor, gathered.products);
        }
    }
}

/// # Safety
/// `check` held, and there is one token.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn q6k(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    // SAFETY: the caller's promise.
    unsafe { all_rows::<Q6K>(rows, input, out) }
}
