//! The operations that models are written with. Tensors are candle's; the work is done by our kernels over our
//! pool, as candle custom operations, so nothing of candle's own arithmetic runs in a forward pass.
//!
//! One forward pass over `n` tokens, as a model file writes it with a [`Compute`] called `c`:
//!
//! ```text
//! let angles = rope.angles(cache.len(), n);                         // once for all layers
//! let mut x = c.embed(&table, tokens)?;                             // [n, width], only these rows
//! for layer in layers {
//!     let a = c.rms_norm(&x, &norm, eps, qkv.form())?;              // normed, and rounded for `qkv`
//!     let qkv = c.matmul(&qkv, &a)?;                                // [n, rows]
//!     let (q, k, v) = parts of qkv by `narrow(1, …)`;               // views, no copies
//!     c.rotate(&q, head_dim, &angles)?;                             // in place
//!     c.store(&mut cache, layer, &k, &v, Some(&angles))?;           // rotates k on its way into the cache
//!     let y = c.attention(&q, &cache, layer, &shape)?;              // [n, heads * head_dim]
//!     c.matmul_add(&x, &out, &c.round(&y, out.form())?)?;           // x += …, in place
//!     let a = c.rms_norm(&x, &norm2, eps, up.form())?;
//!     let h = c.matmul(&gate_up, &a)?;
//!     let a = c.silu_mul(&gate part of h, &up part of h, down.form())?;
//!     c.matmul_add(&x, &down, &a)?;
//! }
//! cache.advance(n);
//! let a = c.rms_norm(&last row of x, &norm, eps, head.form())?;
//! let logits = c.matmul(&head, &a)?;
//! ```
//!
//! Inputs are f32 with rows that lie together (views of columns or rows are fine, transposed ones are not).
//! In-place operations write into the storage that clones and views share.

use std::sync::Arc;

use candle_core::{Result, Tensor};

use crate::kernels::{self, Kernel};
use crate::kv::KvCache;
use crate::pool::Pool;
use crate::weights::QuantMatrix;

mod activations;
mod attention;
mod disjoint;
mod embed;
mod matmul;
mod rope;
mod rowwise;
mod view;

pub use activations::Activations;
pub use attention::AttentionShape;
pub(crate) use disjoint::Disjoint;
pub use rope::{Angles, Rope, RopeStyle};

/// The form in which a matrix reads its input. [`QuantMatrix::form`] says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is.
    F32,
    /// 8-bit integers with a factor for each 32.
    Blocks32,
    /// 8-bit integers with a factor for each 256.
    Blocks256,
}

/// The pool and the kernel that a model computes with. Cheap to clone.
#[derive(Clone)]
pub struct Compute {
    pool: Arc<Pool>,
    kernel: &'static dyn Kernel,
}

impl Compute {
    /// With the best kernel that this processor has.
    pub fn new(pool: Arc<Pool>) -> Compute {
        Compute {
            pool,
            kernel: kernels::best(),
        }
    }

    /// With one particular kernel, see [`kernels::available`].
    pub fn with_kernel(pool: Arc<Pool>, kernel: &'static dyn Kernel) -> Compute {
        Compute { pool, kernel }
    }

    /// Which kernel computes: `scalar`, `avx2`, `avx512-vnni`.
    pub fn kernel_name(&self) -> &'static str {
        self.kernel.name()
    }

    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The rows of `table` for these tokens, `[tokens, cols]`. A token beyond the table is an error.
    pub fn embed(&self, table: &QuantMatrix, tokens: &[u32]) -> Result<Tensor> {
        embed::embed(table, tokens)
    }

    /// Rounds `x` `[n, cols]` for a matrix that reads `form`.
    pub fn round(&self, x: &Tensor, form: Form) -> Result<Activations> {
        rowwise::round(self, x, form)
    }

    /// `x / sqrt(mean(x²) + eps) * weight`, rounded for a matrix that reads `form`. The normed f32 rows are kept
    /// beside it ([`Activations::rows`]), so a matrix that reads another form can share the input.
    pub fn rms_norm(
        &self,
        x: &Tensor,
        weight: &[f32],
        eps: f32,
        form: Form,
    ) -> Result<Activations> {
        rowwise::rms_norm(self, x, weight, eps, form)
    }

    /// `silu(gate) * up`, rounded for a matrix that reads `form`. Both `[n, cols]`.
    pub fn silu_mul(&self, gate: &Tensor, up: &Tensor, form: Form) -> Result<Activations> {
        rowwise::silu_mul(self, gate, up, form)
    }

    /// `input · matrixᵀ`: `[n, cols]` to `[n, rows]`.
    pub fn matmul(&self, matrix: &QuantMatrix, input: &Activations) -> Result<Tensor> {
        matmul::matmul(self, matrix, input, None)
    }

    /// As [`Compute::matmul`], plus `bias` of `rows` values on each row.
    pub fn matmul_bias(
        &self,
        matrix: &QuantMatrix,
        input: &Activations,
        bias: &[f32],
    ) -> Result<Tensor> {
        matmul::matmul(self, matrix, input, Some(bias))
    }

    /// `x += input · matrixᵀ`, in place: the residual connection without another tensor.
    pub fn matmul_add(&self, x: &Tensor, matrix: &QuantMatrix, input: &Activations) -> Result<()> {
        matmul::matmul_add(self, x, matrix, input)
    }

    /// Turns the heads in `x` `[n, heads * head_dim]` by the angles of their positions, in place.
    pub fn rotate(&self, x: &Tensor, head_dim: usize, angles: &Angles) -> Result<()> {
        rope::rotate(self, x, head_dim, angles)
    }

    /// Writes keys and values `[n, kv_heads * head_dim]` of one layer into the cache at positions
    /// `cache.len()..`, making room as needed. `angles` turn the keys on their way.
    pub fn store(
        &self,
        cache: &mut KvCache,
        layer: usize,
        k: &Tensor,
        v: &Tensor,
        angles: Option<&Angles>,
    ) -> Result<()> {
        attention::store(self, cache, layer, k, v, angles)
    }

    /// Causal attention of queries `[n, heads * head_dim]` at positions `cache.len()..` over everything stored
    /// for `layer` up to each of them. Gives `[n, heads * head_dim]`.
    pub fn attention(
        &self,
        q: &Tensor,
        cache: &KvCache,
        layer: usize,
        shape: &AttentionShape,
    ) -> Result<Tensor> {
        attention::attention(self, q, cache, layer, shape)
    }
}
