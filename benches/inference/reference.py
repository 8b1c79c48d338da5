"""A model's forward pass in plain numpy and float32: the third opinion that tests compare an engine with.

It reads any GGUF of the architectures phi3, llama and qwen2, takes the weights out of their blocks, and
knows no cache, no batches and no integer arithmetic. Run by itself it prints what `stocktake bench
inference --forced-tokens` and the peer print: reference.py MODEL.gguf IDS.json [--context N]
"""

import argparse
import json

import numpy as np
from gguf import GGUFReader, quants


class Model:
    def __init__(self, path):
        reader = GGUFReader(path)
        self.fields = {key: value.contents() for key, value in reader.fields.items() if not key.startswith("tokenizer")}
        self.stored = {tensor.name: tensor for tensor in reader.tensors}
        self.architecture = self.fields["general.architecture"]

    def key(self, name, default=None):
        return self.fields.get(f"{self.architecture}.{name}", default)

    def weight(self, name):
        tensor = self.stored.get(name)
        if tensor is None:
            return None
        return quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)

    def logits(self, tokens, context):
        """One row of logits for each token, given all before it; `context` decides between longrope's factors."""
        heads, kv_heads = self.key("attention.head_count"), self.key("attention.head_count_kv")
        cosine, sine = self._angles(len(tokens), context)
        stream = self.weight("token_embd.weight")[tokens]
        for layer in range(self.key("block_count")):
            block = f"blk.{layer}."
            normed = self._norm(stream, block + "attn_norm.weight")
            query, key, value = self._projections(block, normed, heads, kv_heads)
            query, key = self._rotate(query, cosine, sine), self._rotate(key, cosine, sine)
            mixed = _attend(query, key, value)
            stream = stream + mixed @ self.weight(block + "attn_output.weight").T
            stream = stream + self._feed_forward(block, self._norm(stream, block + "ffn_norm.weight"))
        output = self.weight("output.weight")
        if output is None:
            output = self.weight("token_embd.weight")
        return self._norm(stream, "output_norm.weight") @ output.T

    def _norm(self, rows, name):
        mean = (rows.astype(np.float64) ** 2).mean(axis=1, keepdims=True)
        return (rows / np.sqrt(mean + self.key("attention.layer_norm_rms_epsilon"))).astype(np.float32) * self.weight(name)

    def _projections(self, block, rows, heads, kv_heads):
        fused = self.weight(block + "attn_qkv.weight")
        if fused is None:
            parts = []
            for part in "qkv":
                made = rows @ self.weight(f"{block}attn_{part}.weight").T
                bias = self.weight(f"{block}attn_{part}.bias")
                parts.append(made if bias is None else made + bias)
        else:
            head = fused.shape[0] // (heads + 2 * kv_heads)
            parts = np.split(rows @ fused.T, [heads * head, (heads + kv_heads) * head], axis=1)
        query, key, value = (
            part.reshape(len(rows), count, -1) for part, count in zip(parts, (heads, kv_heads, kv_heads))
        )
        shared = heads // kv_heads
        return query, np.repeat(key, shared, axis=1), np.repeat(value, shared, axis=1)

    def _feed_forward(self, block, rows):
        up = rows @ self.weight(block + "ffn_up.weight").T
        if self.architecture == "phi3":
            gate, up = np.split(up, 2, axis=1)
        else:
            gate = rows @ self.weight(block + "ffn_gate.weight").T
        return (gate / (1 + np.exp(-gate)) * up) @ self.weight(block + "ffn_down.weight").T

    def _angles(self, count, context):
        width = self.key("rope.dimension_count") or self.key("embedding_length") // self.key("attention.head_count")
        pairs = np.arange(0, width, 2, dtype=np.float64)
        frequency = self.key("rope.freq_base", 10000.0) ** (-pairs / width)
        beyond = context > (self.key("rope.scaling.original_context_length") or self.key("context_length"))
        factors = self.weight(f"rope_factors_{'long' if beyond else 'short'}.weight")
        if factors is not None:
            frequency = frequency / factors
        angles = np.arange(count)[:, None] * frequency
        size = self.key("rope.scaling.attn_factor", 1.0)
        return ((f(angles) * size).astype(np.float32)[:, None] for f in (np.cos, np.sin))

    def _rotate(self, rows, cosine, sine):
        """Llama's files hold a pair side by side, the others half a head apart."""
        rotated = np.empty_like(rows)
        half = cosine.shape[-1]
        if self.architecture == "llama":
            first, second = np.s_[..., 0 : 2 * half : 2], np.s_[..., 1 : 2 * half : 2]
        else:
            first, second = np.s_[..., :half], np.s_[..., half : 2 * half]
        rotated[first] = rows[first] * cosine - rows[second] * sine
        rotated[second] = rows[first] * sine + rows[second] * cosine
        return rotated


def _attend(query, key, value):
    scores = np.einsum("qhd,khd->hqk", query, key) / np.sqrt(query.shape[-1])
    scores = np.where(np.tri(len(query), dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    return np.einsum("hqk,khd->qhd", weights, value).reshape(len(query), -1)


def top(logits, count=5):
    """The ids of the largest logits, largest first, and their values."""
    ids = np.argsort(-logits, axis=1, kind="stable")[:, :count]
    return ids.tolist(), np.take_along_axis(logits, ids, axis=1).astype(float).round(5).tolist()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("ids")
    parser.add_argument("--context", type=int)
    args = parser.parse_args()
    with open(args.ids) as file:
        tokens = json.load(file)
    ids, values = top(Model(args.model).logits(tokens, args.context or len(tokens)))
    print(json.dumps({"top1": [row[0] for row in ids], "top5": ids, "logits": values}))
