//! Several tokens against some rows: the rows are spread out once for each 256 columns and then meet all tokens.
//!
//! Products of bytes are added up in 16 bits for as long as they fit (`RUN` groups of four columns: 15 · 127 · 2
//! fits eight times, 31 · 127 · 2 four times, 63 · 127 · 2 twice), which spares most of the widening. Their
//! widening to 32 bits is a multiplication anyway, so it takes the run's factor in for nothing.

// One index runs over several arrays of registers, which iterators would hide.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;
use std::cell::RefCell;

use super::tile::{GROUP, Group, SPAN, spread_32, spread_256};
use crate::kernels::{Input, Rows};
use crate::weights::WeightType;

/// Tokens that one pass over a group's columns serves; with two registers of rows this fills the registers.
const TOKENS: usize = 4;
/// The same for blocks of 32, whose sums are kept as floats beside the integers.
const TOKENS_32: usize = 2;

thread_local! {
    /// The groups that a thread spreads rows out in, kept between calls.
    static GROUPS: RefCell<Vec<Box<Group>>> = const { RefCell::new(Vec::new()) };
}

/// Gives `work` as many groups as the rows need.
pub(in crate::kernels) fn with_groups(rows: usize, work: impl FnOnce(&mut [Box<Group>])) {
    GROUPS.with_borrow_mut(|groups| {
        let count = rows.div_ceil(GROUP);
        while groups.len() < count {
            groups.push(Group::new());
        }
        work(&mut groups[..count]);
    });
}

/// The input of one span of columns for some consecutive tokens.
struct Span<'a> {
    input: &'a Input<'a>,
    token: usize,
    /// The span's first column.
    column: usize,
}

/// Eight rows' outputs for a token, in the part of the output that is there.
///
/// # Safety
/// `out` has at least `(token + 1) * stride` values.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn add_to(out: &mut [f32], rows: &Rows<'_>, token: usize, row: usize, sums: __m256) {
    let left = rows.count.saturating_sub(row);
    if left >= 8 {
        // SAFETY: eight rows from `row` on are inside the token's part.
        unsafe {
            let at = out.as_mut_ptr().add(token * rows.count + row);
            _mm256_storeu_ps(at, _mm256_add_ps(_mm256_loadu_ps(at), sums));
        }
        return;
    }
    let mut values = [0.0; 8];
    // SAFETY: there is room for eight floats.
    unsafe { _mm256_storeu_ps(values.as_mut_ptr(), sums) };
    for (out, value) in out[token * rows.count + row.min(rows.count)..]
        .iter_mut()
        .zip(&values[..left])
    {
        *out += value;
    }
}

/// # Safety
/// `check` held.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn blocks_256(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    out.fill(0.0);
    with_groups(rows.count, |groups| {
        for number in 0..rows.cols / SPAN {
            // SAFETY: `check` held, and each index is below its count.
            unsafe {
                for (index, group) in groups.iter_mut().enumerate() {
                    spread_256(rows, index * GROUP, number, group);
                }
                let mut token = 0;
                while token < input.tokens {
                    let span = Span {
                        input,
                        token,
                        column: number * SPAN,
                    };
                    let count = (input.tokens - token).min(TOKENS);
                    for (index, group) in groups.iter().enumerate() {
                        match count {
                            1 => any_256::<1>(rows, index * GROUP, group, &span, out),
                            2 => any_256::<2>(rows, index * GROUP, group, &span, out),
                            3 => any_256::<3>(rows, index * GROUP, group, &span, out),
                            _ => any_256::<4>(rows, index * GROUP, group, &span, out),
                        }
                    }
                    token += count;
                }
            }
        }
    });
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn any_256<const T: usize>(
    rows: &Rows<'_>,
    row: usize,
    group: &Group,
    span: &Span<'_>,
    out: &mut [f32],
) {
    // SAFETY: the caller's promise.
    unsafe {
        match rows.kind {
            WeightType::Q4K => span_256::<T, 8, 8>(rows, row, group, span, out),
            WeightType::Q5K => span_256::<T, 8, 4>(rows, row, group, span, out),
            _ => span_256::<T, 4, 2>(rows, row, group, span, out),
        }
    }
}

