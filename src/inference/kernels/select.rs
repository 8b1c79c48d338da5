//! Which kernel this processor gets: the best one that it can run and that computes the right thing. Each is
//! compared with the scalar one on small cases when the first model is loaded; that takes a few milliseconds,
//! and one that disagrees is reported and left out rather than trusted with answers.

use std::sync::OnceLock;

use super::{Input, InputRow, Kernel, Rows, scalar::Scalar};
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512};
use crate::ops::Form;
use crate::weights::WeightType;

/// The name of a kernel in this variable is used instead of the best one.
const VARIABLE: &str = "STOCKTAKE_AI_KERNEL";

/// Every kernel that this processor can run and that passed its test, the best first. The scalar one is always
/// last.
pub fn available() -> &'static [&'static dyn Kernel] {
    static FOUND: OnceLock<Vec<&'static dyn Kernel>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut found = Vec::new();
        for kernel in runnable() {
            match disagreement(kernel) {
                None => found.push(kernel),
                Some(kind) => tracing::error!(
                    kernel = kernel.name(),
                    weights = ?kind,
                    "this kernel computes something else than the reference on this processor and is not used"
                ),
            }
        }
        found.push(&Scalar);
        found
    })
}

/// The best kernel, or the one that the environment names.
pub fn best() -> &'static dyn Kernel {
    if let Ok(name) = std::env::var(VARIABLE) {
        match named(&name) {
            Some(kernel) => return kernel,
            None => tracing::warn!(
                name,
                "{VARIABLE} names a kernel that this processor does not have"
            ),
        }
    }
    available().first().copied().unwrap_or(&Scalar)
}

/// The kernel of that name, when this processor can run it.
pub fn named(name: &str) -> Option<&'static dyn Kernel> {
    available()
        .iter()
        .find(|kernel| kernel.name() == name)
        .copied()
}

/// What the processor says it can run.
#[cfg(target_arch = "x86_64")]
fn runnable() -> impl Iterator<Item = &'static dyn Kernel> {
    static AVX512: OnceLock<Option<Avx512>> = OnceLock::new();
    static AVX2: OnceLock<Option<Avx2>> = OnceLock::new();
    let wide = AVX512
        .get_or_init(Avx512::detect)
        .iter()
        .map(|kernel| kernel as &dyn Kernel);
    wide.chain(
        AVX2.get_or_init(Avx2::detect)
            .iter()
            .map(|kernel| kernel as &dyn Kernel),
    )
}

#[cfg(not(target_arch = "x86_64"))]
fn runnable() -> impl Iterator<Item = &'static dyn Kernel> {
    std::iter::empty()
}

/// The first type of weights for which a kernel and the reference differ.
fn disagreement(kernel: &dyn Kernel) -> Option<WeightType> {
    WeightType::ALL.into_iter().find(|kind| {
        [1, 11]
            .into_iter()
            .any(|tokens| !agrees(kernel, *kind, tokens))
    })
}

fn agrees(kernel: &dyn Kernel, kind: WeightType, tokens: usize) -> bool {
    let (count, cols) = (
        21,
        if kind.form() == Form::Blocks256 {
            512
        } else {
            288
        },
    );
    // Any bits are weights, but the factors in them must be ordinary numbers, so their top bytes are set.
    let mut state = 0x9e37_79b9_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let size = kind.block_bytes();
    let mut bytes: Vec<u8> = (0..count * cols / kind.block_len() * size)
        .map(|_| random())
        .collect();
    for block in bytes.chunks_exact_mut(size) {
        match kind {
            WeightType::F32 => block[3] = 0x3e,
            WeightType::Q6K => block[209] = 0x24,
            WeightType::F16
            | WeightType::Bf16
            | WeightType::Q4_0
            | WeightType::Q5_0
            | WeightType::Q8_0 => {
                block[1] = 0x24;
            }
            WeightType::Q4_1 | WeightType::Q5_1 | WeightType::Q4K | WeightType::Q5K => {
                (block[1], block[3]) = (0x24, 0x26);
            }
        }
    }
    let values: Vec<f32> = (0..tokens * cols)
        .map(|_| f32::from(random()) / 64.0 - 2.0)
        .collect();
    let form = kind.form();
    let of = |wanted: Form, each: usize| {
        if form == wanted {
            values.len() / each
        } else {
            0
        }
    };
    let rounded = |kernel: &dyn Kernel| {
        let mut q = vec![0; if form == Form::F32 { 0 } else { values.len() }];
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
        kernel.quantize(form, &values, &mut row);
        (q, scale, sums32, sums16, offset)
    };
    let reference = rounded(&Scalar);
    if rounded(kernel) != reference {
        return false;
    }
    let (q, scale, sums32, sums16, offset) = &reference;
    let input = Input {
        tokens,
        cols,
        values: &values,
        q,
        scale,
        sums32,
        sums16,
        offset,
    };
    let rows = Rows {
        kind,
        count,
        cols,
        bytes: &bytes,
    };
    let (mut wanted, mut got) = (vec![0.0; tokens * count], vec![f32::NAN; tokens * count]);
    Scalar.gemm(&rows, &input, &mut wanted);
    if tokens == 1 {
        kernel.dot(&rows, &input, &mut got);
    } else {
        kernel.gemm(&rows, &input, &mut got);
    }
    let magnitude = wanted.iter().fold(1e-3_f32, |most, x| most.max(x.abs()));
    // Written so that what is no number disagrees.
    got.iter()
        .zip(&wanted)
        .all(|(got, wanted)| (got - wanted).abs() <= 1e-3 * magnitude)
}
