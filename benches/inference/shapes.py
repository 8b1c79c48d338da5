"""The shapes of models, the mixes of block types, and the vocabularies that random models are made of."""

import math
from dataclasses import dataclass, field

import gguf
from gguf import GGMLQuantizationType as Type
from gguf import LlamaFileType
from gguf_keys import read_keys


@dataclass(frozen=True)
class LongRope:
    """Factors per rotated pair: `short` up to the trained length, `long` beyond it."""

    original: int
    short: list[float]
    long: list[float]

    def attention_factor(self, context: int) -> float:
        return math.sqrt(1 + math.log(context / self.original) / math.log(self.original))


@dataclass(frozen=True)
class Shape:
    architecture: str
    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int
    rope_base: float = 10000.0
    epsilon: float = 1e-5
    tied: bool = False
    window: int | None = None
    longrope: LongRope | None = field(default=None, hash=False)

    @property
    def head(self) -> int:
        return self.hidden // self.heads

    def tensors(self, words: int):
        """Names and (rows, columns) in file order; a single number is a vector, kept in F32."""
        d, kv = self.hidden, self.head * self.kv_heads
        yield "token_embd.weight", (words, d)
        yield "output_norm.weight", (d,)
        if not self.tied:
            yield "output.weight", (words, d)
        for layer in range(self.layers):
            block = f"blk.{layer}."
            yield block + "attn_norm.weight", (d,)
            if self.architecture == "phi3":
                yield block + "attn_qkv.weight", (d + 2 * kv, d)
            else:
                for part, rows in (("q", d), ("k", kv), ("v", kv)):
                    yield f"{block}attn_{part}.weight", (rows, d)
                    if self.architecture == "qwen2":
                        yield f"{block}attn_{part}.bias", (rows,)
            yield block + "attn_output.weight", (d, d)
            yield block + "ffn_norm.weight", (d,)
            if self.architecture == "phi3":
                yield block + "ffn_up.weight", (2 * self.feed_forward, d)
            else:
                yield block + "ffn_gate.weight", (self.feed_forward, d)
                yield block + "ffn_up.weight", (self.feed_forward, d)
            yield block + "ffn_down.weight", (d, self.feed_forward)


# The published factors of Phi-3-mini-128k-instruct.
PHI3_SHORT = (
    [1.05] * 3 + [1.1] * 2 + [1.15, 1.2, 1.25, 1.3, 1.35, 1.5] + [2.0] * 21 + [2.05] * 3 + [2.1] * 3 + [2.15] * 2
    + [2.35, 2.55, 2.6, 2.6, 2.75, 2.85, 2.85, 2.95]
)  # fmt: skip
PHI3_LONG = [
    1.03, 1.05, 1.05, 1.08, 1.23, 1.23, 1.3, 1.45, 1.6, 1.65, 1.9, 2.86, 3.69, 5.42, 5.49, 5.49, 9.09, 11.58, 15.66,
    15.77, 15.79, 18.36, 21.99, 23.08, 30.01, 32.35, 32.59, 35.56, 39.95, 53.84, 56.2, 57.95, 59.29, 59.77, 59.92,
    61.19, 61.96, 62.5, 63.37, 63.48, 63.48, 63.66, 63.85, 64.08, 64.76, 64.8, 64.81, 64.81,
]  # fmt: skip

PHI3_MINI_128K = Shape(
    "phi3", "Phi-3-mini-128k shape, random weights", 32, 3072, 32, 32, 8192, 131072, window=262144,
    longrope=LongRope(4096, PHI3_SHORT, PHI3_LONG),
)  # fmt: skip

# Heads as wide as Phi-3's own; the trained length is so short that a test can pass it.
TINY = {
    "phi3-4k": Shape("phi3", "tiny phi3 4k, random weights", 2, 768, 8, 8, 1024, 4096, window=2047),
    "phi3-128k": Shape(
        "phi3", "tiny phi3 128k, random weights", 2, 768, 8, 8, 1024, 2048, window=4096,
        longrope=LongRope(64, PHI3_SHORT, PHI3_LONG),
    ),
    "llama": Shape("llama", "tiny llama, random weights", 2, 512, 8, 2, 768, 2048),
    "qwen2": Shape("qwen2", "tiny qwen2, random weights", 2, 512, 8, 2, 768, 2048, 1e6, 1e-6, tied=True),
}  # fmt: skip

