//! Every kernel that this processor has against the scalar one, on random shapes and awkward values.

use inference::kernels::{self, Attend, Input, InputRow, Kernel, Rows, scalar::Scalar};
use inference::ops::Form;
use inference::weights::WeightType;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const KINDS: [WeightType; 11] = WeightType::ALL;

/// Random bytes that are a matrix: any bits are weights, but the factors must be ordinary numbers.
fn weights(kind: WeightType, rows: usize, cols: usize, rng: &mut StdRng) -> Vec<u8> {
    let blocks = rows * cols / kind.block_len();
    let mut bytes = vec![0; blocks * kind.block_bytes()];
    rng.fill(&mut bytes[..]);
    for block in bytes.chunks_exact_mut(kind.block_bytes()) {
        let exponent = rng.random_range(-9..-4);
        let mut half = |sign: bool| {
            let value = rng.random_range(0.5..1.0) * 2.0_f32.powi(exponent);
            half::f16::from_f32(if sign { -value } else { value }).to_le_bytes()
        };
        match kind {
            WeightType::Q4_0 | WeightType::Q5_0 | WeightType::Q8_0 | WeightType::F16 => {
                block[..2].copy_from_slice(&half(false));
            }
            WeightType::Q4_1 | WeightType::Q5_1 => {
                block[..2].copy_from_slice(&half(false));
                block[2..4].copy_from_slice(&half(true));
            }
            WeightType::Q4K | WeightType::Q5K => {
                block[..2].copy_from_slice(&half(false));
                block[2..4].copy_from_slice(&half(false));
            }
            WeightType::Q6K => block[208..].copy_from_slice(&half(false)),
            WeightType::F32 => {
                block.copy_from_slice(&rng.random_range(-1.0_f32..1.0).to_le_bytes())
            }
            WeightType::Bf16 => block[1] = (block[1] & 0x80) | 0x3c,
        }
    }
    if blocks > 2 && rng.random_bool(0.5) {
        let size = kind.block_bytes();
        let zero = rng.random_range(0..blocks);
        bytes[zero * size..(zero + 1) * size].fill(0);
    }
    bytes
}

/// Rows in every form, owned.
struct Owned {
    tokens: usize,
    cols: usize,
    values: Vec<f32>,
    q: Vec<i8>,
    scale: Vec<f32>,
    sums32: Vec<i16>,
    sums16: Vec<i16>,
    offset: Vec<f32>,
}

impl Owned {
    fn new(kernel: &dyn Kernel, form: Form, values: &[f32], cols: usize) -> Owned {
        let (tokens, count) = (values.len() / cols, values.len());
        let of = |wanted: Form, each: usize| if form == wanted { count / each } else { 0 };
        let mut owned = Owned {
            tokens,
            cols,
            values: values.to_vec(),
            q: vec![0; if form == Form::F32 { 0 } else { count }],
            scale: vec![0.0; of(Form::Blocks32, 32) + of(Form::Blocks256, 256)],
            sums32: vec![0; of(Form::Blocks256, 32)],
            sums16: vec![0; of(Form::Blocks256, 16)],
            offset: vec![0.0; of(Form::Blocks32, 32)],
        };
        if form != Form::F32 {
            for token in 0..tokens {
                let part = |len: usize| token * len / tokens..(token + 1) * len / tokens;
                let (s, a, b, o) = (
                    owned.scale.len(),
                    owned.sums32.len(),
                    owned.sums16.len(),
                    owned.offset.len(),
                );
                let mut row = InputRow {
                    q: &mut owned.q[part(count)],
                    scale: &mut owned.scale[part(s)],
                    sums32: &mut owned.sums32[part(a)],
                    sums16: &mut owned.sums16[part(b)],
                    offset: &mut owned.offset[part(o)],
                };
                kernel.quantize(form, &values[token * cols..(token + 1) * cols], &mut row);
            }
        }
        owned
    }

    fn input(&self) -> Input<'_> {
        Input {
            tokens: self.tokens,
            cols: self.cols,
            values: &self.values,
            q: &self.q,
            scale: &self.scale,
            sums32: &self.sums32,
            sums16: &self.sums16,
            offset: &self.offset,
        }
    }
}

fn activations(count: usize, rng: &mut StdRng) -> Vec<f32> {
    let scale = 10.0_f32.powi(rng.random_range(-3..4));
    let mut values: Vec<f32> = (0..count)
        .map(|_| rng.random_range(-1.0..1.0) * scale)
        .collect();
    match rng.random_range(0..5) {
        0 => values.iter_mut().step_by(7).for_each(|x| *x *= 1e4),
        1 => values.iter_mut().take(300).for_each(|x| *x = 0.0),
        2 => values.iter_mut().for_each(|x| *x = scale),
        _ => {}
    }
    values
}

/// Close in relation to how large the terms of a sum were.
fn assert_close(name: &str, case: &str, got: &[f32], wanted: &[f32], magnitude: f32) {
    for (index, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        let error = (got - wanted).abs();
        assert!(
            error <= 2e-5 * magnitude,
            "{name} {case} at {index}: {got} is not {wanted} (of {magnitude})"
        );
    }
}

fn others() -> impl Iterator<Item = &'static dyn Kernel> {
    kernels::available()
        .iter()
        .copied()
        .filter(|kernel| kernel.name() != "scalar")
}

