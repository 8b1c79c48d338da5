//! The primitives of `products` as loops, for tests: what `vector`'s instructions are documented to do.

type Integers = [i32; 16];
type Floats = [f32; 16];

fn no_integers() -> Integers {
    [0; 16]
}

fn no_floats() -> Floats {
    [0.0; 16]
}

unsafe fn load(at: *const u8) -> Integers {
    // SAFETY: the caller has 64 bytes there.
    unsafe { at.cast::<[i32; 16]>().read_unaligned() }
}

unsafe fn load_floats(at: *const f32) -> Floats {
    // SAFETY: the caller has 16 floats there.
    unsafe { at.cast::<[f32; 16]>().read_unaligned() }
}

fn raise(bytes: Integers) -> Integers {
    bytes.map(|four| i32::from_le_bytes(four.to_le_bytes().map(|byte| byte ^ 0x80)))
}

fn four_products(sums: Integers, bytes: Integers, value: i32) -> Integers {
    let lane = |lane: usize| {
        let products = bytes[lane]
            .to_le_bytes()
            .into_iter()
            .zip(value.to_le_bytes());
        sums[lane]
            + products
                .map(|(w, a)| i32::from(w) * i32::from(a.cast_signed()))
                .sum::<i32>()
    };
    std::array::from_fn(lane)
}

fn two_products(sums: Integers, words: Integers, value: i32) -> Integers {
    let two = |both: i32| [both as i16, (both >> 16) as i16];
    let lane = |lane: usize| {
        let products = two(words[lane]).into_iter().zip(two(value));
        sums[lane]
            + products
                .map(|(a, b)| i32::from(a) * i32::from(b))
                .sum::<i32>()
    };
    std::array::from_fn(lane)
}

fn lower_words(words: Integers) -> Integers {
    words.map(|both| i32::from(both as i16))
}

fn floats(integers: Integers) -> Floats {
    integers.map(|integer| integer as f32)
}

fn everywhere(value: f32) -> Floats {
    [value; 16]
}

fn times(a: Floats, b: Floats) -> Floats {
    std::array::from_fn(|lane| a[lane] * b[lane])
}

fn times_plus(a: Floats, b: Floats, c: Floats) -> Floats {
    std::array::from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
}

fn minus_times(a: Floats, b: Floats, c: Floats) -> Floats {
    std::array::from_fn(|lane| (-a[lane]).mul_add(b[lane], c[lane]))
}

unsafe fn add_to(at: *mut f32, count: usize, sums: Floats) {
    for (lane, sum) in sums.into_iter().enumerate().take(count) {
        // SAFETY: the caller has `count` floats there.
        unsafe { *at.add(lane) += sum };
    }
}

products!();

/// The algorithm against the reference, with rows and tokens that fill no group.
#[test]
fn products_are_those_of_the_reference() {
    use crate::kernels::{InputRow, Kernel, scalar::Scalar};
    use crate::ops::Form;

    if crate::kernels::avx2::Avx2::detect().is_none() {
        return;
    }
    let mut state = 1_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    for kind in WeightType::ALL
        .into_iter()
        .filter(|kind| kind.form() != Form::F32)
    {
        for (count, tokens, blocks) in [(16, 8, 1), (35, 1, 2), (5, 23, 3)] {
            let cols = blocks
                * if kind.form() == Form::Blocks256 {
                    256
                } else {
                    96
                };
            let mut bytes: Vec<u8> = (0..count * cols / kind.block_len() * kind.block_bytes())
                .map(|_| random() as u8)
                .collect();
            for block in bytes.chunks_exact_mut(kind.block_bytes()) {
                let factor =
                    half::f16::from_f32(0.01 + (random() % 64) as f32 / 1000.0).to_le_bytes();
                let at = if kind == WeightType::Q6K { 208 } else { 0 };
                block[at..at + 2].copy_from_slice(&factor);
                if matches!(
                    kind,
                    WeightType::Q4_1 | WeightType::Q5_1 | WeightType::Q4K | WeightType::Q5K
                ) {
                    block[2..4].copy_from_slice(&factor);
                }
            }
            let values: Vec<f32> = (0..tokens * cols)
                .map(|_| (random() % 2001) as f32 / 1000.0 - 1.0)
                .collect();
            let of = |form: Form, each: usize| {
                if kind.form() == form {
                    values.len() / each
                } else {
                    0
                }
            };
            let mut q = vec![0; values.len()];
            let mut scale = vec![0.0; of(Form::Blocks256, 256) + of(Form::Blocks32, 32)];
            let (mut sums32, mut sums16) = (
                vec![0; of(Form::Blocks256, 32)],
                vec![0; of(Form::Blocks256, 16)],
            );
            let mut offset = vec![0.0; of(Form::Blocks32, 32)];
            let mut row = InputRow {
                q: &mut q,
                scale: &mut scale,
                sums32: &mut sums32,
                sums16: &mut sums16,
                offset: &mut offset,
            };
            // Rows are whole blocks, so all of them are rounded like one.
            Scalar.quantize(kind.form(), &values, &mut row);
            let input = Input {
                tokens,
                cols,
                values: &values,
                q: &q,
                scale: &scale,
                sums32: &sums32,
                sums16: &sums16,
                offset: &offset,
            };
            let rows = Rows {
                kind,
                count,
                cols,
                bytes: &bytes,
            };
            let (mut wanted, mut got) = (vec![0.0; tokens * count], vec![f32::NAN; tokens * count]);
            Scalar.gemm(&rows, &input, &mut wanted);
            // SAFETY: the slices above have the lengths that `check` looks for.
            unsafe {
                match kind.form() {
                    Form::Blocks256 => blocks_256(&rows, &input, &mut got),
                    _ => blocks_32(&rows, &input, &mut got),
                }
            }
            for (got, wanted) in got.iter().zip(&wanted) {
                assert!(
                    (got - wanted).abs() <= 1e-4 * cols as f32,
                    "{kind:?}: {got} is not {wanted}"
                );
            }
        }
    }
}
