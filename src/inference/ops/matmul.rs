//! A matrix times a layer's input, split into runs of rows over the pool.

// Each task writes its own rows of the output.
#![allow(unsafe_code)]

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp1, InplaceOp1, Layout, Result, Shape, Tensor};

use super::activations::Activations;
use super::disjoint::Disjoint;
use super::rowwise::round_rows;
use super::view::{View, ensure, floats, floats_mut};
use super::{Compute, Form};
use crate::kernels::{Input, Rows};
use crate::weights::QuantMatrix;

/// For one token a task reads about this much of the matrix: enough that the kernel's streams through it are long,
/// little enough that the threads finish together.
const TASK_BYTES: usize = 256 * 1024;
/// For several tokens a task computes this many rows. A multiple of every kernel's own step.
const TILE_ROWS: usize = 64;
/// How many tokens a task computes for its rows at once, so that what it gathers stays in the second cache.
const TILE_TOKENS: usize = 512;

thread_local! {
    /// What a tile's outputs are gathered in before they go to their places.
    static GATHERED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn matmul(
    compute: &Compute,
    matrix: &QuantMatrix,
    input: &Activations,
    bias: Option<&[f32]>,
) -> Result<Tensor> {
    check(matrix, input)?;
    ensure(
        bias.is_none_or(|bias| bias.len() == matrix.row_count()),
        || {
            format!(
                "a bias that is not one value for each of {} rows",
                matrix.row_count()
            )
        },
    )?;
    input.rows.apply_op1_no_bwd(&MatMul {
        compute,
        matrix,
        input,
        bias,
    })
}

pub(super) fn matmul_add(
    compute: &Compute,
    x: &Tensor,
    matrix: &QuantMatrix,
    input: &Activations,
) -> Result<()> {
    check(matrix, input)?;
    let op = MatMulAdd {
        compute,
        matrix,
        input,
    };
    x.inplace_op1(&op)
}

fn check(matrix: &QuantMatrix, input: &Activations) -> Result<()> {
    ensure(matrix.col_count() == input.cols, || {
        format!(
            "a matrix of {} columns over rows of {}",
            matrix.col_count(),
            input.cols
        )
    })
}

struct MatMul<'a> {
    compute: &'a Compute,
    matrix: &'a QuantMatrix,
    input: &'a Activations,
    bias: Option<&'a [f32]>,
}

impl CustomOp1 for MatMul<'_> {
    fn name(&self) -> &'static str {
        "quantized-matmul"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let rows = self.matrix.row_count();
        let mut out = vec![0.0; self.input.tokens * rows];
        let values = floats(storage)?;
        with_input(
            self.compute,
            self.matrix.form(),
            self.input,
            values,
            View::of(layout)?,
            &mut |input| {
                let target = Target {
                    out: Disjoint::new(&mut out),
                    stride: rows,
                    start: 0,
                    add: false,
                };
                multiply(self.compute, self.matrix, input, &target);
            },
        );
        if let Some(bias) = self.bias {
            for row in out.chunks_exact_mut(rows.max(1)) {
                row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((self.input.tokens, rows))))
    }
}

struct MatMulAdd<'a> {
    compute: &'a Compute,
    matrix: &'a QuantMatrix,
    input: &'a Activations,
}

impl InplaceOp1 for MatMulAdd<'_> {
    fn name(&self) -> &'static str {
        "quantized-matmul-add"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let view = View::of(layout)?;
        let (tokens, rows) = (self.input.tokens, self.matrix.row_count());
        ensure((view.tokens, view.cols) == (tokens, rows), || {
            format!(
                "[{tokens}, {rows}] cannot be added to [{}, {}]",
                view.tokens, view.cols
            )
        })?;
        let out = floats_mut(storage)?;
        let (source, source_layout) = self.input.rows.storage_and_layout();
        let candle_core::Storage::Cpu(source) = &*source else {
            candle_core::bail!("a model's tensors are on the CPU")
        };
        let values = floats(source)?;
        let stride = if tokens > 1 {
            view.at(1) - view.at(0)
        } else {
            rows
        };
        with_input(
            self.compute,
            self.matrix.form(),
            self.input,
            values,
            View::of(source_layout)?,
            &mut |input| {
                let target = Target {
                    out: Disjoint::new(&mut *out),
                    stride,
                    start: view.at(0),
                    add: true,
                };
                multiply(self.compute, self.matrix, input, &target);
            },
        );
        Ok(())
    }
}

