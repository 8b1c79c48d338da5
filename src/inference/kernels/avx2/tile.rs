//! Weights spread out for several tokens: 16 rows by 256 columns at a time, a byte each, in the order in which
//! the product consumes them.
//!
//! Four consecutive weights of a row stand together, then the same four of the next row, for 16 rows; then the
//! next four columns. So one register holds four columns of eight rows (512 bits: of 16), meets the same four
//! values of a token in every lane, and gathers each row's sum in a lane of its own.

use std::arch::x86_64::*;

use super::lanes::{widen_words, words_of_eight};
use crate::kernels::Rows;
use crate::weights::WeightType;

/// Rows in a group.
pub(crate) const GROUP: usize = 16;
/// Columns that are spread out at once.
pub(crate) const SPAN: usize = 256;

/// A group of rows, spread out. Bits and pieces of each row stand in its lane of 4 bytes.
#[repr(C, align(64))]
pub(crate) struct Group {
    /// `[column / 4][row][4]`.
    pub q: [[u8; 64]; SPAN / 4],
    /// `Blocks256`: for each run of 32 (or 16) columns each row's factor, twice as a word.
    pub scales: [[i16; 32]; 16],
    /// `Blocks256`: for each two runs each row's two minimums as words.
    pub mins: [[i16; 32]; 8],
    /// Each row's factors: one for `Blocks256`, one for each 32 columns for `Blocks32`.
    pub d: [[f32; GROUP]; 8],
    /// What goes with `mins` (one), or each row's minimums themselves for each 32 columns.
    pub dmin: [[f32; GROUP]; 8],
}

impl Group {
    pub(crate) fn new() -> Box<Group> {
        Box::new(Group {
            q: [[0; 64]; SPAN / 4],
            scales: [[0; 32]; 16],
            mins: [[0; 32]; 8],
            d: [[0.0; GROUP]; 8],
            dmin: [[0.0; GROUP]; 8],
        })
    }
}

/// Stands in for rows beyond the last: a block whose factor is zero.
static NO_ROW: [u8; 512] = [0; 512];

/// Asks for what follows in each row. The rows lie far apart, so the processor does not foresee it; it has as long
/// to come as this span's products take.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn ask_for_next(blocks: &[*const u8; 8], size: usize) {
    for block in blocks {
        for line in 0..size.div_ceil(64) {
            _mm_prefetch::<_MM_HINT_T1>(block.wrapping_add(size + line * 64).cast());
        }
    }
}

/// Where eight rows' bytes at a place in the row are.
#[inline]
fn eight(rows: &Rows<'_>, first: usize, offset: usize) -> [*const u8; 8] {
    let size = rows.row_bytes();
    std::array::from_fn(|index| {
        let row = first + index;
        // Only whole rows are pointed into; the rest reads zeros.
        if row < rows.count {
            rows.bytes[row * size + offset..].as_ptr()
        } else {
            NO_ROW.as_ptr()
        }
    })
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn put(to: &mut [u8; 64], half: usize, words: __m256i) {
    // SAFETY: `half` is 0 or 1, and each half of the 64 bytes takes 32.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().add(half * 32).cast(), words) };
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn put_words(to: &mut [i16; 32], half: usize, words: __m256i) {
    // SAFETY: `half` is 0 or 1, and each half of the 32 words takes 16.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().add(half * 16).cast(), words) };
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn put_floats(to: &mut [f32; GROUP], half: usize, floats: __m256) {
    // SAFETY: `half` is 0 or 1, and each half of the 16 floats takes eight.
    unsafe { _mm256_storeu_ps(to.as_mut_ptr().add(half * 8), floats) };
}

/// Spreads columns `256 * number..` of rows `first..first + 16` of a type with blocks of 256.
///
/// # Safety
/// The rows are whole, and the block is inside them.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn spread_256(rows: &Rows<'_>, first: usize, number: usize, to: &mut Group) {
    let size = rows.kind.block_bytes();
    for half in 0..2 {
        let eight = eight(rows, first + half * 8, number * size);
        ask_for_next(&eight, size);
        // SAFETY: a block is there at each pointer.
        unsafe {
            match rows.kind {
                WeightType::Q4K => q4k(&eight, half, to),
                WeightType::Q5K => q5k(&eight, half, to),
                _ => q6k(&eight, half, to),
            }
        }
    }
}

/// The scales, minimums and factors of Q4_K and Q5_K.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn packed_scales(blocks: &[*const u8; 8], half: usize, to: &mut Group) {
    // SAFETY: a block begins with these 16 bytes.
    let [d, a, b, c] = unsafe { words_of_eight(blocks, 0) };
    put_floats(&mut to.d[0], half, widen_words(d));
    put_floats(
        &mut to.dmin[0],
        half,
        widen_words(_mm256_srli_epi32::<16>(d)),
    );
    let six = _mm256_set1_epi8(0x3f);
    let four = _mm256_set1_epi8(0x0f);
    let two = _mm256_set1_epi8(0x30);
    let upper = |low, high| {
        _mm256_or_si256(
            _mm256_and_si256(low, four),
            _mm256_and_si256(_mm256_srli_epi16::<2>(high), two),
        )
    };
    let scales = [_mm256_and_si256(a, six), upper(c, a)];
    let mins = [
        _mm256_and_si256(b, six),
        upper(_mm256_srli_epi16::<4>(c), b),
    ];
    for run in 0..8 {
        put_words(
            &mut to.scales[run],
            half,
            twice(scales[run / 4], run as i32 % 4),
        );
    }
    for pair in 0..4 {
        let at = pair as i32 % 2 * 2;
        let both = _mm256_shuffle_epi8(mins[pair / 2], lane_pattern(at, at + 1));
        put_words(&mut to.mins[pair], half, both);
    }
}

/// In each four bytes: byte `low` as the first word, byte `high` as the second.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn lane_pattern(low: i32, high: i32) -> __m256i {
    let word = |lane: i32| (low + 4 * lane) | 0x80 << 8 | (high + 4 * lane) << 16 | (0x80 << 24);
    _mm256_setr_epi32(
        word(0),
        word(1),
        word(2),
        word(3),
        word(0),
        word(1),
        word(2),
        word(3),
    )
}

