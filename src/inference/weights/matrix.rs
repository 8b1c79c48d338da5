//! A weight matrix as it lies in the file, and the types it can have.

use std::ops::Range;

use candle_core::quantized::GgmlDType;

use super::Bytes;
use crate::ops::Form;

/// How the weights of a matrix are written. The sizes are the format's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightType {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q4K,
    Q5K,
    Q6K,
}

impl WeightType {
    pub const ALL: [WeightType; 11] = [
        WeightType::F32,
        WeightType::F16,
        WeightType::Bf16,
        WeightType::Q4_0,
        WeightType::Q4_1,
        WeightType::Q5_0,
        WeightType::Q5_1,
        WeightType::Q8_0,
        WeightType::Q4K,
        WeightType::Q5K,
        WeightType::Q6K,
    ];

    pub(crate) fn of(kind: GgmlDType) -> Option<WeightType> {
        Some(match kind {
            GgmlDType::F32 => WeightType::F32,
            GgmlDType::F16 => WeightType::F16,
            GgmlDType::BF16 => WeightType::Bf16,
            GgmlDType::Q4_0 => WeightType::Q4_0,
            GgmlDType::Q4_1 => WeightType::Q4_1,
            GgmlDType::Q5_0 => WeightType::Q5_0,
            GgmlDType::Q5_1 => WeightType::Q5_1,
            GgmlDType::Q8_0 => WeightType::Q8_0,
            GgmlDType::Q4K => WeightType::Q4K,
            GgmlDType::Q5K => WeightType::Q5K,
            GgmlDType::Q6K => WeightType::Q6K,
            _ => return None,
        })
    }

    /// How many weights share a block.
    pub fn block_len(self) -> usize {
        match self {
            WeightType::F32 | WeightType::F16 | WeightType::Bf16 => 1,
            WeightType::Q4_0
            | WeightType::Q4_1
            | WeightType::Q5_0
            | WeightType::Q5_1
            | WeightType::Q8_0 => 32,
            WeightType::Q4K | WeightType::Q5K | WeightType::Q6K => 256,
        }
    }

    /// How many bytes a block takes.
    pub fn block_bytes(self) -> usize {
        match self {
            WeightType::F32 => 4,
            WeightType::F16 | WeightType::Bf16 => 2,
            WeightType::Q4_0 => 18,
            WeightType::Q4_1 => 20,
            WeightType::Q5_0 => 22,
            WeightType::Q5_1 => 24,
            WeightType::Q8_0 => 34,
            WeightType::Q4K => 144,
            WeightType::Q5K => 176,
            WeightType::Q6K => 210,
        }
    }

    /// The form in which the kernels for this type read their input.
    pub fn form(self) -> Form {
        match self {
            WeightType::F32 | WeightType::F16 | WeightType::Bf16 => Form::F32,
            WeightType::Q4_0
            | WeightType::Q4_1
            | WeightType::Q5_0
            | WeightType::Q5_1
            | WeightType::Q8_0 => Form::Blocks32,
            WeightType::Q4K | WeightType::Q5K | WeightType::Q6K => Form::Blocks256,
        }
    }
}

/// A matrix `[rows, cols]` of weights in their file layout. Cloning it copies nothing.
#[derive(Debug, Clone)]
pub struct QuantMatrix {
    kind: WeightType,
    rows: usize,
    cols: usize,
    bytes: Bytes,
}

impl QuantMatrix {
    /// `None` when the bytes are not exactly `rows` rows of whole blocks.
    pub fn new(kind: WeightType, rows: usize, cols: usize, bytes: Bytes) -> Option<QuantMatrix> {
        if cols == 0 || !cols.is_multiple_of(kind.block_len()) {
            return None;
        }
        let row_bytes = (cols / kind.block_len()).checked_mul(kind.block_bytes())?;
        (rows.checked_mul(row_bytes)? == bytes.len()).then_some(QuantMatrix {
            kind,
            rows,
            cols,
            bytes,
        })
    }

    pub fn kind(&self) -> WeightType {
        self.kind
    }

    /// Outputs.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    /// Inputs.
    pub fn col_count(&self) -> usize {
        self.cols
    }

    pub fn row_bytes(&self) -> usize {
        self.cols / self.kind.block_len() * self.kind.block_bytes()
    }

    /// The form in which this matrix reads its input; see [`crate::ops::Compute::rms_norm`].
    pub fn form(&self) -> Form {
        self.kind.form()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of some rows.
    pub fn row_range(&self, rows: Range<usize>) -> &[u8] {
        let size = self.row_bytes();
        &self.bytes[rows.start * size..rows.end * size]
    }

    /// Some of the rows as a matrix of their own, in the same place: one part of a fused matrix.
    ///
    /// # Panics
    /// When the range is not inside the matrix.
    pub fn rows(&self, rows: Range<usize>) -> QuantMatrix {
        let size = self.row_bytes();
        let bytes = self.bytes.range(rows.start * size, rows.len() * size);
        QuantMatrix {
            kind: self.kind,
            rows: rows.len(),
            cols: self.cols,
            bytes,
        }
    }
}
