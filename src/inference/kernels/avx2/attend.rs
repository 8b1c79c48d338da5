//! Attention of some queries over a run of keys. A query by itself reads keys and values straight from their f16;
//! several share a tile of 64 keys that is widened once, and everything is then small matrix products.

use std::arch::x86_64::*;
use std::cell::RefCell;

use super::lanes;
use crate::kernels::Attend;

/// The widest head that the buffers below are made for.
pub(crate) const MOST_DIM: usize = 256;
/// Keys in a tile.
const KEYS: usize = 64;
/// Queries whose scores are held at once.
const QUERIES: usize = 48;
/// From this many queries on a tile is worth its widening.
const WORTH_TILING: usize = 4;

struct Buffers {
    /// `[dim][64]`: a tile's keys, turned so that a register holds eight keys.
    keys: Vec<f32>,
    /// `[64][dim]`
    values: Vec<f32>,
    /// `[queries][64]`, or the scores of one query against a whole run.
    scores: Vec<f32>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = const {
        RefCell::new(Buffers { keys: Vec::new(), values: Vec::new(), scores: Vec::new() })
    };
}

/// # Safety
/// The processor has the instructions. Slices have the lengths that their comments say, which is checked.
#[target_feature(enable = "avx2,fma,f16c")]
pub(in crate::kernels) unsafe fn attend(job: &mut Attend<'_>) {
    let (dim, count) = (job.head_dim, job.visible.len());
    let keys = job.keys.len() / dim;
    assert!(job.queries.len() == count * dim && job.gathered.len() == count * dim);
    assert!(job.most.len() == count && job.sum.len() == count);
    assert!(job.keys.len() == keys * dim && job.values.len() == keys * dim);
    assert!(
        job.visible
            .iter()
            .all(|(from, to)| from <= to && *to as usize <= keys)
    );
    BUFFERS.with_borrow_mut(|buffers| {
        buffers
            .scores
            .resize((QUERIES * KEYS).max(keys.next_multiple_of(8)), 0.0);
        // SAFETY: the lengths were checked above.
        unsafe {
            if count < WORTH_TILING {
                for index in 0..count {
                    single(job, index, &mut buffers.scores);
                }
            } else {
                buffers.keys.resize(dim * KEYS, 0.0);
                buffers.values.resize(KEYS * dim, 0.0);
                for first in (0..keys).step_by(KEYS) {
                    tile(job, first, (keys - first).min(KEYS), buffers);
                }
            }
        }
    });
}

/// One query over all its keys.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn single(job: &mut Attend<'_>, index: usize, scores: &mut [f32]) {
    let dim = job.head_dim;
    let (from, to) = (job.visible[index].0 as usize, job.visible[index].1 as usize);
    if from == to {
        return;
    }
    // SAFETY: `attend` checked that keys and values are there for every visible index.
    unsafe {
        let query = job.queries.as_ptr().add(index * dim);
        let count = to - from;
        for key in 0..count {
            let at = job.keys.as_ptr().add((from + key) * dim);
            let mut sums = [_mm256_setzero_ps(); 2];
            for part in 0..dim / 8 {
                let k = _mm256_cvtph_ps(_mm_loadu_si128(at.add(part * 8).cast()));
                sums[part % 2] =
                    _mm256_fmadd_ps(k, _mm256_loadu_ps(query.add(part * 8)), sums[part % 2]);
            }
            *scores.get_unchecked_mut(key) = lanes::sum(_mm256_add_ps(sums[0], sums[1]));
        }
        let scores = &mut scores[..count.next_multiple_of(8)];
        scores[count..].fill(f32::NEG_INFINITY);
        let shrink = soften(scores, &mut job.most[index], &mut job.sum[index]);
        let gathered = job.gathered.as_mut_ptr().add(index * dim);
        let values = job.values.as_ptr().add(from * dim);
        let mut part = 0;
        while part < dim {
            match (dim - part) / 8 {
                1 => gather::<1>(&scores[..count], values, dim, part, gathered, shrink),
                2 | 3 => gather::<2>(&scores[..count], values, dim, part, gathered, shrink),
                4..8 => gather::<4>(&scores[..count], values, dim, part, gathered, shrink),
                _ => gather::<8>(&scores[..count], values, dim, part, gathered, shrink),
            }
            part += match (dim - part) / 8 {
                1 => 8,
                2 | 3 => 16,
                4..8 => 32,
                _ => 64,
            };
        }
    }
}

