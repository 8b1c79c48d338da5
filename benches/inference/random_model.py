"""Writes model files of a given shape with random weights.

Such a file serves for speed, memory and the agreement of engines, never for judging answers.
Run by itself it writes the Phi-3-mini-128k shape: random_model.py OUT.gguf --vocabulary FILE [--layers N]
"""

import argparse
import pathlib
import zlib

import blocks
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from shapes import FORMS, PHI3_MINI_128K, Shape, Vocabulary, block_type

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


class Drawn:
    """Every weight drawn by itself, the same in every form of a model."""

    def rows(self, name, dimensions, kind):
        generator = np.random.default_rng(zlib.crc32(name.encode()))
        values = generator.standard_normal(dimensions, dtype=np.float32)
        values *= 1 / np.sqrt(dimensions[1])
        return blocks.pack(values, kind)


class Pooled:
    """Blocks taken at random from a pool: a file of billions of weights is written as fast as the disk takes it."""

    POOL = 1 << 15
    STEP = 1 << 17

    def __init__(self, deviation=0.02):
        self.deviation = deviation
        self.pools = {}

    def rows(self, name, dimensions, kind):
        if kind not in self.pools:
            values = np.random.default_rng(kind.value).standard_normal((self.POOL, blocks.SUPER), dtype=np.float32)
            self.pools[kind] = blocks.pack(values * self.deviation, kind)
        pool = self.pools[kind]
        generator = np.random.default_rng(zlib.crc32(name.encode()))
        count = dimensions[0] * dimensions[1] // blocks.SUPER
        taken = np.empty((count, pool.shape[1]), pool.dtype)
        for start in range(0, count, self.STEP):
            part = taken[start : start + self.STEP]
            np.take(pool, generator.integers(self.POOL, size=len(part)), axis=0, out=part)
        return taken.reshape(dimensions[0], -1)


def vector(name, length):
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    middle = 0 if name.endswith(".bias") else 1
    return (middle + 0.1 * generator.standard_normal(length, dtype=np.float32)).astype(np.float32)


def _describe(writer, shape: Shape, form: str):
    writer.add_name(shape.name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_block_count(shape.layers)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_file_type(FORMS[form])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    if shape.window:
        writer.add_sliding_window(shape.window)
    if shape.architecture == "phi3":
        writer.add_rope_scaling_orig_ctx_len(shape.longrope.original if shape.longrope else shape.context)
    if shape.longrope:
        writer.add_rope_scaling_attn_factors(shape.longrope.attention_factor(shape.context))


def write(path, shape: Shape, form: str, vocabulary: Vocabulary, source):
    part = f"{path}.part"
    writer = gguf.GGUFWriter(part, shape.architecture)
    _describe(writer, shape, form)
    vocabulary.write(writer)
    if "chat_template" not in vocabulary.fields:
        writer.add_chat_template(CHAT_TEMPLATE)

    # The list of tensors stands before the weights, which are then made and written one by one.
    tensors = []
    if shape.longrope:
        tensors.append(("rope_factors_long.weight", np.array(shape.longrope.long, np.float32)))
        tensors.append(("rope_factors_short.weight", np.array(shape.longrope.short, np.float32)))
    tensors += shape.tensors(vocabulary.size)
    for name, what in tensors:
        if isinstance(what, np.ndarray) or len(what) == 1:
            length = len(what) if isinstance(what, np.ndarray) else what[0]
            writer.add_tensor_info(name, (length,), np.dtype(np.float32), 4 * length)
            continue
        kind = block_type(shape, form, name)
        size, weight_bytes = gguf.GGML_QUANT_SIZES[kind]
        row = what[1] // size * weight_bytes
        if kind in (Type.F32, Type.F16):
            writer.add_tensor_info(name, what, np.dtype(kind.name.replace("F", "float")), what[0] * row)
        else:
            writer.add_tensor_info(name, (what[0], row), np.dtype(np.uint8), what[0] * row, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, what in tensors:
        if isinstance(what, np.ndarray):
            writer.write_tensor_data(what)
        elif len(what) == 1:
            writer.write_tensor_data(vector(name, what[0]))
        else:
            writer.write_tensor_data(source.rows(name, what, block_type(shape, form, name)))
    writer.close()
    pathlib.Path(part).rename(path)


if __name__ == "__main__":
    import dataclasses

    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--layers", type=int, default=PHI3_MINI_128K.layers)
    args = parser.parse_args()
    shape = dataclasses.replace(PHI3_MINI_128K, layers=args.layers)
    write(args.out, shape, "q4_k_m", Vocabulary.read(args.vocabulary), Pooled())
