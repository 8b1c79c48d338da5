//! The operations of a model against plain f32 arithmetic and against candle's own, with every kernel.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{D, DType, Device, Tensor};
use inference::kernels;
use inference::kv::{KvCache, KvShape};
use inference::ops::{AttentionShape, Compute, Form, Rope, RopeStyle};
use inference::pool::Pool;
use inference::weights::{Bytes, QuantMatrix, WeightType};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn computes() -> Vec<Compute> {
    let pool = Arc::new(Pool::new(2).unwrap());
    kernels::available()
        .iter()
        .map(|kernel| Compute::with_kernel(Arc::clone(&pool), *kernel))
        .collect()
}

fn random(shape: (usize, usize), rng: &mut StdRng) -> Tensor {
    let values: Vec<f32> = (0..shape.0 * shape.1)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn quantized(tensor: &Tensor, kind: GgmlDType, ours: WeightType) -> (QuantMatrix, Tensor) {
    let q = QTensor::quantize(tensor, kind).unwrap();
    let (rows, cols) = tensor.dims2().unwrap();
    let matrix = QuantMatrix::new(
        ours,
        rows,
        cols,
        Bytes::from(q.data().unwrap().into_owned()),
    )
    .unwrap();
    (matrix, q.dequantize(&Device::Cpu).unwrap())
}

/// The greatest difference in relation to the greatest value.
fn difference(a: &Tensor, b: &Tensor) -> f32 {
    let most = |t: &Tensor| {
        t.abs()
            .unwrap()
            .flatten_all()
            .unwrap()
            .max(D::Minus1)
            .unwrap()
            .to_scalar::<f32>()
            .unwrap()
    };
    assert_eq!(a.dims(), b.dims());
    most(&(a - b).unwrap()) / most(b).max(1e-9)
}

#[test]
fn products_are_those_of_f32_but_for_the_rounding_of_the_input() {
    let mut rng = StdRng::seed_from_u64(1);
    let kinds = [
        (GgmlDType::F16, WeightType::F16),
        (GgmlDType::Q4_0, WeightType::Q4_0),
        (GgmlDType::Q4_1, WeightType::Q4_1),
        (GgmlDType::Q8_0, WeightType::Q8_0),
        (GgmlDType::Q4K, WeightType::Q4K),
        (GgmlDType::Q5K, WeightType::Q5K),
        (GgmlDType::Q6K, WeightType::Q6K),
    ];
    for (kind, ours) in kinds {
        let (matrix, wide) = quantized(&random((150, 512), &mut rng), kind, ours);
        for tokens in [1, 2, 13] {
            let x = random((tokens, 512), &mut rng);
            let wanted = x.matmul(&wide.t().unwrap()).unwrap();
            let bias: Vec<f32> = (0..150).map(|at| at as f32).collect();
            for compute in computes() {
                let name = format!("{} {ours:?} {tokens}", compute.kernel_name());
                let input = compute.round(&x, matrix.form()).unwrap();
                let got = compute.matmul(&matrix, &input).unwrap();
                assert!(difference(&got, &wanted) < 0.02, "{name}");
                // A form that was not asked for is made when it is needed.
                let late = compute.round(&x, Form::F32).unwrap();
                assert_eq!(
                    difference(&compute.matmul(&matrix, &late).unwrap(), &got),
                    0.0
                );
                let biased = compute.matmul_bias(&matrix, &input, &bias).unwrap();
                let by_hand = got
                    .broadcast_add(&Tensor::new(bias.as_slice(), &Device::Cpu).unwrap())
                    .unwrap();
                assert_eq!(difference(&biased, &by_hand), 0.0);
                // Added in place, also into some columns of a wider tensor.
                let all = random((tokens, 200), &mut rng);
                let before = all.copy().unwrap();
                compute
                    .matmul_add(&all.narrow(1, 20, 150).unwrap(), &matrix, &input)
                    .unwrap();
                let added =
                    (all.narrow(1, 20, 150).unwrap() - before.narrow(1, 20, 150).unwrap()).unwrap();
                assert!(difference(&added, &got) < 1e-5);
                assert_eq!(
                    difference(
                        &all.narrow(1, 0, 20).unwrap(),
                        &before.narrow(1, 0, 20).unwrap()
                    ),
                    0.0
                );
                assert!(compute.matmul_add(&all, &matrix, &input).is_err());
                let part = compute.matmul(&matrix.rows(32..100), &input).unwrap();
                assert!(difference(&part, &got.narrow(1, 32, 68).unwrap()) < 1e-5);
            }
        }
    }
}

#[test]
fn norm_and_gate_are_candles() {
    let mut rng = StdRng::seed_from_u64(2);
    let weight: Vec<f32> = (0..256).map(|_| rng.random_range(0.5..2.0)).collect();
    for compute in computes() {
        for tokens in [1, 200] {
            let x = random((tokens, 512), &mut rng).narrow(1, 256, 256).unwrap();
            let normed = compute
                .rms_norm(&x, &weight, 1e-5, Form::Blocks256)
                .unwrap();
            let alpha = Tensor::new(weight.as_slice(), &Device::Cpu).unwrap();
            let wanted = candle_nn::ops::rms_norm(&x.contiguous().unwrap(), &alpha, 1e-5).unwrap();
            assert!(difference(normed.rows(), &wanted) < 1e-5);
            let both = random((tokens, 512), &mut rng);
            let (gate, up) = (
                both.narrow(1, 0, 256).unwrap(),
                both.narrow(1, 256, 256).unwrap(),
            );
            let got = compute.silu_mul(&gate, &up, Form::Blocks32).unwrap();
            let wanted = (candle_nn::ops::silu(&gate).unwrap() * &up).unwrap();
            assert!(difference(got.rows(), &wanted) < 1e-5);
            assert!(compute.rms_norm(&x, &weight[1..], 1e-5, Form::F32).is_err());
            assert!(
                compute
                    .rms_norm(
                        &x.narrow(1, 0, 100).unwrap(),
                        &weight[..100],
                        1e-5,
                        Form::Blocks256
                    )
                    .is_err()
            );
        }
    }
}

#[test]
fn positions_turn_as_candles() {
    let mut rng = StdRng::seed_from_u64(3);
    let (heads, dim, first) = (3, 16, 40);
    let compute = &computes()[0];
    for tokens in [1, 21] {
        for style in [RopeStyle::Halves, RopeStyle::Pairs] {
            let x = random((tokens, heads * dim), &mut rng);
            let speeds: Vec<f32> = (0..dim / 2)
                .map(|pair| 10_000_f32.powf(-2.0 * pair as f32 / dim as f32))
                .collect();
            let angles: Vec<f32> = (first..first + tokens)
                .flat_map(|at| speeds.iter().map(move |speed| at as f32 * speed))
                .collect();
            let angles = Tensor::from_vec(angles, (tokens, dim / 2), &Device::Cpu).unwrap();
            let (cos, sin) = (angles.cos().unwrap(), angles.sin().unwrap());
            let heads_first = x
                .reshape((1, tokens, heads, dim))
                .unwrap()
                .transpose(1, 2)
                .unwrap()
                .contiguous()
                .unwrap();
            let wanted = match style {
                RopeStyle::Halves => candle_nn::rotary_emb::rope(&heads_first, &cos, &sin),
                RopeStyle::Pairs => candle_nn::rotary_emb::rope_i(&heads_first, &cos, &sin),
            };
            let wanted = wanted
                .unwrap()
                .transpose(1, 2)
                .unwrap()
                .reshape((tokens, heads * dim))
                .unwrap();
            let rope = Rope::new(style, dim, 10_000.0, None, 1.0);
            compute
                .rotate(&x, dim, &rope.angles(first, tokens))
                .unwrap();
            assert!(difference(&x, &wanted) < 1e-4);
        }
    }
}

#[test]
fn factors_slow_pairs_down_and_magnitude_scales() {
    let compute = &computes()[0];
    let rope = Rope::new(RopeStyle::Halves, 4, 10_000.0, Some(&[2.0, 1.0]), 3.0);
    let x = Tensor::new(&[[1.0_f32, 0.0, 0.0, 0.0]], &Device::Cpu).unwrap();
    compute.rotate(&x, 4, &rope.angles(1, 1)).unwrap();
    let got = x.to_vec2::<f32>().unwrap();
    assert!(
        (got[0][0] - 3.0 * 0.5_f32.cos()).abs() < 1e-6
            && (got[0][2] - 3.0 * 0.5_f32.sin()).abs() < 1e-6
    );
    assert!(compute.rotate(&x, 4, &rope.angles(1, 2)).is_err());
}

/// Attention written out.
fn naive(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    first: usize,
    dim: usize,
    scale: f32,
    window: usize,
) -> Tensor {
    let (q, k, v) = (
        q.to_vec2::<f32>().unwrap(),
        k.to_vec2::<f32>().unwrap(),
        v.to_vec2::<f32>().unwrap(),
    );
    let group = q[0].len() / k[0].len();
    let row = |(index, q): (usize, &Vec<f32>)| {
        let mut out = vec![0.0; q.len()];
        for head in 0..q.len() / dim {
            let (at, kv) = (head * dim, head / group * dim);
            let seen = (first + index + 1).saturating_sub(window)..first + index + 1;
            let score = |key: usize| -> f32 {
                (0..dim).map(|d| q[at + d] * k[key][kv + d]).sum::<f32>() * scale
            };
            let scores: Vec<f32> = seen.clone().map(score).collect();
            let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weights: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
            let sum: f32 = weights.iter().sum();
            for (key, weight) in seen.zip(&weights) {
                (0..dim).for_each(|d| out[at + d] += weight / sum * v[key][kv + d]);
            }
        }
        out
    };
    Tensor::new(
        q.iter().enumerate().map(row).collect::<Vec<_>>(),
        &Device::Cpu,
    )
    .unwrap()
}

#[test]
fn attention_is_the_naive_one() {
    let mut rng = StdRng::seed_from_u64(4);
    let cases = [
        // heads, key heads, dim, steps, window
        (4, 4, 96, &[300_usize, 1, 1, 7][..], None),
        (9, 3, 64, &[5, 130, 1, 200, 2][..], None),
        (6, 2, 20, &[70, 1][..], Some(33)),
        (8, 1, 128, &[257, 1, 64][..], Some(100)),
    ];
    for (heads, kv_heads, dim, steps, window) in cases {
        for compute in computes() {
            let mut cache = KvCache::new(KvShape {
                layers: 2,
                kv_heads,
                head_dim: dim,
            });
            let scale = 1.0 / (dim as f32).sqrt();
            let shape = AttentionShape {
                heads,
                scale,
                window,
            };
            let (mut keys, mut values): (Vec<Tensor>, Vec<Tensor>) = Default::default();
            for &tokens in steps {
                // Parts of one fused tensor, as in phi3.
                let width = (heads + 2 * kv_heads) * dim;
                let fused = (random((tokens, width), &mut rng) * 3.0).unwrap();
                let part =
                    |from: usize, heads: usize| fused.narrow(1, from * dim, heads * dim).unwrap();
                let (q, k, v) = (
                    part(0, heads),
                    part(heads, kv_heads),
                    part(heads + kv_heads, kv_heads),
                );
                let rounded = |t: &Tensor| {
                    t.to_dtype(DType::F16)
                        .unwrap()
                        .to_dtype(DType::F32)
                        .unwrap()
                };
                keys.push(rounded(&k));
                values.push(rounded(&v));
                compute.store(&mut cache, 1, &k, &v, None).unwrap();
                let got = compute.attention(&q, &cache, 1, &shape).unwrap();
                let (k, v) = (
                    Tensor::cat(&keys, 0).unwrap(),
                    Tensor::cat(&values, 0).unwrap(),
                );
                let wanted = naive(
                    &q,
                    &k,
                    &v,
                    cache.len(),
                    dim,
                    scale,
                    window.unwrap_or(usize::MAX),
                );
                let far = difference(&got, &wanted);
                assert!(
                    far < 1e-4,
                    "{} {heads}/{kv_heads}x{dim} {tokens}: {far}",
                    compute.kernel_name()
                );
                cache.advance(tokens);
            }
        }
    }
}

#[test]
fn embeddings_are_rows_of_the_table() {
    let mut rng = StdRng::seed_from_u64(5);
    let (table, wide) = quantized(
        &random((10, 256), &mut rng),
        GgmlDType::Q6K,
        WeightType::Q6K,
    );
    let compute = &computes()[0];
    let got = compute.embed(&table, &[7, 0, 7]).unwrap();
    let wanted = wide
        .index_select(&Tensor::new(&[7_u32, 0, 7], &Device::Cpu).unwrap(), 0)
        .unwrap();
    assert!(difference(&got, &wanted) < 1e-6);
    assert!(compute.embed(&table, &[10]).is_err());
}