/// `T` tokens against a group. A factor holds for `FOURS` groups of four columns, and 16 bits for `RUN`.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn span_256<const T: usize, const FOURS: usize, const RUN: usize>(
    rows: &Rows<'_>,
    row: usize,
    group: &Group,
    span: &Span<'_>,
    out: &mut [f32],
) {
    let runs = 64 / FOURS;
    let cols = span.input.cols;
    // SAFETY: `check` made sure that the input is there in full, and the group's arrays have the sizes used.
    unsafe {
        let q: [*const u8; T] = std::array::from_fn(|t| {
            span.input
                .q
                .as_ptr()
                .add((span.token + t) * cols + span.column)
                .cast()
        });
        let mut sums = [[_mm256_setzero_si256(); 2]; T];
        for run in 0..runs {
            let scales = load_both(group.scales.get_unchecked(run).as_ptr().cast());
            for part in 0..FOURS / RUN {
                let mut short = [[_mm256_setzero_si256(); 2]; T];
                for four in 0..RUN {
                    let at = run * FOURS + part * RUN + four;
                    let weights = load_both(group.q.get_unchecked(at).as_ptr());
                    for t in 0..T {
                        let value =
                            _mm256_set1_epi32(q[t].add(at * 4).cast::<i32>().read_unaligned());
                        for half in 0..2 {
                            let product = _mm256_maddubs_epi16(weights[half], value);
                            short[t][half] = if four == 0 {
                                product
                            } else {
                                _mm256_add_epi16(short[t][half], product)
                            };
                        }
                    }
                }
                for t in 0..T {
                    for half in 0..2 {
                        let wide = _mm256_madd_epi16(short[t][half], scales[half]);
                        sums[t][half] = _mm256_add_epi32(sums[t][half], wide);
                    }
                }
            }
        }
        let d = load_floats(&group.d[0]);
        let dmin = load_floats(&group.dmin[0]);
        let (sums_of, each) = match FOURS {
            8 => (span.input.sums32, 32),
            _ => (span.input.sums16, 16),
        };
        for t in 0..T {
            let sums_at = sums_of
                .as_ptr()
                .add(((span.token + t) * cols + span.column) / each);
            let mut below = [_mm256_setzero_si256(); 2];
            for pair in 0..runs / 2 {
                let two = _mm256_set1_epi32(sums_at.add(2 * pair).cast::<i32>().read_unaligned());
                let mins = load_both(group.mins.get_unchecked(pair).as_ptr().cast());
                for half in 0..2 {
                    below[half] = _mm256_add_epi32(below[half], _mm256_madd_epi16(mins[half], two));
                }
            }
            let scale = *span
                .input
                .scale
                .get_unchecked(((span.token + t) * cols + span.column) / SPAN);
            for half in 0..2 {
                let product = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[t][half]), d[half]);
                let product =
                    _mm256_fnmadd_ps(_mm256_cvtepi32_ps(below[half]), dmin[half], product);
                let product = _mm256_mul_ps(product, _mm256_set1_ps(scale));
                add_to(out, rows, span.token + t, row + half * 8, product);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn load_both(at: *const u8) -> [__m256i; 2] {
    // SAFETY: the caller has 64 bytes there.
    unsafe {
        [
            _mm256_load_si256(at.cast()),
            _mm256_load_si256(at.add(32).cast()),
        ]
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn load_floats(floats: &[f32; GROUP]) -> [__m256; 2] {
    // SAFETY: there are 16 floats.
    unsafe {
        [
            _mm256_loadu_ps(floats.as_ptr()),
            _mm256_loadu_ps(floats.as_ptr().add(8)),
        ]
    }
}

/// # Safety
/// `check` held.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn blocks_32(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
    out.fill(0.0);
    with_groups(rows.count, |groups| {
        // Signed weights cost so much arithmetic that sharing their loads counts more than the registers.
        let at_once = if rows.kind == WeightType::Q8_0 {
            TOKENS
        } else {
            TOKENS_32
        };
        let mut column = 0;
        while column < rows.cols {
            let blocks = (rows.cols - column).min(SPAN) / 32;
            // SAFETY: `check` held, and each index is below its count.
            unsafe {
                for (index, group) in groups.iter_mut().enumerate() {
                    spread_32(rows, index * GROUP, column / 32, blocks, group);
                }
                let mut token = 0;
                while token < input.tokens {
                    let span = Span {
                        input,
                        token,
                        column,
                    };
                    let count = (input.tokens - token).min(at_once);
                    for (index, group) in groups.iter().enumerate() {
                        match count {
                            1 => any_32::<1>(rows, index * GROUP, group, blocks, &span, out),
                            2 => any_32::<2>(rows, index * GROUP, group, blocks, &span, out),
                            3 => any_32::<3>(rows, index * GROUP, group, blocks, &span, out),
                            _ => any_32::<4>(rows, index * GROUP, group, blocks, &span, out),
                        }
                    }
                    token += count;
                }
            }
            column += blocks * 32;
        }
    });
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn any_32<const T: usize>(
    rows: &Rows<'_>,
    row: usize,
    group: &Group,
    blocks: usize,
    span: &Span<'_>,
    out: &mut [f32],
) {
    // SAFETY: the caller's promise.
    unsafe {
        match rows.kind {
            WeightType::Q8_0 => span_32::<T, 1, true>(rows, row, group, blocks, span, out),
            WeightType::Q5_0 | WeightType::Q5_1 => {
                span_32::<T, 4, false>(rows, row, group, blocks, span, out)
            }
            _ => span_32::<T, 8, false>(rows, row, group, blocks, span, out),
        }
    }
}

/// `T` tokens against a group, block by block. 16 bits hold for `RUN` groups of four columns; signed weights
/// give their signs to the input.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn span_32<const T: usize, const RUN: usize, const SIGNED: bool>(
    rows: &Rows<'_>,
    row: usize,
    group: &Group,
    blocks: usize,
    span: &Span<'_>,
    out: &mut [f32],
) {
    let cols = span.input.cols;
    let ones = _mm256_set1_epi16(1);
    // SAFETY: `check` made sure that the input is there in full, and the group's arrays have the sizes used.
    unsafe {
        let start: [usize; T] = std::array::from_fn(|t| (span.token + t) * cols + span.column);
        let q: [*const u8; T] = std::array::from_fn(|t| span.input.q.as_ptr().add(start[t]).cast());
        let mut totals = [[_mm256_setzero_ps(); 2]; T];
        for block in 0..blocks {
            let mut sums = [[_mm256_setzero_si256(); 2]; T];
            for part in 0..8 / RUN {
                let mut short = [[_mm256_setzero_si256(); 2]; T];
                for four in 0..RUN {
                    let at = block * 8 + part * RUN + four;
                    let weights = load_both(group.q.get_unchecked(at).as_ptr());
                    let sizes = if SIGNED {
                        weights.map(|w| _mm256_abs_epi8(w))
                    } else {
                        weights
                    };
                    for t in 0..T {
                        let value =
                            _mm256_set1_epi32(q[t].add(at * 4).cast::<i32>().read_unaligned());
                        for half in 0..2 {
                            let value = if SIGNED {
                                _mm256_sign_epi8(value, weights[half])
                            } else {
                                value
                            };
                            let product = _mm256_maddubs_epi16(sizes[half], value);
                            short[t][half] = if four == 0 {
                                product
                            } else {
                                _mm256_add_epi16(short[t][half], product)
                            };
                        }
                    }
                }
                for t in 0..T {
                    for half in 0..2 {
                        let wide = _mm256_madd_epi16(short[t][half], ones);
                        sums[t][half] = if part == 0 {
                            wide
                        } else {
                            _mm256_add_epi32(sums[t][half], wide)
                        };
                    }
                }
            }
            let d = load_floats(group.d.get_unchecked(block));
            let dmin = load_floats(group.dmin.get_unchecked(block));
            for t in 0..T {
                let scale = _mm256_set1_ps(*span.input.scale.get_unchecked(start[t] / 32 + block));
                let offset =
                    _mm256_set1_ps(*span.input.offset.get_unchecked(start[t] / 32 + block));
                for half in 0..2 {
                    let factor = _mm256_mul_ps(d[half], scale);
                    let total =
                        _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[t][half]), factor, totals[t][half]);
                    totals[t][half] = if SIGNED {
                        total
                    } else {
                        _mm256_fnmadd_ps(dmin[half], offset, total)
                    };
                }
            }
        }
        for (t, totals) in totals.into_iter().enumerate() {
            for (half, total) in totals.into_iter().enumerate() {
                add_to(out, rows, span.token + t, row + half * 8, total);
            }
        }
    }
}