/// `gathered = gathered * shrink + weights · values` for `8 * N` of the dimensions.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn gather<const N: usize>(
    weights: &[f32],
    values: *const u16,
    dim: usize,
    part: usize,
    gathered: *mut f32,
    shrink: f32,
) {
    // SAFETY: the caller's dimensions are inside the rows of `values` and of `gathered`.
    unsafe {
        let out = gathered.add(part);
        let mut sums: [__m256; N] = std::array::from_fn(|n| {
            _mm256_mul_ps(_mm256_loadu_ps(out.add(n * 8)), _mm256_set1_ps(shrink))
        });
        for (key, weight) in weights.iter().enumerate() {
            let weight = _mm256_set1_ps(*weight);
            let at = values.add(key * dim + part);
            for (n, sum) in sums.iter_mut().enumerate() {
                let value = _mm256_cvtph_ps(_mm_loadu_si128(at.add(n * 8).cast()));
                *sum = _mm256_fmadd_ps(weight, value, *sum);
            }
        }
        for (n, sum) in sums.into_iter().enumerate() {
            _mm256_storeu_ps(out.add(n * 8), sum);
        }
    }
}

/// Turns scores into weights against the greatest score so far, and says how much what was gathered before
/// shrinks. The length is a multiple of eight; minus infinity stands for "not seen".
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn soften(scores: &mut [f32], most: &mut f32, sum: &mut f32) -> f32 {
    let (eights, _) = scores.as_chunks_mut::<8>();
    let mut greatest = _mm256_set1_ps(*most);
    for x in eights.iter() {
        // SAFETY: there are eight floats.
        greatest = _mm256_max_ps(greatest, unsafe { _mm256_loadu_ps(x.as_ptr()) });
    }
    let greatest = lanes::max(greatest);
    if greatest == f32::NEG_INFINITY {
        eights.iter_mut().for_each(|x| x.fill(0.0));
        return 1.0;
    }
    let shrink = (*most - greatest).exp();
    *most = greatest;
    let base = _mm256_set1_ps(greatest);
    let mut total = _mm256_setzero_ps();
    for x in eights {
        // SAFETY: there are eight floats.
        unsafe {
            let weight = lanes::exp(_mm256_sub_ps(_mm256_loadu_ps(x.as_ptr()), base));
            _mm256_storeu_ps(x.as_mut_ptr(), weight);
            total = _mm256_add_ps(total, weight);
        }
    }
    *sum = *sum * shrink + lanes::sum(total);
    shrink
}

/// All queries over a tile of `count` keys from `first` on.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn tile(job: &mut Attend<'_>, first: usize, count: usize, buffers: &mut Buffers) {
    let dim = job.head_dim;
    // What each query sees of this tile.
    let seen = |(from, to): (u32, u32)| {
        let clip = |at: u32| (at as usize).clamp(first, first + count) - first;
        (clip(from), clip(to))
    };
    if job
        .visible
        .iter()
        .all(|range| seen(*range).0 == seen(*range).1)
    {
        return;
    }
    // SAFETY: `attend` checked the lengths, and made the buffers as large as a tile.
    unsafe {
        turn_keys(
            &job.keys[first * dim..(first + count) * dim],
            dim,
            &mut buffers.keys,
        );
        widen(
            &job.values[first * dim..(first + count) * dim],
            &mut buffers.values,
        );
        let total = job.visible.len();
        for start in (0..total).step_by(QUERIES) {
            let these = (total - start).min(QUERIES);
            let scores = &mut buffers.scores[..QUERIES * KEYS];
            let queries = job.queries.as_ptr().add(start * dim);
            let width = count.next_multiple_of(8);
            product(
                queries,
                dim,
                buffers.keys.as_ptr(),
                KEYS,
                dim,
                scores.as_mut_ptr(),
                KEYS,
                (these, width),
                true,
            );
            for index in 0..these {
                let (from, to) = seen(job.visible[start + index]);
                let scores = &mut scores[index * KEYS..][..width];
                scores[..from].fill(f32::NEG_INFINITY);
                scores[to..].fill(f32::NEG_INFINITY);
                let shrink = soften(
                    scores,
                    &mut job.most[start + index],
                    &mut job.sum[start + index],
                );
                if shrink != 1.0 {
                    job.gathered[(start + index) * dim..][..dim]
                        .iter_mut()
                        .for_each(|g| *g *= shrink);
                }
            }
            let gathered = job.gathered.as_mut_ptr().add(start * dim);
            product(
                scores.as_ptr(),
                KEYS,
                buffers.values.as_ptr(),
                dim,
                count,
                gathered,
                dim,
                (these, dim),
                false,
            );
        }
    }
}

