//! Operations on each row by itself: the norm, SiLU·up, and rounding, fused so that a row is read once.

// Each task writes its own rows of the outputs.
#![allow(unsafe_code)]

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

use super::activations::{Activations, Rounded};
use super::disjoint::Disjoint;
use super::view::{View, ensure, floats};
use super::{Compute, Form};

/// Below this many values the threads are not woken: a row takes less time than the barrier.
const WORTH_SHARING: usize = 16 * 1024;

pub(super) fn round(compute: &Compute, x: &Tensor, form: Form) -> Result<Activations> {
    let (tokens, cols) = shape_of(x, form)?;
    let activations = Activations::new(x.clone(), tokens, cols);
    if let Some(place) = activations.place(form) {
        let (storage, layout) = x.storage_and_layout();
        let candle_core::Storage::Cpu(storage) = &*storage else {
            candle_core::bail!("a model's tensors are on the CPU")
        };
        let values = floats(storage)?;
        let view = View::of(layout)?;
        place.get_or_init(|| round_rows(compute, values, view, form));
    }
    Ok(activations)
}

/// Rounds rows that exist already.
pub(super) fn round_rows(compute: &Compute, values: &[f32], view: View, form: Form) -> Rounded {
    let mut rounded = Rounded::new(form, view.tokens, view.cols);
    {
        let writer = rounded.writer();
        each_row(compute, view.tokens, view.cols, &|token| {
            // SAFETY: `each_row` gives each token to one task.
            let mut out = unsafe { writer.row(token) };
            compute
                .kernel
                .quantize(form, view.row(values, token), &mut out);
        });
    }
    rounded
}

pub(super) fn rms_norm(
    compute: &Compute,
    x: &Tensor,
    weight: &[f32],
    eps: f32,
    form: Form,
) -> Result<Activations> {
    let (tokens, cols) = shape_of(x, form)?;
    ensure(weight.len() == cols, || {
        format!("a norm of {} values over rows of {cols}", weight.len())
    })?;
    let op = RmsNorm {
        compute,
        weight,
        eps,
        form,
        rounded: Mutex::new(None),
    };
    let rows = x.apply_op1_no_bwd(&op)?;
    Ok(with_rounded(
        Activations::new(rows, tokens, cols),
        form,
        op.rounded,
    ))
}

pub(super) fn silu_mul(
    compute: &Compute,
    gate: &Tensor,
    up: &Tensor,
    form: Form,
) -> Result<Activations> {
    let (tokens, cols) = shape_of(gate, form)?;
    ensure(gate.dims() == up.dims(), || {
        format!("a gate of shape {:?} over {:?}", gate.dims(), up.dims())
    })?;
    let op = SiluMul {
        compute,
        form,
        rounded: Mutex::new(None),
    };
    let rows = gate.apply_op2_no_bwd(up, &op)?;
    Ok(with_rounded(
        Activations::new(rows, tokens, cols),
        form,
        op.rounded,
    ))
}

fn with_rounded(
    activations: Activations,
    form: Form,
    rounded: Mutex<Option<Rounded>>,
) -> Activations {
    let rounded = rounded
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let (Some(place), Some(rounded)) = (activations.place(form), rounded) {
        place.get_or_init(|| rounded);
    }
    activations
}

fn shape_of(x: &Tensor, form: Form) -> Result<(usize, usize)> {
    let view = View::of(x.layout())?;
    let block = match form {
        Form::F32 => 1,
        Form::Blocks32 => 32,
        Form::Blocks256 => 256,
    };
    ensure(view.cols.is_multiple_of(block), || {
        format!("rows of {} are not made of blocks of {block}", view.cols)
    })?;
    Ok((view.tokens, view.cols))
}

/// Calls `f` once for each row, on all threads where that pays.
fn each_row(compute: &Compute, tokens: usize, cols: usize, f: &(impl Fn(usize) + Sync)) {
    if tokens * cols < WORTH_SHARING {
        (0..tokens).for_each(f);
        return;
    }
    let chunk = (WORTH_SHARING / 2).div_ceil(cols.max(1));
    compute.pool().run(tokens.div_ceil(chunk), &|index| {
        (index * chunk..tokens.min((index + 1) * chunk)).for_each(f);
    });
}

/// Computes rows and rounds each while it is still near.
fn produce(
    compute: &Compute,
    (tokens, cols, form): (usize, usize, Form),
    row: &(impl Fn(usize, &mut [f32]) + Sync),
) -> (CpuStorage, Shape, Rounded) {
    let mut values = vec![0.0; tokens * cols];
    let mut rounded = Rounded::new(form, tokens, cols);
    {
        let out = Disjoint::new(&mut values);
        let writer = rounded.writer();
        each_row(compute, tokens, cols, &|token| {
            // SAFETY: `each_row` gives each token to one task.
            let (out, mut to) = unsafe { (out.part(token * cols, cols), writer.row(token)) };
            row(token, out);
            compute.kernel.quantize(form, out, &mut to);
        });
    }
    (
        CpuStorage::F32(values),
        Shape::from((tokens, cols)),
        rounded,
    )
}

fn keep(place: &Mutex<Option<Rounded>>, rounded: Rounded) {
    *place
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(rounded);
}

struct RmsNorm<'a> {
    compute: &'a Compute,
    weight: &'a [f32],
    eps: f32,
    form: Form,
    rounded: Mutex<Option<Rounded>>,
}

impl CustomOp1 for RmsNorm<'_> {
    fn name(&self) -> &'static str {
        "rms-norm"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (values, view) = (floats(storage)?, View::of(layout)?);
        let (storage, shape, rounded) = produce(
            self.compute,
            (view.tokens, view.cols, self.form),
            &|token, out| {
                self.compute
                    .kernel
                    .rms_norm(view.row(values, token), self.weight, self.eps, out);
            },
        );
        keep(&self.rounded, rounded);
        Ok((storage, shape))
    }
}

struct SiluMul<'a> {
    compute: &'a Compute,
    form: Form,
    rounded: Mutex<Option<Rounded>>,
}

impl CustomOp2 for SiluMul<'_> {
    fn name(&self) -> &'static str {
        "silu-mul"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (gates, gate) = (floats(s1)?, View::of(l1)?);
        let (ups, up) = (floats(s2)?, View::of(l2)?);
        let (storage, shape, rounded) = produce(
            self.compute,
            (gate.tokens, gate.cols, self.form),
            &|token, out| {
                self.compute
                    .kernel
                    .silu_mul(gate.row(gates, token), up.row(ups, token), out);
            },
        );
        keep(&self.rounded, rounded);
        Ok((storage, shape))
    }
}
