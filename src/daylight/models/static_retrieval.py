"""Sums of vectors of tokens: no network runs, and a thousand texts take a fraction of a second."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config, decode, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations import tokenize
from daylight.runtime.operations.no_terms import none_of
from daylight.training.backbones import wordllama
from daylight.training.term_vectors import Learning, Pairs, TermVectors, learn
from daylight.training.tokenized import BYTES, FILE, TOKENS, Tokenizer, byte_processing


class Settings(Config):
    """Where texts are cut, and how vectors go on learning.

    Attributes:
        max_tokens: Of a passage.
        vectors: From WordLlama's vectors on; ``epochs`` of 0 leave them as they are.
    """

    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=8192)] = 512
    vectors: Learning = Learning(learning_rate=0.002)


class State(Config):
    """What ``config.json`` holds; the license is that of the vectors."""

    tokenizer: tokenize.Parameters
    license: str = wordllama.LICENSE


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Texts as bytes, of questions and documents alike."""
    written = byte_processing(schema)
    return Processing(written.inputs, written.prepared, tables={"documents": written.inputs})


@dataclass(frozen=True, slots=True)
class StaticRetrieval:
    """A tokenizer and a vector for each token."""

    tokenizer: Tokenizer
    learned: TermVectors

    def predict(self, inputs: Columns) -> Columns:
        """Vectors of length 1, and no terms."""
        num = len(inputs[BYTES])
        terms, weights = none_of(num)
        return {
            "terms": terms,
            "weights": weights,
            "vector": Column(self.learned.directions(self.tokenizer(inputs[BYTES]))),
            "balance": Column(np.ones(num, np.float32)),
        }

    def save(self, folder: Path) -> None:
        """Writes ``config.json``, the vectors and the tokenizer."""
        said = State(tokenizer=self.tokenizer.parameters)
        write_atomic(folder / "config.json", pretty_json(said))
        write_atomic(folder / FILE, self.tokenizer.data)
        self.learned.save(folder)

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed: the files are those that ``save`` writes."""
        one = {"row": 1.0}
        return (
            self.tokenizer.node(),
            self.learned.node(TOKENS),
            Node(operation="no_terms", inputs=(BYTES,), outputs=("terms", "weights")),
            Node(operation="constant", inputs=(BYTES,), outputs=("balance",), parameters=one),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> StaticRetrieval:
    """Goes on from WordLlama's vectors with the pairs of train."""
    data = wordllama.tokenizer()
    tokenizer = Tokenizer.of(data, max_tokens=settings.max_tokens, special=False)
    train = prepared.splits["train"]
    pairs = Pairs(
        tokenizer(train.inputs[BYTES]),
        tokenizer(prepared.tables["documents"][BYTES]),
        train.targets["target"],
    )
    start = wordllama.token_vectors()
    return StaticRetrieval(tokenizer, learn(pairs, settings.vectors, context, start=start))


def load(folder: Path) -> StaticRetrieval:
    """Reads what ``save`` wrote."""
    file = folder / "config.json"
    state = decode(State, file.read_bytes(), where=file)
    data = (folder / FILE).read_bytes()
    return StaticRetrieval(Tokenizer(data, state.tokenizer), TermVectors.load(folder))
