//! Keys and values on their way into the cache, and attention over it.

// Each task writes its own heads of the output, and its own positions of the cache.
#![allow(unsafe_code)]

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Storage, Tensor};

use super::Compute;
use super::disjoint::Disjoint;
use super::rope::{self, Angles};
use super::view::{View, ensure, floats};
use crate::kernels::Attend;
use crate::kv::{BLOCK, CacheWriter, KvCache};

/// How many positions of queries a task takes, for each query head that shares its keys.
const QUERY_RUN: usize = 64;
/// How many positions a task stores.
const STORE_RUN: usize = 16;
/// The widest head that is turned on its way into the cache.
const MOST_DIM: usize = 512;

/// What attention is like in a model.
#[derive(Debug, Clone, Copy)]
pub struct AttentionShape {
    /// Query heads. A multiple of the cache's key heads, which are shared by neighbours.
    pub heads: usize,
    /// Multiplies the scores; usually `1 / sqrt(head_dim)`.
    pub scale: f32,
    /// Each position sees itself and at most `window - 1` before it.
    pub window: Option<usize>,
}

pub(super) fn store(
    compute: &Compute,
    cache: &mut KvCache,
    layer: usize,
    k: &Tensor,
    v: &Tensor,
    angles: Option<&Angles>,
) -> Result<()> {
    let (key_storage, key_layout) = k.storage_and_layout();
    let (value_storage, value_layout) = v.storage_and_layout();
    let (Storage::Cpu(key_storage), Storage::Cpu(value_storage)) = (&*key_storage, &*value_storage)
    else {
        candle_core::bail!("a model's tensors are on the CPU")
    };
    let (keys, values) = (floats(key_storage)?, floats(value_storage)?);
    let (key, value) = (View::of(key_layout)?, View::of(value_layout)?);
    let (heads, dim) = (cache.kv_heads(), cache.head_dim());
    for view in [key, value] {
        ensure(
            (view.tokens, view.cols) == (key.tokens, heads * dim),
            || {
                format!(
                    "[{}, {}] is not a row of {heads} heads of {dim} for each token",
                    view.tokens, view.cols
                )
            },
        )?;
    }
    if let Some(angles) = angles {
        rope::check(key.tokens, key.cols, dim, angles)?;
    }
    ensure(layer < cache.layers(), || {
        format!("the cache has no layer {layer}")
    })?;
    let first = cache.len();
    cache.reserve(first + key.tokens).map_err(Error::wrap)?;
    ensure(dim <= MOST_DIM, || {
        format!("heads of {dim} are wider than any model's")
    })?;
    let put = |cache: &CacheWriter<'_>, index: usize| {
        let (key_row, value_row) = (key.row(keys, index), value.row(values, index));
        let mut turned = [0.0; MOST_DIM];
        for head in 0..heads {
            let run = head * dim..(head + 1) * dim;
            // SAFETY: each position is written by one task.
            let (to_key, to_value) = unsafe { cache.slot(layer, head, first + index) };
            match angles {
                Some(angles) => {
                    turned[..dim].copy_from_slice(&key_row[run.clone()]);
                    angles.turn(index, &mut turned[..dim]);
                    compute.kernel.to_f16(&turned[..dim], to_key);
                }
                None => compute.kernel.to_f16(&key_row[run.clone()], to_key),
            }
            compute.kernel.to_f16(&value_row[run], to_value);
        }
    };
    let writer = cache.writer();
    if key.tokens < STORE_RUN {
        (0..key.tokens).for_each(|index| put(&writer, index));
    } else {
        compute.pool().run(key.tokens.div_ceil(STORE_RUN), &|task| {
            (task * STORE_RUN..key.tokens.min((task + 1) * STORE_RUN))
                .for_each(|index| put(&writer, index));
        });
    }
    Ok(())
}

pub(super) fn attention(
    compute: &Compute,
    q: &Tensor,
    cache: &KvCache,
    layer: usize,
    shape: &AttentionShape,
) -> Result<Tensor> {
    q.apply_op1_no_bwd(&Attention {
        compute,
        cache,
        layer,
        shape,
    })
}

struct Attention<'a> {
    compute: &'a Compute,
    cache: &'a KvCache,
    layer: usize,
    shape: &'a AttentionShape,
}

