"""A tiny BERT and a table of vectors, with random weights and a tokenizer, as others write them."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from daylight.core.files import write_atomic

SIZE, INNER, PLACES = 8, 16, 24
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WORDS = ("dull", "awful", "boring", "bright", "lovely", "moving", "film", "the", "无", "好", "##ly")

CONFIG = {
    "model_type": "bert",
    "vocab_size": len(SPECIAL) + len(WORDS),
    "hidden_size": SIZE,
    "intermediate_size": INNER,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": PLACES,
    "type_vocab_size": 2,
    "hidden_dropout_prob": 0.1,
    "pad_token_id": 0,
}


def write(folder, card=None, without=(), **changes):
    """A checkpoint; ``changes`` go into its ``config.json``, weights ``without`` are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value for name, value in _weights().items() if name not in without}
    write_atomic(folder / "model.safetensors", save(weights))
    write_atomic(folder / "config.json", json.dumps({**CONFIG, **changes}).encode())
    write_atomic(folder / "tokenizer.json", json.dumps(_tokenizer()).encode())
    if card:
        (folder / "README.md").write_text(f"---\nlicense: {card}\n---\n# A tiny model\n")
    return folder


def write_table(folder, **more):
    """A static model, as Model2Vec writes it; ``more`` tensors go into its file."""
    write(folder)
    table = np.random.default_rng(1).normal(0, 1, (CONFIG["vocab_size"], SIZE))
    tensors = {"embeddings": table.astype(np.float32), **more}
    write_atomic(folder / "model.safetensors", save(tensors))
    write_atomic(folder / "config.json", json.dumps({"model_type": "model2vec"}).encode())
    return folder


def shared(make=write):
    """A folder with one that all tests of this machine share, from whichever process is first."""
    place = Path(tempfile.gettempdir()) / f"daylight-tiny-{make.__name__}-{os.getuid()}"
    if not place.is_dir():
        own = make(Path(tempfile.mkdtemp(dir=place.parent)))
        try:
            own.rename(place)
        except OSError:
            shutil.rmtree(own)
    return place


def _weights():
    random = np.random.default_rng(0)
    layer = "encoder.layer.0."
    linear = {
        f"{layer}attention.self.query": (SIZE, SIZE),
        f"{layer}attention.self.key": (SIZE, SIZE),
        f"{layer}attention.self.value": (SIZE, SIZE),
        f"{layer}attention.output.dense": (SIZE, SIZE),
        f"{layer}intermediate.dense": (INNER, SIZE),
        f"{layer}output.dense": (SIZE, INNER),
    }
    shapes = {
        "embeddings.word_embeddings.weight": (CONFIG["vocab_size"], SIZE),
        "embeddings.position_embeddings.weight": (PLACES, SIZE),
        "embeddings.token_type_embeddings.weight": (2, SIZE),
        **{f"{name}.weight": shape for name, shape in linear.items()},
        **{f"{name}.bias": shape[:1] for name, shape in linear.items()},
    }
    weights = {n: random.normal(0, 0.3, s).astype(np.float32) for n, s in shapes.items()}
    for norm in ("embeddings.", f"{layer}attention.output.", f"{layer}output."):
        weights[f"{norm}LayerNorm.weight"] = random.uniform(0.5, 1.5, SIZE).astype(np.float32)
        weights[f"{norm}LayerNorm.bias"] = random.normal(0, 0.1, SIZE).astype(np.float32)
    return weights


def _tokenizer():
    """WordPiece, as BERT's; what it does not know is ``[UNK]``."""
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *WORDS))}
    special = {n: {"id": n, "ids": [vocabulary[n]], "tokens": [n]} for n in ("[CLS]", "[SEP]")}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": {
            "strategy": {"Fixed": 128},
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": 0,
            "pad_type_id": 0,
            "pad_token": "[PAD]",
        },
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}],
            "special_tokens": special,
        },
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    }