#[test]
fn products_are_those_of_the_reference() {
    let mut rng = StdRng::seed_from_u64(7);
    for kind in KINDS {
        for round in 0..24 {
            let cols = match kind.form() {
                Form::Blocks256 => 256 * rng.random_range(1..5),
                Form::Blocks32 => 32 * rng.random_range(1..26),
                Form::F32 => rng.random_range(1..200),
            };
            let rows = rng.random_range(1..90);
            let tokens = if round % 3 == 0 {
                1
            } else {
                rng.random_range(1..71)
            };
            let bytes = weights(kind, rows, cols, &mut rng);
            let rows_of = Rows {
                kind,
                count: rows,
                cols,
                bytes: &bytes,
            };
            let values = activations(tokens * cols, &mut rng);
            let owned = Owned::new(&Scalar, kind.form(), &values, cols);
            let mut wanted = vec![0.0; tokens * rows];
            Scalar.gemm(&rows_of, &owned.input(), &mut wanted);
            let most = values.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let magnitude = most * cols as f32;
            for kernel in others() {
                let case = format!("{kind:?} {rows}x{cols} for {tokens}");
                let mut got = vec![f32::NAN; tokens * rows];
                kernel.gemm(&rows_of, &owned.input(), &mut got);
                assert_close(kernel.name(), &case, &got, &wanted, magnitude);
                if tokens == 1 {
                    got.fill(f32::NAN);
                    kernel.dot(&rows_of, &owned.input(), &mut got);
                    assert_close(kernel.name(), &case, &got, &wanted, magnitude);
                }
            }
        }
    }
}

#[test]
fn rounding_is_that_of_the_reference() {
    let mut rng = StdRng::seed_from_u64(8);
    for form in [Form::Blocks32, Form::Blocks256] {
        for _ in 0..50 {
            let cols = 256 * rng.random_range(1..4);
            let values = activations(cols, &mut rng);
            let wanted = Owned::new(&Scalar, form, &values, cols);
            for kernel in others() {
                let got = Owned::new(kernel, form, &values, cols);
                assert_eq!(got.q, wanted.q, "{} {form:?}", kernel.name());
                assert_eq!(got.scale, wanted.scale);
                assert_eq!((&got.sums16, &got.sums32), (&wanted.sums16, &wanted.sums32));
                assert_eq!(got.offset, wanted.offset);
            }
        }
    }
}

#[test]
fn rows_are_normed_and_gated_like_the_reference() {
    let mut rng = StdRng::seed_from_u64(9);
    for cols in [1, 7, 8, 64, 131, 576] {
        let a: Vec<f32> = (0..cols).map(|_| rng.random_range(-30.0..30.0)).collect();
        let b: Vec<f32> = (0..cols).map(|_| rng.random_range(-2.0..2.0)).collect();
        let (mut wanted, mut got) = (vec![0.0; cols], vec![0.0; cols]);
        let (mut wanted16, mut got16) = (vec![0; cols], vec![0; cols]);
        for kernel in others() {
            Scalar.rms_norm(&a, &b, 1e-5, &mut wanted);
            kernel.rms_norm(&a, &b, 1e-5, &mut got);
            assert_close(kernel.name(), "norm", &got, &wanted, 10.0);
            Scalar.silu_mul(&a, &b, &mut wanted);
            kernel.silu_mul(&a, &b, &mut got);
            assert_close(kernel.name(), "silu", &got, &wanted, 10.0);
            Scalar.to_f16(&a, &mut wanted16);
            kernel.to_f16(&a, &mut got16);
            assert_eq!(got16, wanted16);
        }
        let extreme = vec![-1e30_f32; 16];
        for kernel in others() {
            let mut got = vec![0.0; 16];
            kernel.silu_mul(&extreme, &extreme, &mut got);
            assert!(got.iter().all(|x| x.is_finite()), "{}", kernel.name());
        }
    }
}

#[test]
fn attention_is_that_of_the_reference() {
    let mut rng = StdRng::seed_from_u64(10);
    for _ in 0..60 {
        let dim = 8 * rng.random_range(1..17);
        let keys = rng.random_range(1..257);
        let count = rng.random_range(1..100);
        let spread = rng.random_range(0.1..3.0);
        let mut half = |len: usize| -> Vec<u16> {
            (0..len)
                .map(|_| half::f16::from_f32(rng.random_range(-1.0..1.0) * spread).to_bits())
                .collect()
        };
        let (k, v) = (half(keys * dim), half(keys * dim));
        let queries: Vec<f32> = (0..count * dim)
            .map(|_| rng.random_range(-1.0..1.0))
            .collect();
        let visible: Vec<(u32, u32)> = (0..count)
            .map(|_| {
                let to = rng.random_range(0..=keys as u32);
                (
                    if rng.random_bool(0.5) {
                        0
                    } else {
                        rng.random_range(0..=to)
                    },
                    to,
                )
            })
            .collect();
        let run = |kernel: &dyn Kernel| {
            let (mut most, mut sum) = (vec![f32::NEG_INFINITY; count], vec![0.0; count]);
            let mut gathered = vec![0.0; count * dim];
            // Twice, so that what was gathered before counts.
            for _ in 0..2 {
                kernel.attend(&mut Attend {
                    head_dim: dim,
                    queries: &queries,
                    keys: &k,
                    values: &v,
                    visible: &visible,
                    most: &mut most,
                    sum: &mut sum,
                    gathered: &mut gathered,
                });
            }
            for (index, row) in gathered.chunks_exact_mut(dim).enumerate() {
                row.iter_mut().for_each(|x| *x /= sum[index].max(1e-30));
            }
            gathered
        };
        let wanted = run(&Scalar);
        for kernel in others() {
            assert_close(
                kernel.name(),
                &format!("attention {count}x{keys}x{dim}"),
                &run(kernel),
                &wanted,
                5.0,
            );
        }
    }
}