/// What a task works in, kept between tasks.
#[derive(Default)]
struct Scratch {
    queries: Vec<f32>,
    gathered: Vec<f32>,
    most: Vec<f32>,
    sum: Vec<f32>,
    visible: Vec<(u32, u32)>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (values, view) = (floats(storage)?, View::of(layout)?);
        let (heads, dim, kv_heads) = (
            self.shape.heads,
            self.cache.head_dim(),
            self.cache.kv_heads(),
        );
        ensure(view.cols == heads * dim, || {
            format!("queries of {} are not {heads} heads of {dim}", view.cols)
        })?;
        ensure(kv_heads > 0 && heads.is_multiple_of(kv_heads), || {
            format!("{heads} query heads cannot share {kv_heads} key heads")
        })?;
        ensure(self.layer < self.cache.layers(), || {
            format!("the cache has no layer {}", self.layer)
        })?;
        ensure(
            self.cache.capacity() >= self.cache.len() + view.tokens,
            || "keys and values are stored before attention looks at them".into(),
        )?;
        let mut out = vec![0.0; view.tokens * view.cols];
        let target = Disjoint::new(&mut out);
        let group = heads / kv_heads;
        // Few tokens and few key heads: query heads go their own ways, so that all threads have work.
        let share = if view.tokens < 8 && kv_heads < 4 * self.compute.pool().threads() {
            1
        } else {
            group
        };
        let runs = view.tokens.div_ceil(QUERY_RUN);
        let sets = heads / share;
        self.compute.pool().run(sets * runs, &|task| {
            // The last queries see most keys, so they go first and the short ones fill the gaps.
            let run = runs - 1 - task / sets;
            let tokens = run * QUERY_RUN..view.tokens.min((run + 1) * QUERY_RUN);
            let first_head = task % sets * share;
            SCRATCH.with_borrow_mut(|scratch| {
                self.one(
                    values,
                    view,
                    tokens,
                    first_head..first_head + share,
                    scratch,
                    &target,
                );
            });
        });
        Ok((CpuStorage::F32(out), Shape::from((view.tokens, view.cols))))
    }
}

impl Attention<'_> {
    /// Attention of some tokens in query heads that share one key head.
    fn one(
        &self,
        values: &[f32],
        view: View,
        tokens: std::ops::Range<usize>,
        heads: std::ops::Range<usize>,
        scratch: &mut Scratch,
        target: &Disjoint<'_, f32>,
    ) {
        let dim = self.cache.head_dim();
        let kv_head = heads.start / (self.shape.heads / self.cache.kv_heads());
        let count = tokens.len() * heads.len();
        scratch.queries.clear();
        for head in heads.clone() {
            for token in tokens.clone() {
                let query = &view.row(values, token)[head * dim..(head + 1) * dim];
                scratch
                    .queries
                    .extend(query.iter().map(|x| x * self.shape.scale));
            }
        }
        refill(&mut scratch.gathered, count * dim, 0.0);
        refill(&mut scratch.most, count, f32::NEG_INFINITY);
        refill(&mut scratch.sum, count, 0.0);
        let first = self.cache.len();
        let window = self.shape.window.unwrap_or(usize::MAX);
        let oldest = (first + tokens.start + 1).saturating_sub(window);
        let end = first + tokens.end;
        for block in oldest / BLOCK..end.div_ceil(BLOCK) {
            let (start, stop) = (block * BLOCK, end.min((block + 1) * BLOCK));
            scratch.visible.clear();
            for _ in heads.clone() {
                scratch.visible.extend(tokens.clone().map(|token| {
                    let position = first + token;
                    let from = (position + 1).saturating_sub(window).clamp(start, stop) - start;
                    let to = (position + 1).clamp(start, stop) - start;
                    (from as u32, to.max(from) as u32)
                }));
            }
            let (keys, values) = self.cache.run(self.layer, kv_head, block);
            self.compute.kernel.attend(&mut Attend {
                head_dim: dim,
                queries: &scratch.queries,
                keys: &keys[..(stop - start) * dim],
                values: &values[..(stop - start) * dim],
                visible: &scratch.visible,
                most: &mut scratch.most,
                sum: &mut scratch.sum,
                gathered: &mut scratch.gathered,
            });
        }
        for (index, (gathered, sum)) in scratch
            .gathered
            .chunks_exact(dim)
            .zip(&scratch.sum)
            .enumerate()
        {
            let (head, token) = (
                heads.start + index / tokens.len(),
                tokens.start + index % tokens.len(),
            );
            // SAFETY: each task has its own heads and tokens.
            let out = unsafe { target.part(token * view.cols + head * dim, dim) };
            let inverse = 1.0 / sum;
            out.iter_mut()
                .zip(gathered)
                .for_each(|(out, g)| *out = g * inverse);
        }
    }
}

fn refill(buffer: &mut Vec<f32>, len: usize, value: f32) {
    buffer.clear();
    buffer.resize(len, value);
}
