"""Shared words and vectors together: each finds what the other misses."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import numpy as np

from daylight.core.config import Config, decode, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.training.backbones import encoder
from daylight.training.lexical import choose_balance, choose_weights, count_words
from daylight.training.sentence_vectors import SentenceState, SentenceVectors
from daylight.training.term_vectors import Learning, Pairs, TermVectors, learn
from daylight.training.tokenized import byte_processing

if TYPE_CHECKING:
    from daylight.core.types import Array


class Settings(Config):
    """What counts as the same word, and what vectors are.

    Attributes:
        stem: ``"plural"`` takes the endings of English plurals away.
        fusion: ``"scores"`` adds both scores, with the share of each that finds most in validation;
            ``"ranks"`` is reciprocal rank fusion, which has nothing to choose.
        backbone: An encoder, as ``sentence-encoder`` takes it; empty for vectors of words that are
            learned from questions and documents.
        max_tokens: Where the encoder cuts passages; by default at 256.
        vectors: How vectors of words are learned.
    """

    stem: Literal["none", "plural"] = "plural"
    fusion: Literal["scores", "ranks"] = "scores"
    backbone: str = ""
    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=8192)] | None = None
    vectors: Learning = Learning()


def processing(schema: Schema, settings: Settings) -> Processing:
    """Counts words, of questions and documents alike; an encoder wants the texts, too."""
    counted = count_words(schema, stem=settings.stem)
    if not settings.backbone:
        return counted
    encoder.check(settings.backbone)
    written = byte_processing(schema)
    nodes = (*counted.inputs, *written.inputs)
    prepared = (*counted.prepared, *written.prepared)
    return Processing(inputs=nodes, prepared=prepared, tables={"documents": nodes})


class State(Config):
    """What ``config.json`` holds.

    Attributes:
        parameters: Of BM25.
        balance: How much vectors count.
        vectors: Of an encoder, if there is one.
        license: Of its weights.
    """

    parameters: Parameters
    balance: float
    vectors: SentenceState | None = None
    license: str | None = None


@dataclass(frozen=True, slots=True)
class OfWords:
    """Vectors of words as a part of the model."""

    learned: TermVectors
    state: None = None

    def directions(self, inputs: Columns) -> "Array":
        """float32 ``(rows, dimensions)``."""
        return self.learned.directions(inputs["terms"])

    def save(self, folder: Path) -> None:
        """Writes them."""
        self.learned.save(folder)

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed: the vectors are those that ``save`` writes."""
        return (self.learned.node("terms"),)


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Weights of words, and vectors."""

    parameters: Parameters
    balance: float
    vectors: OfWords | SentenceVectors

    def predict(self, inputs: Columns) -> Columns:
        """Terms, weights and the direction of texts."""
        return {
            "terms": inputs["terms"],
            "weights": weighed(inputs["counts"], self.parameters),
            "vector": Column(self.vectors.directions(inputs)),
            "balance": Column(np.full(len(inputs["terms"]), self.balance, np.float32)),
        }

    def save(self, folder: Path) -> None:
        """Writes ``config.json``, and what vectors are made of."""
        state = self.vectors.state
        said = State(
            parameters=self.parameters,
            balance=self.balance,
            vectors=state,
            license=state.encoder.license if state else None,
        )
        write_atomic(folder / "config.json", pretty_json(said))
        self.vectors.save(folder)

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph of an encoder, if there is one."""
        return (
            Node(
                operation="saturate",
                inputs=("counts",),
                outputs=("weights",),
                parameters=self.parameters.to_dict(),
            ),
            *self.vectors.export(folder),
            Node(
                operation="constant",
                inputs=("terms",),
                outputs=("balance",),
                parameters={"row": self.balance},
            ),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> Hybrid:
    """Weighs words and learns vectors by train, and balances both by validation."""
    parameters, vectors = choose_weights(prepared), _vectors(prepared, settings, context)
    represent = Hybrid(parameters, 0.0, vectors).predict
    balance = choose_balance(prepared, represent, by_ranks=settings.fusion == "ranks")
    return Hybrid(parameters, balance, vectors)


def _vectors(prepared: Prepared, settings: Settings, context: Context) -> OfWords | SentenceVectors:
    if settings.backbone:
        return SentenceVectors.pretrained(
            settings.backbone, context.decisions, max_tokens=settings.max_tokens
        )
    train = prepared.splits["train"]
    pairs = Pairs(
        train.inputs["terms"], prepared.tables["documents"]["terms"], train.targets["target"]
    )
    return OfWords(learn(pairs, settings.vectors, context))


def load(folder: Path) -> Hybrid:
    """Reads what ``save`` wrote."""
    file = folder / "config.json"
    state = decode(State, file.read_bytes(), where=file)
    if state.vectors:
        found = SentenceVectors.load(folder, state.vectors)
        return Hybrid(state.parameters, state.balance, found)
    return Hybrid(state.parameters, state.balance, OfWords(TermVectors.load(folder)))
