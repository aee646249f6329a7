"""Linear models over the terms of texts: what they count, how they are kept and how they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file, save
from scipy.sparse import csr_array

from daylight.core.config import decode
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Processing, Schema
from daylight.runtime.operations.term_scores import Link, Parameters, Terms, linked

if TYPE_CHECKING:
    from daylight.core.types import Array

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
BLOCK = 1 << 22
"""Occurrences that are counted at a time."""

OUTPUTS: Mapping[Link, str] = {
    "softmax": "probabilities",
    "sigmoid": "probabilities",
    "identity": "value",
}


def term_processing(schema: Schema, *, words: int, characters: tuple[int, int]) -> Processing:
    """The runs of words and characters in the one input that is a text: ragged ``terms``."""
    [field] = [field for field in schema["examples"] if field.role == "input"]
    node = Node(
        operation="ngrams",
        inputs=(field.name,),
        outputs=("terms",),
        parameters={"words": words, "characters": list(characters)},
    )
    return Processing(inputs=(node,), prepared=("terms",))


@dataclass(frozen=True, slots=True)
class TermModel:
    """A weight for each term and output.

    Attributes:
        known: The terms.
        weights: float32 ``(terms, outputs)``.
        bias: float32 ``(outputs,)``.
        parameters: Of the operation that answers.
    """

    known: Terms
    weights: "Array"
    bias: "Array"
    parameters: Parameters

    @classmethod
    def of(cls, known: Terms, weights: "Array", bias: "Array", *, link: Link) -> "TermModel":
        """Weights of any precision."""
        parameters = Parameters(file=WEIGHTS, weighting=known.weighting, link=link)
        return cls(known, weights.astype(np.float32), bias.astype(np.float32), parameters)

    def predict(self, inputs: Columns) -> Columns:
        """As the exported operation does, by the same code."""
        scores = self.known.weigh(inputs["terms"]).scores(self.weights, self.bias)
        link = self.parameters.link
        return {OUTPUTS[link]: Column(linked(scores, link))}

    def redrawn(self, random: np.random.Generator) -> "TermModel":
        """One that has learned nothing: the weights are shuffled among the terms."""
        return replace(self, weights=self.weights[random.permutation(len(self.weights))])

    def contributions(self, history: Column, items: "Array") -> Column:
        """What each occurrence of a term adds to the score of a class.

        Where probabilities add up to 1, it counts beside the mean of all classes.

        Args:
            history: Terms, as ``ngrams`` gives them.
            items: Whose score; int64 ``(rows,)``.
        """
        rows = np.repeat(np.arange(len(history)), np.diff(np.asarray(history.offsets)))
        weighed = self.known.weigh(history)
        width = len(self.known.terms)
        keys = weighed.rows * width + weighed.places
        places = self.known.places(history.values)
        known = places >= 0
        at = np.searchsorted(keys, rows[known] * width + places[known])
        times = np.bincount(at, minlength=len(keys))
        beside = self.weights
        if self.parameters.link == "softmax":
            beside = beside - beside.mean(axis=1, keepdims=True)
        each = weighed.values * beside[weighed.places, items[weighed.rows]] / np.maximum(times, 1)
        values = np.zeros(len(rows), np.float32)
        values[known] = each[at]
        return Column(values, history.offsets)

    def save(self, folder: Path) -> None:
        """Writes the arrays."""
        arrays = {
            "terms": self.known.terms,
            "rarity": self.known.rarity,
            "weights": np.ascontiguousarray(self.weights),
            "bias": self.bias,
        }
        write_atomic(folder / WEIGHTS, save(arrays))
        write_atomic(folder / CONFIG, self.parameters.to_json())

    @classmethod
    def load(cls, folder: Path) -> "TermModel":
        """Reads what ``save`` wrote."""
        parameters = decode(Parameters, (folder / CONFIG).read_bytes(), where=folder / CONFIG)
        state = load_file(folder / WEIGHTS)
        known = Terms(state["terms"], state["rarity"], parameters.weighting)
        return cls(known, state["weights"], state["bias"], parameters)

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed: the operation reads what ``save`` wrote."""
        return (
            Node(
                operation="term_scores",
                inputs=("terms",),
                outputs=(OUTPUTS[self.parameters.link],),
                parameters=self.parameters.to_dict(),
            ),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many texts each term occurs in.

    Attributes:
        terms: Ascending, uint32 ``(terms,)``.
        counts: int64 ``(terms,)``.
        num_texts: All texts.
    """

    terms: "Array"
    counts: "Array"
    num_texts: int

    def commonest(self, *, at_least: int, at_most: int) -> "Counted":
        """Those in so many texts or more; of too many terms the commonest."""
        kept = np.flatnonzero(self.counts >= at_least)
        if len(kept) > at_most:
            order = np.argsort(-self.counts[kept], kind="stable")
            kept = np.sort(kept[order[:at_most]])
        return Counted(self.terms[kept], self.counts[kept], self.num_texts)


def count_texts(column: Column) -> Counted:
    """Counts the texts of each term, a block of occurrences at a time."""
    parts = [_once_each(column.slice(start, stop)) for start, stop in _blocks(column)]
    every = [np.unique(part, return_counts=True) for part in parts]
    terms, places = np.unique(np.concatenate([each for each, _ in every]), return_inverse=True)
    counts = np.bincount(places, np.concatenate([each for _, each in every]), len(terms))
    return Counted(terms, counts.astype(np.int64), len(column))


def _blocks(column: Column) -> Sequence[tuple[int, int]]:
    offsets = np.asarray(column.offsets)
    cuts = np.searchsorted(offsets, np.arange(BLOCK, offsets[-1], BLOCK))
    edges = np.unique([0, *cuts.tolist(), len(column)]).tolist()
    return list(pairwise(edges))


def _once_each(column: Column) -> "Array":
    rows = np.repeat(np.arange(len(column), dtype=np.uint64), np.diff(np.asarray(column.offsets)))
    keys = np.unique((rows << np.uint64(32)) | column.values)
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def matrix(known: Terms, column: Column) -> csr_array:
    """The weighed terms as float32 ``(rows, terms)``."""
    weighed = known.weigh(column)
    counts = np.bincount(weighed.rows, minlength=weighed.num_rows)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    values = weighed.values.astype(np.float32)
    shape = (weighed.num_rows, len(known.terms))
    return csr_array((values, weighed.places, offsets), shape)
