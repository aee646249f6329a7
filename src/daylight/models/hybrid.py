"""Shared words and learned vectors together: each finds what the other misses."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from safetensors.numpy import load_file, save_file

from daylight.core.config import Config, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.runtime.operations.term_vectors import directions
from daylight.training.lexical import choose_balance, choose_weights, count_words
from daylight.training.term_vectors import Learning, TermVectors, learn

FILE = "model.safetensors"


class Settings(Config):
    """What counts as the same word, and how vectors are learned.

    Attributes:
        stem: ``"plural"`` takes the endings of English plurals away.
        fusion: ``"scores"`` adds both scores, with the share of each that finds most in validation;
            ``"ranks"`` is reciprocal rank fusion, which has nothing to choose.
    """

    stem: Literal["none", "plural"] = "plural"
    fusion: Literal["scores", "ranks"] = "scores"
    vectors: Learning = Learning()


def processing(schema: Schema, settings: Settings) -> Processing:
    """Counts words, of questions and documents alike."""
    return count_words(schema, stem=settings.stem)


class State(Config):
    """The numbers of BM25, and how much vectors count beside it."""

    parameters: Parameters
    balance: float


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Weights of words, and vectors of words."""

    state: State
    learned: TermVectors

    def predict(self, inputs: Columns) -> Columns:
        """Terms, weights and the direction of texts."""
        terms = inputs["terms"]
        balance = np.full(len(terms), self.state.balance, np.float32)
        return {
            "terms": terms,
            "weights": weighed(inputs["counts"], self.state.parameters),
            "vector": Column(directions(terms, self.learned.terms, self.learned.vectors)),
            "balance": Column(balance),
        }

    def save(self, folder: Path) -> None:
        """Writes ``config.json`` and ``model.safetensors``."""
        write_atomic(folder / "config.json", pretty_json(self.state))
        arrays = {"terms": self.learned.terms, "vectors": self.learned.vectors}
        save_file(arrays, folder / FILE)

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed: the vectors are those that ``save`` writes."""
        return (
            Node(
                operation="saturate",
                inputs=("counts",),
                outputs=("weights",),
                parameters=self.state.parameters.to_dict(),
            ),
            Node(
                operation="term_vectors",
                inputs=("terms",),
                outputs=("vector",),
                parameters={"file": FILE},
            ),
            Node(
                operation="constant",
                inputs=("terms",),
                outputs=("balance",),
                parameters={"row": self.state.balance},
            ),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> Hybrid:
    """Weighs words by train, learns vectors from train, and balances both by validation."""
    parameters = choose_weights(prepared)
    learned = learn(prepared, settings.vectors, context)

    def represent(columns: Columns) -> Columns:
        return Hybrid(State(parameters=parameters, balance=0.0), learned).predict(columns)

    balance = choose_balance(prepared, represent, by_ranks=settings.fusion == "ranks")
    return Hybrid(State(parameters=parameters, balance=balance), learned)


def load(folder: Path) -> Hybrid:
    """Reads what ``save`` wrote."""
    state = msgspec.json.decode((folder / "config.json").read_bytes(), type=State)
    return Hybrid(state, TermVectors(**load_file(folder / FILE)))
