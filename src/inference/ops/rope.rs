//! Rotary positions: pairs of values in each head are turned by an angle that grows with the position.

// Each task turns its own rows.
#![allow(unsafe_code)]

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor};

use super::Compute;
use super::disjoint::Disjoint;
use super::view::{View, ensure, floats_mut};

/// Which values of a head form a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RopeStyle {
    /// `i` with `i + half` (phi3, qwen2; NeoX).
    Halves,
    /// `2i` with `2i + 1` (llama as GGUF files write it).
    Pairs,
}

/// How fast each pair turns.
#[derive(Debug, Clone)]
pub struct Rope {
    style: RopeStyle,
    speeds: Vec<f64>,
    magnitude: f32,
}

/// Sines and cosines for a run of positions, made once for all layers of a forward pass.
#[derive(Debug, Clone)]
pub struct Angles {
    style: RopeStyle,
    half: usize,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    /// `dims` of each head are turned; pair `i` at `base^(-2i/dims) / factors[i]` per position. `magnitude`
    /// multiplies both sine and cosine (longrope's attention factor; otherwise 1).
    ///
    /// # Panics
    /// When `factors` are not one for each pair; the model file checks its tensors before.
    pub fn new(
        style: RopeStyle,
        dims: usize,
        base: f32,
        factors: Option<&[f32]>,
        magnitude: f32,
    ) -> Rope {
        assert!(
            factors.is_none_or(|factors| factors.len() == dims / 2),
            "one factor for each pair"
        );
        let speed = |pair: usize| {
            let plain = f64::from(base).powf(-2.0 * pair as f64 / dims as f64);
            plain / factors.map_or(1.0, |factors| f64::from(factors[pair]))
        };
        Rope {
            style,
            speeds: (0..dims / 2).map(speed).collect(),
            magnitude,
        }
    }

    /// Sines and cosines for positions `first..first + count`.
    pub fn angles(&self, first: usize, count: usize) -> Angles {
        let half = self.speeds.len();
        let mut angles = Angles {
            style: self.style,
            half,
            cos: vec![0.0; count * half],
            sin: vec![0.0; count * half],
        };
        for index in 0..count {
            for (pair, speed) in self.speeds.iter().enumerate() {
                let (sin, cos) = ((first + index) as f64 * speed).sin_cos();
                angles.cos[index * half + pair] = cos as f32 * self.magnitude;
                angles.sin[index * half + pair] = sin as f32 * self.magnitude;
            }
        }
        angles
    }
}

impl Angles {
    /// How many positions there are angles for.
    pub fn count(&self) -> usize {
        self.cos.len().checked_div(self.half).unwrap_or(0)
    }

    /// How many values of each head are turned.
    pub(super) fn dims(&self) -> usize {
        2 * self.half
    }

    /// Turns one head at the position with this index.
    #[inline]
    pub(super) fn turn(&self, index: usize, head: &mut [f32]) {
        let half = self.half;
        let cos = &self.cos[index * half..][..half];
        let sin = &self.sin[index * half..][..half];
        match self.style {
            RopeStyle::Halves => {
                let (low, rest) = head.split_at_mut(half);
                for (((a, b), cos), sin) in low.iter_mut().zip(&mut rest[..half]).zip(cos).zip(sin)
                {
                    (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
                }
            }
            RopeStyle::Pairs => {
                for ((pair, cos), sin) in head.as_chunks_mut::<2>().0.iter_mut().zip(cos).zip(sin) {
                    *pair = [pair[0] * cos - pair[1] * sin, pair[0] * sin + pair[1] * cos];
                }
            }
        }
    }
}

pub(super) fn rotate(
    compute: &Compute,
    x: &Tensor,
    head_dim: usize,
    angles: &Angles,
) -> Result<()> {
    x.inplace_op1(&Rotate {
        compute,
        head_dim,
        angles,
    })
}

struct Rotate<'a> {
    compute: &'a Compute,
    head_dim: usize,
    angles: &'a Angles,
}

impl InplaceOp1 for Rotate<'_> {
    fn name(&self) -> &'static str {
        "rotate"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let view = View::of(layout)?;
        check(view.tokens, view.cols, self.head_dim, self.angles)?;
        let out = Disjoint::new(floats_mut(storage)?);
        let turn = |token: usize| {
            // SAFETY: each task has its own rows.
            let row = unsafe { out.part(view.at(token), view.cols) };
            for head in row.chunks_exact_mut(self.head_dim) {
                self.angles.turn(token, head);
            }
        };
        if view.tokens < 8 {
            (0..view.tokens).for_each(turn);
        } else {
            self.compute.pool().run(view.tokens.div_ceil(8), &|task| {
                (task * 8..view.tokens.min(task * 8 + 8)).for_each(turn);
            });
        }
        Ok(())
    }
}

/// Whether rows of whole heads, as many as there are angles, can be turned.
pub(super) fn check(tokens: usize, cols: usize, head_dim: usize, angles: &Angles) -> Result<()> {
    ensure(head_dim > 0 && cols.is_multiple_of(head_dim), || {
        format!("rows of {cols} are not made of heads of {head_dim}")
    })?;
    ensure(angles.count() == tokens || angles.dims() == 0, || {
        format!("angles for {} positions over {tokens} rows", angles.count())
    })?;
    ensure(angles.dims() <= head_dim, || {
        format!("{} dims turned in heads of {head_dim}", angles.dims())
    })
}
