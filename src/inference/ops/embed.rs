//! Rows of the embedding table. Only the rows asked for are expanded.

use candle_core::{Device, Result, Tensor};

use super::view::ensure;
use crate::kernels::dequantize;
use crate::weights::QuantMatrix;

pub(super) fn embed(table: &QuantMatrix, tokens: &[u32]) -> Result<Tensor> {
    let (rows, cols) = (table.row_count(), table.col_count());
    let mut out = vec![0.0; tokens.len() * cols];
    for (token, out) in tokens.iter().zip(out.chunks_exact_mut(cols)) {
        let row = *token as usize;
        ensure(row < rows, || {
            format!("token {token} is beyond the {rows} of the model's vocabulary")
        })?;
        dequantize(table.kind(), table.row_range(row..row + 1), out);
    }
    Tensor::from_vec(out, (tokens.len(), cols), &Device::Cpu)
}
