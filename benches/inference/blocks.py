"""Packs float rows into GGUF blocks, the k-quants included, which the gguf package only unpacks.

The search for scales is the plainest that is valid: what is made here feeds tests and speed
measurements, where both engines read the same file, and is no way to quantize a model for use.
"""

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import quants

SUPER = 256


def pack(values: np.ndarray, kind: Type) -> np.ndarray:
    """Rows of float32, whose length the block divides, as rows of bytes (or as floats, for F32 and F16)."""
    if kind == Type.F32:
        return values.astype(np.float32)
    if kind == Type.F16:
        return values.astype(np.float16)
    own = {Type.Q4_K: _q4_k, Type.Q5_K: _q5_k, Type.Q6_K: _q6_k}.get(kind)
    if own is None:
        return quants.quantize(values, kind)
    rows, length = values.shape
    packed = own(np.ascontiguousarray(values, np.float32).reshape(-1, SUPER))
    return packed.reshape(rows, length // SUPER * packed.shape[-1])


def _halves(values):
    """Float16, both as the bytes to store and as the float32 that a reader gets back."""
    stored = values.astype(np.float16)
    return stored.reshape(-1, 1).view(np.uint8), stored.astype(np.float32)


def _inverse(values):
    return np.divide(1, values, out=np.zeros_like(values), where=values != 0)


def _with_minimum(blocks, levels):
    """Eight groups of 32 with a 6-bit scale and minimum each, the start of both Q4_K and Q5_K."""
    groups = blocks.reshape(-1, 8, 32)
    low = np.minimum(groups.min(axis=2), 0)
    scale = (groups.max(axis=2).clip(min=0) - low) / levels
    d_bytes, d = _halves(scale.max(axis=1) / 63)
    m_bytes, m = _halves(-low.min(axis=1) / 63)
    scales = np.rint(scale * _inverse(d)[:, None]).clip(0, 63)
    minima = np.rint(-low * _inverse(m)[:, None]).clip(0, 63)
    step = (scales * d[:, None])[:, :, None]
    quants_ = np.rint((groups + (minima * m[:, None])[:, :, None]) * _inverse(step)).clip(0, levels)
    sc, mn = scales.astype(np.uint8), minima.astype(np.uint8)
    packed = np.concatenate(
        [
            sc[:, :4] | (sc[:, 4:] >> 4 << 6),
            mn[:, :4] | (mn[:, 4:] >> 4 << 6),
            (sc[:, 4:] & 15) | (mn[:, 4:] & 15) << 4,
        ],
        axis=1,
    )
    return np.concatenate([d_bytes, m_bytes, packed], axis=1), quants_.astype(np.uint8).reshape(-1, 4, 2, 32)


def _nibbles(pairs):
    return ((pairs[:, :, 0] & 15) | (pairs[:, :, 1] & 15) << 4).reshape(-1, 128)


def _q4_k(blocks):
    head, pairs = _with_minimum(blocks, 15)
    return np.concatenate([head, _nibbles(pairs)], axis=1)


def _q5_k(blocks):
    head, pairs = _with_minimum(blocks, 31)
    bits = np.arange(8, dtype=np.uint8)[None, :, None]
    high = np.bitwise_or.reduce((pairs.reshape(-1, 8, 32) >> 4) << bits, axis=1)
    return np.concatenate([head, high, _nibbles(pairs)], axis=1)


def _q6_k(blocks):
    groups = blocks.reshape(-1, 16, 16)
    # Scales have signs: the value of largest size in a group becomes -32.
    at = np.abs(groups).argmax(axis=2)[:, :, None]
    scale = np.take_along_axis(groups, at, axis=2)[:, :, 0] / -32
    at = np.abs(scale).argmax(axis=1)[:, None]
    d_bytes, d = _halves(np.take_along_axis(scale, at, axis=1)[:, 0] / -128)
    scales = np.rint(scale * _inverse(d)[:, None]).clip(-128, 127)
    step = (scales * d[:, None])[:, :, None]
    quants_ = (np.rint(groups * _inverse(step)).clip(-32, 31) + 32).astype(np.uint8).reshape(-1, 2, 4, 32)
    low = np.concatenate(
        [(quants_[:, :, 0] & 15) | (quants_[:, :, 2] & 15) << 4, (quants_[:, :, 1] & 15) | (quants_[:, :, 3] & 15) << 4],
        axis=2,
    )
    shift = np.array([0, 2, 4, 6], np.uint8)[None, None, :, None]
    high = np.bitwise_or.reduce((quants_ >> 4) << shift, axis=2)
    return np.concatenate(
        [low.reshape(-1, 128), high.reshape(-1, 64), scales.astype(np.int8).view(np.uint8), d_bytes], axis=1
    )