/// Widens keys `[count][dim]` to `[dim][64]`; keys beyond the last are zero.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn turn_keys(keys: &[u16], dim: usize, out: &mut [f32]) {
    let count = keys.len() / dim;
    for first in (0..count).step_by(8) {
        for part in (0..dim).step_by(8) {
            // SAFETY: rows below `count` have `dim` words, and `out` is a whole tile.
            unsafe {
                let row = |index: usize| {
                    if first + index >= count {
                        return _mm256_setzero_ps();
                    }
                    _mm256_cvtph_ps(_mm_loadu_si128(
                        keys.as_ptr().add((first + index) * dim + part).cast(),
                    ))
                };
                let rows: [__m256; 8] = std::array::from_fn(row);
                for (index, column) in transpose(rows).into_iter().enumerate() {
                    _mm256_storeu_ps(out.as_mut_ptr().add((part + index) * KEYS + first), column);
                }
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn transpose(r: [__m256; 8]) -> [__m256; 8] {
    let pair = |a, b| (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    let ((a0, a1), (b0, b1)) = (pair(r[0], r[1]), pair(r[2], r[3]));
    let ((c0, c1), (d0, d1)) = (pair(r[4], r[5]), pair(r[6], r[7]));
    let four = |a, b| {
        (
            _mm256_shuffle_ps::<0x44>(a, b),
            _mm256_shuffle_ps::<0xee>(a, b),
        )
    };
    let ((e0, e1), (e2, e3)) = (four(a0, b0), four(a1, b1));
    let ((f0, f1), (f2, f3)) = (four(c0, d0), four(c1, d1));
    let low = |a, b| _mm256_permute2f128_ps::<0x20>(a, b);
    let high = |a, b| _mm256_permute2f128_ps::<0x31>(a, b);
    [
        low(e0, f0),
        low(e1, f1),
        low(e2, f2),
        low(e3, f3),
        high(e0, f0),
        high(e1, f1),
        high(e2, f2),
        high(e3, f3),
    ]
}

#[target_feature(enable = "avx2,fma,f16c")]
fn widen(values: &[u16], out: &mut [f32]) {
    for (half, out) in values
        .as_chunks::<8>()
        .0
        .iter()
        .zip(out.as_chunks_mut::<8>().0)
    {
        // SAFETY: eight words are read and eight floats written, as the types say.
        unsafe {
            _mm256_storeu_ps(
                out.as_mut_ptr(),
                _mm256_cvtph_ps(_mm_loadu_si128(half.as_ptr().cast())),
            )
        };
    }
}

/// `c = a · b`, or `c += a · b`: `a` is `[rows][depth]`, `b` `[depth][cols]`, each with its stride. `cols` is a
/// multiple of eight.
///
/// # Safety
/// The matrices are there in full.
#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn product(
    a: *const f32,
    a_stride: usize,
    b: *const f32,
    b_stride: usize,
    depth: usize,
    c: *mut f32,
    c_stride: usize,
    (rows, cols): (usize, usize),
    fresh: bool,
) {
    let mut row = 0;
    while row < rows {
        let count = (rows - row).min(6);
        let mut col = 0;
        while col < cols {
            let wide = (cols - col >= 16) as usize + 1;
            // SAFETY: the block is inside the matrices.
            unsafe {
                let (a, b, c) = (
                    a.add(row * a_stride),
                    b.add(col),
                    c.add(row * c_stride + col),
                );
                match (count, wide) {
                    (6, 2) => block::<6, 2>(a, a_stride, b, b_stride, depth, c, c_stride, fresh),
                    (6, _) => block::<6, 1>(a, a_stride, b, b_stride, depth, c, c_stride, fresh),
                    _ => {
                        for index in 0..count {
                            let (a, c) = (a.add(index * a_stride), c.add(index * c_stride));
                            match wide {
                                2 => block::<1, 2>(
                                    a, a_stride, b, b_stride, depth, c, c_stride, fresh,
                                ),
                                _ => block::<1, 1>(
                                    a, a_stride, b, b_stride, depth, c, c_stride, fresh,
                                ),
                            }
                        }
                    }
                }
            }
            col += wide * 8;
        }
        row += count;
    }
}

/// `M` rows by `8 * N` columns of a product.
#[allow(clippy::too_many_arguments)]
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn block<const M: usize, const N: usize>(
    a: *const f32,
    a_stride: usize,
    b: *const f32,
    b_stride: usize,
    depth: usize,
    c: *mut f32,
    c_stride: usize,
    fresh: bool,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); N]; M];
        for k in 0..depth {
            let column: [__m256; N] =
                std::array::from_fn(|n| _mm256_loadu_ps(b.add(k * b_stride + n * 8)));
            for (m, sums) in sums.iter_mut().enumerate() {
                let value = _mm256_set1_ps(*a.add(m * a_stride + k));
                for n in 0..N {
                    sums[n] = _mm256_fmadd_ps(value, column[n], sums[n]);
                }
            }
        }
        for (m, sums) in sums.into_iter().enumerate() {
            for (n, sum) in sums.into_iter().enumerate() {
                let at = c.add(m * c_stride + n * 8);
                _mm256_storeu_ps(
                    at,
                    if fresh {
                        sum
                    } else {
                        _mm256_add_ps(sum, _mm256_loadu_ps(at))
                    },
                );
            }
        }
    }
}