VOCABULARY = {"phi3": "phi-3", "llama": "llama-spm", "qwen2": "qwen2"}

FORMS = {
    "f32": LlamaFileType.ALL_F32,
    "f16": LlamaFileType.MOSTLY_F16,
    "q8_0": LlamaFileType.MOSTLY_Q8_0,
    "q4_0": LlamaFileType.MOSTLY_Q4_0,
    "q4_1": LlamaFileType.MOSTLY_Q4_1,
    "q5_k": LlamaFileType.MOSTLY_Q5_K_S,
    "q6_k": LlamaFileType.MOSTLY_Q6_K,
    "q4_k_m": LlamaFileType.MOSTLY_Q4_K_M,
}


def block_type(shape: Shape, form: str, name: str) -> Type:
    """The type of a matrix. `q4_k_m` is the published mix: for the Phi-3-mini shape 81 Q4_K, 32 Q5_K, 17 Q6_K."""
    if form != "q4_k_m":
        return Type[form.upper()]
    if name == "output.weight" or (shape.tied and name == "token_embd.weight"):
        return Type.Q6_K
    if "attn_qkv" in name:
        return Type.Q5_K
    if "ffn_down" in name or "attn_v" in name:
        layer, eighth = int(name.split(".")[1]), shape.layers // 8
        finer = layer < eighth or layer >= 7 * shape.layers // 8 or (layer - eighth) % 3 == 2
        return Type.Q6_K if finer else Type.Q4_K
    return Type.Q4_K


@dataclass
class Vocabulary:
    """What the tokenizer.* keys of a file say, cut down to `size` tokens that still merge as they did."""

    fields: dict

    @classmethod
    def read(cls, path, size=None):
        keys = read_keys(path)
        whole = cls({key.removeprefix("tokenizer."): value for key, value in keys.items() if key.startswith("tokenizer.")})
        return whole._cut(size) if size else whole

    @property
    def size(self) -> int:
        return len(self.fields["ggml.tokens"])

    def _cut(self, size):
        old, tokens = self.fields, self.fields["ggml.tokens"]
        kinds = old["ggml.token_type"]
        ordinary = (gguf.TokenType.NORMAL, gguf.TokenType.BYTE)
        used = {old[k] for k in old if k.endswith("_token_id")}
        # Specials stay; so do single printable characters, of which pieces are merged; then the
        # earliest merges. Fillers without a meaning go.
        special = [i for i in range(self.size) if i in used or (kinds[i] not in ordinary and "[PAD" not in tokens[i])]
        letters = [i for i in range(self.size) if len(tokens[i]) == 1 and (tokens[i] < "\x7f" or tokens[i] == "▁")]
        keep = set(special) | set(letters)
        for i in range(self.size):
            if len(keep) == size:
                break
            if "[PAD" not in tokens[i]:
                keep.add(i)
        kept = sorted(keep)
        new_id = {i: n for n, i in enumerate(kept)}
        fields = {}
        for key, value in old.items():
            if key in ("ggml.tokens", "ggml.token_type", "ggml.scores"):
                value = [value[i] for i in kept]
            elif key == "ggml.merges":
                there = {tokens[i] for i in kept}
                value = [m for m in value if {*m.split(" "), m.replace(" ", "")} <= there]
            elif key.endswith("_token_id"):
                value = new_id[value]
            fields[key] = value
        return Vocabulary(fields)

    def write(self, writer: gguf.GGUFWriter):
        for key, value in self.fields.items():
            key = "tokenizer." + key
            if isinstance(value, list):
                writer.add_array(key, value)
            elif isinstance(value, bool):
                writer.add_bool(key, value)
            elif isinstance(value, int):
                writer.add_uint32(key, value)
            else:
                writer.add_string(key, value)
