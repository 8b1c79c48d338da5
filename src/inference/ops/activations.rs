//! A layer's input: its f32 rows, and the same rows rounded for the matrices that read them.

use std::sync::OnceLock;

use candle_core::Tensor;

use super::Form;
use super::disjoint::Disjoint;
use crate::kernels::{Input, InputRow};

/// `[tokens, cols]`, rounded once however many matrices read it. A form that nobody asked for in advance is made
/// when the first matrix needs it.
pub struct Activations {
    pub(super) rows: Tensor,
    pub(super) tokens: usize,
    pub(super) cols: usize,
    blocks32: OnceLock<Rounded>,
    blocks256: OnceLock<Rounded>,
}

impl Activations {
    pub(super) fn new(rows: Tensor, tokens: usize, cols: usize) -> Activations {
        Activations {
            rows,
            tokens,
            cols,
            blocks32: OnceLock::new(),
            blocks256: OnceLock::new(),
        }
    }

    pub fn token_count(&self) -> usize {
        self.tokens
    }

    pub fn col_count(&self) -> usize {
        self.cols
    }

    /// The f32 rows, `[tokens, cols]`.
    pub fn rows(&self) -> &Tensor {
        &self.rows
    }

    /// Where the rounded rows of a form are kept; `F32` needs none.
    pub(super) fn place(&self, form: Form) -> Option<&OnceLock<Rounded>> {
        match form {
            Form::F32 => None,
            Form::Blocks32 => Some(&self.blocks32),
            Form::Blocks256 => Some(&self.blocks256),
        }
    }
}

/// Rounded rows. See [`Input`] for what each field holds.
pub(super) struct Rounded {
    form: Form,
    tokens: usize,
    cols: usize,
    q: Vec<i8>,
    scale: Vec<f32>,
    sums32: Vec<i16>,
    sums16: Vec<i16>,
    offset: Vec<f32>,
}

impl Rounded {
    /// Room for rows of whole blocks; the caller has checked that they are.
    pub(super) fn new(form: Form, tokens: usize, cols: usize) -> Rounded {
        let count = tokens * cols;
        let (scales, sums32, sums16, offsets) = match form {
            Form::F32 => (0, 0, 0, 0),
            Form::Blocks32 => (count / 32, 0, 0, count / 32),
            Form::Blocks256 => (count / 256, count / 32, count / 16, 0),
        };
        Rounded {
            form,
            tokens,
            cols,
            q: vec![0; if form == Form::F32 { 0 } else { count }],
            scale: vec![0.0; scales],
            sums32: vec![0; sums32],
            sums16: vec![0; sums16],
            offset: vec![0.0; offsets],
        }
    }

    pub(super) fn input(&self) -> Input<'_> {
        Input {
            tokens: self.tokens,
            cols: self.cols,
            values: &[],
            q: &self.q,
            scale: &self.scale,
            sums32: &self.sums32,
            sums16: &self.sums16,
            offset: &self.offset,
        }
    }

    /// Access to single rows for tasks that each write their own.
    pub(super) fn writer(&mut self) -> RoundedWriter<'_> {
        RoundedWriter {
            form: self.form,
            cols: self.cols,
            q: Disjoint::new(&mut self.q),
            scale: Disjoint::new(&mut self.scale),
            sums32: Disjoint::new(&mut self.sums32),
            sums16: Disjoint::new(&mut self.sums16),
            offset: Disjoint::new(&mut self.offset),
        }
    }
}

/// See [`Rounded::writer`].
pub(super) struct RoundedWriter<'a> {
    form: Form,
    cols: usize,
    q: Disjoint<'a, i8>,
    scale: Disjoint<'a, f32>,
    sums32: Disjoint<'a, i16>,
    sums16: Disjoint<'a, i16>,
    offset: Disjoint<'a, f32>,
}

impl RoundedWriter<'_> {
    /// # Safety
    /// At any moment a row may be held once only.
    #[allow(unsafe_code)] // It hands on the promise of `Disjoint::part`.
    pub(super) unsafe fn row(&self, token: usize) -> InputRow<'_> {
        let (scales, sums32, sums16, offsets) = match self.form {
            Form::F32 => (0, 0, 0, 0),
            Form::Blocks32 => (self.cols / 32, 0, 0, self.cols / 32),
            Form::Blocks256 => (self.cols / 256, self.cols / 32, self.cols / 16, 0),
        };
        let values = if self.form == Form::F32 { 0 } else { self.cols };
        // SAFETY: each part belongs to this row alone, and the caller holds it once.
        unsafe {
            InputRow {
                q: self.q.part(token * values, values),
                scale: self.scale.part(token * scales, scales),
                sums32: self.sums32.part(token * sums32, sums32),
                sums16: self.sums16.part(token * sums16, sums16),
                offset: self.offset.part(token * offsets, offsets),
            }
        }
    }
}