/// Finds the input in the form that the matrix reads, or makes it.
fn with_input(
    compute: &Compute,
    form: Form,
    activations: &Activations,
    values: &[f32],
    view: View,
    then: &mut dyn FnMut(&Input<'_>),
) {
    if let Some(place) = activations.place(form) {
        let rounded = place.get_or_init(|| round_rows(compute, values, view, form));
        return then(&rounded.input());
    }
    let (tokens, cols) = (view.tokens, view.cols);
    if tokens <= 1 || view.at(1) - view.at(0) == cols {
        let values = &values[view.at(0)..][..tokens * cols];
        return then(&Input {
            tokens,
            cols,
            values,
            ..Input::default()
        });
    }
    let packed: Vec<f32> = (0..tokens)
        .flat_map(|token| view.row(values, token))
        .copied()
        .collect();
    then(&Input {
        tokens,
        cols,
        values: &packed,
        ..Input::default()
    });
}

/// Where a product goes: row `t` of it from `start + t * stride` on, in place of what is there or added to it.
struct Target<'a> {
    out: Disjoint<'a, f32>,
    stride: usize,
    start: usize,
    add: bool,
}

impl Target<'_> {
    /// # Safety
    /// No other task may write these rows.
    unsafe fn put(&self, token: usize, row: usize, values: &[f32]) {
        // SAFETY: the caller keeps rows apart.
        let out = unsafe {
            self.out
                .part(self.start + token * self.stride + row, values.len())
        };
        if self.add {
            out.iter_mut().zip(values).for_each(|(y, x)| *y += x);
        } else {
            out.copy_from_slice(values);
        }
    }
}

fn multiply(compute: &Compute, matrix: &QuantMatrix, input: &Input<'_>, target: &Target<'_>) {
    if input.tokens == 0 || matrix.row_count() == 0 {
        return;
    }
    if input.tokens == 1 {
        return one_token(compute, matrix, input, target);
    }
    let rows = matrix.row_count();
    // A narrow matrix is cut finer, so that each thread gets several tiles.
    let tile = if rows >= 8 * TILE_ROWS * compute.pool().threads() {
        TILE_ROWS
    } else {
        TILE_ROWS / 2
    };
    let tiles = rows.div_ceil(tile);
    let spans = input.tokens.div_ceil(TILE_TOKENS);
    compute.pool().run(tiles * spans, &|task| {
        let (first, token) = (task % tiles * tile, task / tiles * TILE_TOKENS);
        let range = first..rows.min(first + tile);
        let part = tokens_of(
            matrix.form(),
            input,
            token..input.tokens.min(token + TILE_TOKENS),
        );
        GATHERED.with_borrow_mut(|gathered| {
            let size = part.tokens * range.len();
            if gathered.len() < size {
                gathered.resize(size, 0.0);
            }
            compute.kernel.gemm(
                &Rows::of(matrix, range.clone()),
                &part,
                &mut gathered[..size],
            );
            for (index, values) in gathered[..size].chunks_exact(range.len()).enumerate() {
                // SAFETY: each task has its own rows and tokens.
                unsafe { target.put(token + index, first, values) };
            }
        });
    });
}

fn one_token(compute: &Compute, matrix: &QuantMatrix, input: &Input<'_>, target: &Target<'_>) {
    let rows = matrix.row_count();
    let threads = compute.pool().threads();
    let by_size = TASK_BYTES.div_ceil(matrix.row_bytes().max(1));
    // As many tasks for each thread, so that a narrow matrix leaves no thread waiting for a last one.
    let tasks = rows.div_ceil(by_size).next_multiple_of(threads);
    let chunk = rows.div_ceil(tasks).next_multiple_of(4);
    compute.pool().run(rows.div_ceil(chunk), &|task| {
        let range = task * chunk..rows.min((task + 1) * chunk);
        GATHERED.with_borrow_mut(|gathered| {
            if gathered.len() < range.len() {
                gathered.resize(range.len(), 0.0);
            }
            compute.kernel.dot(
                &Rows::of(matrix, range.clone()),
                input,
                &mut gathered[..range.len()],
            );
            // SAFETY: each task has its own rows.
            unsafe { target.put(0, range.start, &gathered[..range.len()]) };
        });
    });
}

/// Some tokens of an input.
fn tokens_of<'a>(form: Form, input: &Input<'a>, tokens: std::ops::Range<usize>) -> Input<'a> {
    let cols = input.cols;
    fn cut<T>(slice: &[T], tokens: &std::ops::Range<usize>, each: usize) -> std::ops::Range<usize> {
        if slice.is_empty() {
            0..0
        } else {
            tokens.start * each..tokens.end * each
        }
    }
    let block = if form == Form::Blocks256 { 256 } else { 32 };
    Input {
        tokens: tokens.len(),
        cols,
        values: &input.values[cut(input.values, &tokens, cols)],
        q: &input.q[cut(input.q, &tokens, cols)],
        scale: &input.scale[cut(input.scale, &tokens, cols / block)],
        sums32: &input.sums32[cut(input.sums32, &tokens, cols / 32)],
        sums16: &input.sums16[cut(input.sums16, &tokens, cols / 16)],
        offset: &input.offset[cut(input.offset, &tokens, cols / 32)],
    }
}
