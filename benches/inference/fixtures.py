"""Makes the model files that tests read; scripts/model-fixtures runs it and says what they are."""

import argparse
import json
import pathlib
import shutil

import numpy as np
import random_model
from reference import Model, top
from shapes import FORMS, TINY, VOCABULARY, Vocabulary

WORDS = 1024
POSITIONS = 96
MAIN = "q4_k_m"

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--vocabularies", type=pathlib.Path, required=True)
args = parser.parse_args()


def file_name(model, form):
    return f"tiny-{model}.gguf" if form == MAIN else f"tiny-{model}.{form}.gguf"


def expected(model, shape):
    """What the numpy pass makes of forced tokens, for each form, below and beyond the trained length."""
    tokens = np.random.default_rng(7).integers(3, WORDS, POSITIONS).tolist()
    runs = [(len(tokens), "plain", shape.context)]
    if shape.longrope:
        original = shape.longrope.original
        runs = [(original, "short", original), (len(tokens), "long", shape.context)]
    cases = []
    for form in FORMS:
        weights = Model(args.folder / file_name(model, form))
        for positions, rope, context in runs:
            ids, logits = top(weights.logits(tokens[:positions], context))
            cases.append({
                "file": file_name(model, form), "form": form, "rope": rope, "context": context,
                "positions": positions, "top5": ids, "logits": logits,
            })  # fmt: skip
    return {"tokens": tokens, "cases": cases}


for model, shape in TINY.items():
    name = VOCABULARY[shape.architecture]
    vocabulary = Vocabulary.read(args.vocabularies / f"ggml-vocab-{name}.gguf", WORDS)
    for form in FORMS:
        random_model.write(args.folder / file_name(model, form), shape, form, vocabulary, random_model.Drawn())
    with open(args.folder / f"tiny-{model}.expected.json", "w") as file:
        json.dump(expected(model, shape), file)

for texts in sorted(args.vocabularies.glob("ggml-vocab-*.gguf.inp")):
    for path in (texts.with_suffix(""), texts, texts.with_suffix(".out")):
        shutil.copyfile(path, args.folder / path.name)
