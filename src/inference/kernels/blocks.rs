//! The block formats of GGUF in plain words: what the bits of each block mean. Everything faster is tested
//! against this.

use half::{bf16, f16};

use crate::weights::WeightType;

/// A block taken apart: weight `i` is `scale[i / 16] * q[i] - min[i / 16]`.
#[derive(Clone)]
pub struct Unpacked {
    pub len: usize,
    pub q: [i16; 256],
    pub scale: [f32; 16],
    pub min: [f32; 16],
}

impl Unpacked {
    fn new(len: usize) -> Unpacked {
        Unpacked {
            len,
            q: [0; 256],
            scale: [0.0; 16],
            min: [0.0; 16],
        }
    }
}

fn half_at(bytes: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
}

/// Takes one block of a quantized type apart. `bytes` is `block_bytes` long.
///
/// # Panics
/// For the types that are not quantized.
pub fn unpack(kind: WeightType, bytes: &[u8]) -> Unpacked {
    match kind {
        WeightType::Q4_0 => small(
            bytes,
            half_at(bytes, 0),
            8.0 * half_at(bytes, 0),
            None,
            &bytes[2..],
        ),
        WeightType::Q4_1 => small(
            bytes,
            half_at(bytes, 0),
            -half_at(bytes, 2),
            None,
            &bytes[4..],
        ),
        WeightType::Q5_0 => small(
            bytes,
            half_at(bytes, 0),
            16.0 * half_at(bytes, 0),
            Some(2),
            &bytes[6..],
        ),
        WeightType::Q5_1 => small(
            bytes,
            half_at(bytes, 0),
            -half_at(bytes, 2),
            Some(4),
            &bytes[8..],
        ),
        WeightType::Q8_0 => {
            let mut block = Unpacked::new(32);
            block.scale[..2].fill(half_at(bytes, 0));
            for (q, byte) in block.q.iter_mut().zip(&bytes[2..34]) {
                *q = i16::from(byte.cast_signed());
            }
            block
        }
        WeightType::Q4K => with_packed_scales(bytes, None, &bytes[16..]),
        WeightType::Q5K => with_packed_scales(bytes, Some(&bytes[16..48]), &bytes[48..]),
        WeightType::Q6K => six_bits(bytes),
        WeightType::F32 | WeightType::F16 | WeightType::Bf16 => {
            unreachable!("floats have no blocks")
        }
    }
}

/// 32 weights of 4 bits, with an optional fifth bit: the low halves of 16 bytes, then their high halves.
fn small(bytes: &[u8], scale: f32, min: f32, fifth_at: Option<usize>, nibbles: &[u8]) -> Unpacked {
    let mut block = Unpacked::new(32);
    block.scale[..2].fill(scale);
    block.min[..2].fill(min);
    let fifth = fifth_at.map_or(0, |at| {
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    });
    for (i, byte) in nibbles[..16].iter().enumerate() {
        let low = ((fifth >> i) & 1) << 4;
        let high = ((fifth >> (i + 16)) & 1) << 4;
        block.q[i] = i16::from(byte & 15) | low as i16;
        block.q[i + 16] = i16::from(byte >> 4) | high as i16;
    }
    block
}

/// The eight 6-bit scales and eight 6-bit minimums of a Q4_K or Q5_K block, from their 12 bytes.
pub(super) fn packed_scales(bytes: &[u8; 12]) -> ([u8; 8], [u8; 8]) {
    let mut scales = [0; 8];
    let mut mins = [0; 8];
    for i in 0..4 {
        scales[i] = bytes[i] & 63;
        mins[i] = bytes[i + 4] & 63;
        scales[i + 4] = (bytes[i + 8] & 15) | ((bytes[i] >> 6) << 4);
        mins[i + 4] = (bytes[i + 8] >> 4) | ((bytes[i + 4] >> 6) << 4);
    }
    (scales, mins)
}

/// Q4_K and Q5_K: 256 weights in eight runs of 32, two runs in the halves of each 32 bytes; bit `run` of a byte
/// of `fifth` is the fifth bit of that run's weight.
fn with_packed_scales(bytes: &[u8], fifth: Option<&[u8]>, nibbles: &[u8]) -> Unpacked {
    let mut block = Unpacked::new(256);
    let (d, dmin) = (half_at(bytes, 0), half_at(bytes, 2));
    let mut packed = [0; 12];
    packed.copy_from_slice(&bytes[4..16]);
    let (scales, mins) = packed_scales(&packed);
    for run in 0..8 {
        block.scale[2 * run..2 * run + 2].fill(d * f32::from(scales[run]));
        block.min[2 * run..2 * run + 2].fill(dmin * f32::from(mins[run]));
        for i in 0..32 {
            let byte = nibbles[run / 2 * 32 + i];
            let four = if run % 2 == 0 { byte & 15 } else { byte >> 4 };
            let bit = fifth.map_or(0, |fifth| (fifth[i] >> run) & 1);
            block.q[run * 32 + i] = i16::from(four | bit << 4);
        }
    }
    block
}

/// Q6_K: two halves of 128 weights, each in four runs of 32; four bits in `low`, two in `high`, a signed scale
/// for each 16, and all of it around 32.
fn six_bits(bytes: &[u8]) -> Unpacked {
    let mut block = Unpacked::new(256);
    let (low, high, scales) = (&bytes[..128], &bytes[128..192], &bytes[192..208]);
    let d = half_at(bytes, 208);
    for half in 0..2 {
        for i in 0..32 {
            let lows = [low[half * 64 + i], low[half * 64 + 32 + i]];
            let high = high[half * 32 + i];
            for run in 0..4 {
                let four = if run < 2 {
                    lows[run] & 15
                } else {
                    lows[run - 2] >> 4
                };
                let two = (high >> (2 * run)) & 3;
                block.q[half * 128 + run * 32 + i] = i16::from(four | two << 4);
            }
        }
    }
    for (i, scale) in scales.iter().enumerate() {
        block.scale[i] = d * f32::from(scale.cast_signed());
        block.min[i] = 32.0 * block.scale[i];
    }
    block
}

/// The weights of one row as f32.
pub fn dequantize(kind: WeightType, bytes: &[u8], out: &mut [f32]) {
    match kind {
        WeightType::F32 => {
            for (out, b) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *out = f32::from_le_bytes(*b);
            }
        }
        WeightType::F16 => {
            for (out, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                *out = f16::from_le_bytes(*b).to_f32();
            }
        }
        WeightType::Bf16 => {
            for (out, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                *out = bf16::from_le_bytes(*b).to_f32();
            }
        }
        _ => {
            for (bytes, out) in bytes
                .chunks_exact(kind.block_bytes())
                .zip(out.chunks_exact_mut(kind.block_len()))
            {
                let block = unpack(kind, bytes);
                for (i, out) in out.iter_mut().enumerate() {
                    *out = block.scale[i / 16] * f32::from(block.q[i]) - block.min[i / 16];
                }
            }
        }
    }
}
