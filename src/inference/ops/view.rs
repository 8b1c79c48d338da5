//! Tensors as rows of f32.

use candle_core::{CpuStorage, Error, Layout, Result};

/// Where the rows of a tensor `[.., cols]` lie in its storage.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub tokens: usize,
    pub cols: usize,
    start: usize,
    stride: usize,
}

impl View {
    pub(super) fn of(layout: &Layout) -> Result<View> {
        let (tokens, cols, stride) = match (layout.dims(), layout.stride()) {
            (&[cols], &[1]) => (1, cols, cols),
            (&[tokens, cols], &[stride, 1]) => (tokens, cols, stride),
            // A single column may come with any stride in its second place.
            (&[tokens, 1], &[stride, _]) => (tokens, 1, stride),
            (dims, _) => {
                return Err(Error::Msg(format!(
                    "rows must lie together in a tensor of shape {dims:?}"
                )));
            }
        };
        Ok(View {
            tokens,
            cols,
            start: layout.start_offset(),
            stride,
        })
    }

    /// The place of a row in the storage.
    pub(super) fn at(&self, token: usize) -> usize {
        self.start + token * self.stride
    }

    pub(super) fn row<'a>(&self, values: &'a [f32], token: usize) -> &'a [f32] {
        &values[self.at(token)..][..self.cols]
    }
}

/// The f32 values behind a tensor.
pub(super) fn floats(storage: &CpuStorage) -> Result<&[f32]> {
    match storage {
        CpuStorage::F32(values) => Ok(values),
        _ => Err(Error::Msg(
            "the operations of a model work on f32 tensors".into(),
        )),
    }
}

/// As [`floats`], for writing.
pub(super) fn floats_mut(storage: &mut CpuStorage) -> Result<&mut [f32]> {
    match storage {
        CpuStorage::F32(values) => Ok(values),
        _ => Err(Error::Msg(
            "the operations of a model work on f32 tensors".into(),
        )),
    }
}

/// An error with words, when a condition does not hold.
pub(super) fn ensure(holds: bool, text: impl FnOnce() -> String) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::Msg(text()))
    }
}