/// In each four bytes: byte `index` in both words.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn twice(bytes: __m256i, index: i32) -> __m256i {
    _mm256_shuffle_epi8(bytes, lane_pattern(index, index))
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn q4k(blocks: &[*const u8; 8], half: usize, to: &mut Group) {
    let nibble = _mm256_set1_epi8(15);
    // SAFETY: the block is 144 bytes, and no offset plus 16 is beyond that.
    unsafe {
        packed_scales(blocks, half, to);
        for part in 0..8 {
            let words = words_of_eight(blocks, 16 + part * 16);
            for (index, word) in words.into_iter().enumerate() {
                let at = part / 2 * 16 + part % 2 * 4 + index;
                put(&mut to.q[at], half, _mm256_and_si256(word, nibble));
                put(
                    &mut to.q[at + 8],
                    half,
                    _mm256_and_si256(_mm256_srli_epi16::<4>(word), nibble),
                );
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn q5k(blocks: &[*const u8; 8], half: usize, to: &mut Group) {
    let nibble = _mm256_set1_epi8(15);
    let one = _mm256_set1_epi8(1);
    // SAFETY: the block is 176 bytes, and no offset plus 16 is beyond that.
    unsafe {
        packed_scales(blocks, half, to);
        for side in 0..2 {
            let mut fifth = words_of_eight(blocks, 16 + side * 16);
            for pair in 0..4 {
                let words = words_of_eight(blocks, 48 + pair * 32 + side * 16);
                for (index, word) in words.into_iter().enumerate() {
                    let at = pair * 16 + side * 4 + index;
                    let low = _mm256_slli_epi16::<4>(_mm256_and_si256(fifth[index], one));
                    let high = _mm256_slli_epi16::<3>(_mm256_and_si256(
                        fifth[index],
                        _mm256_slli_epi16::<1>(one),
                    ));
                    put(
                        &mut to.q[at],
                        half,
                        _mm256_or_si256(low, _mm256_and_si256(word, nibble)),
                    );
                    let word = _mm256_and_si256(_mm256_srli_epi16::<4>(word), nibble);
                    put(&mut to.q[at + 8], half, _mm256_or_si256(high, word));
                    fifth[index] = _mm256_srli_epi16::<2>(fifth[index]);
                }
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn q6k(blocks: &[*const u8; 8], half: usize, to: &mut Group) {
    let nibble = _mm256_set1_epi8(15);
    let two = _mm256_set1_epi8(0x30);
    // SAFETY: the block is 210 bytes, and no offset plus 16 is beyond that.
    unsafe {
        let d: [u16; 8] =
            std::array::from_fn(|row| blocks[row].add(208).cast::<u16>().read_unaligned());
        let d = _mm256_cvtph_ps(_mm_loadu_si128(d.as_ptr().cast()));
        put_floats(&mut to.d[0], half, d);
        put_floats(&mut to.dmin[0], half, d);
        for (quarter, bytes) in words_of_eight(blocks, 192).into_iter().enumerate() {
            for index in 0..4 {
                // The byte goes to the top of each word and comes down again with its sign.
                let raised = _mm256_slli_epi16::<8>(twice(bytes, index));
                put_words(
                    &mut to.scales[quarter * 4 + index as usize],
                    half,
                    _mm256_srai_epi16::<8>(raised),
                );
            }
            for pair in 0..2 {
                let both = _mm256_shuffle_epi8(bytes, lane_pattern(2 * pair, 2 * pair + 1));
                // Times 32, which all weights are around.
                let shifted = _mm256_srai_epi16::<3>(_mm256_slli_epi16::<8>(both));
                put_words(&mut to.mins[quarter * 2 + pair as usize], half, shifted);
            }
        }
        for part in 0..2 {
            for side in 0..2 {
                let first = words_of_eight(blocks, part * 64 + side * 16);
                let second = words_of_eight(blocks, part * 64 + 32 + side * 16);
                let high = words_of_eight(blocks, 128 + part * 32 + side * 16);
                for index in 0..4 {
                    let at = part * 32 + side * 4 + index;
                    let (a, b, h) = (first[index], second[index], high[index]);
                    let join = |low, high| {
                        _mm256_or_si256(_mm256_and_si256(low, nibble), _mm256_and_si256(high, two))
                    };
                    put(&mut to.q[at], half, join(a, _mm256_slli_epi16::<4>(h)));
                    put(&mut to.q[at + 8], half, join(b, _mm256_slli_epi16::<2>(h)));
                    put(&mut to.q[at + 16], half, join(_mm256_srli_epi16::<4>(a), h));
                    put(
                        &mut to.q[at + 24],
                        half,
                        join(_mm256_srli_epi16::<4>(b), _mm256_srli_epi16::<2>(h)),
                    );
                }
            }
        }
    }
}

/// Spreads up to eight blocks of 32 columns from block `number` on. Q8_0 keeps its signs.
///
/// # Safety
/// The rows are whole, and the blocks are inside them.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn spread_32(
    rows: &Rows<'_>,
    first: usize,
    number: usize,
    count: usize,
    to: &mut Group,
) {
    let size = rows.kind.block_bytes();
    for half in 0..2 {
        for block in 0..count {
            let eight = eight(rows, first + half * 8, (number + block) * size);
            if block % 4 == 0 {
                ask_for_next(&eight, 4 * size);
            }
            // SAFETY: a block is there at each pointer.
            unsafe { block_32(rows.kind, &eight, half, block, to) };
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn block_32(
    kind: WeightType,
    blocks: &[*const u8; 8],
    half: usize,
    block: usize,
    to: &mut Group,
) {
    let nibble = _mm256_set1_epi8(15);
    // SAFETY: every type has four bytes in front, and each offset plus 16 is inside its block.
    unsafe {
        let head = |at: usize| {
            let word = |row: usize| blocks[row].add(at).cast::<i32>().read_unaligned();
            _mm256_setr_epi32(
                word(0),
                word(1),
                word(2),
                word(3),
                word(4),
                word(5),
                word(6),
                word(7),
            )
        };
        let front = head(0);
        let d = widen_words(front);
        let min = match kind {
            WeightType::Q4_0 => _mm256_mul_ps(d, _mm256_set1_ps(8.0)),
            WeightType::Q5_0 => _mm256_mul_ps(d, _mm256_set1_ps(16.0)),
            WeightType::Q8_0 => _mm256_setzero_ps(),
            _ => _mm256_sub_ps(
                _mm256_setzero_ps(),
                widen_words(_mm256_srli_epi32::<16>(front)),
            ),
        };
        put_floats(&mut to.d[block], half, d);
        put_floats(&mut to.dmin[block], half, min);
        if kind == WeightType::Q8_0 {
            for side in 0..2 {
                for (index, word) in words_of_eight(blocks, 2 + side * 16)
                    .into_iter()
                    .enumerate()
                {
                    put(&mut to.q[block * 8 + side * 4 + index], half, word);
                }
            }
            return;
        }
        let fifths = match kind {
            WeightType::Q5_0 => head(2),
            WeightType::Q5_1 => head(4),
            _ => _mm256_setzero_si256(),
        };
        let words = words_of_eight(blocks, kind.block_bytes() - 16);
        for (index, word) in words.into_iter().enumerate() {
            let mut low = _mm256_and_si256(word, nibble);
            let mut high = _mm256_and_si256(_mm256_srli_epi16::<4>(word), nibble);
            if matches!(kind, WeightType::Q5_0 | WeightType::Q5_1) {
                let shift = _mm_cvtsi32_si128(4 * index as i32);
                low = _mm256_or_si256(low, four_bits(_mm256_srl_epi32(fifths, shift)));
                high = _mm256_or_si256(
                    high,
                    four_bits(_mm256_srl_epi32(_mm256_srli_epi32::<16>(fifths), shift)),
                );
            }
            put(&mut to.q[block * 8 + index], half, low);
            put(&mut to.q[block * 8 + 4 + index], half, high);
        }
    }
}

/// The lowest four bits of each word become the fifth bits of its four bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn four_bits(words: __m256i) -> __m256i {
    let bits = _mm256_and_si256(words, _mm256_set1_epi32(15));
    // Bit i comes to place 8i + 4: the sum of four shifts by 7i + 4.
    let spread = _mm256_mullo_epi32(bits, _mm256_set1_epi32(0x0020_4081));
    _mm256_slli_epi16::<4>(_mm256_and_si256(spread, _mm256_set1_epi8(1)))
}
