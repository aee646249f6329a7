"""Linear scores of texts by the terms that occur in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from safetensors.numpy import load

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array

Weighting = Literal["tfidf", "presence"]
"""How much a term counts: the more the oftener in this text and the rarer elsewhere, or alike."""

Link = Literal["softmax", "sigmoid", "identity"]
"""Whether scores become probabilities, together or each by itself, or are the answer."""


class Parameters(Config):
    """The file with ``terms``, ``rarity``, ``weights`` and ``bias``, and what is made of scores."""

    file: str
    weighting: Weighting = "tfidf"
    link: Link = "softmax"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sparse matrix, one row per text: entries in the order of their rows.

    Attributes:
        rows: int64 ``(entries,)``, ascending.
        places: Index of the term, int64.
        values: float64.
        num_rows: Number of texts.
    """

    rows: "Array"
    places: "Array"
    values: "Array"
    num_rows: int

    def scores(self, weights: "Array", bias: "Array") -> "Array":
        """float64 ``(rows, outputs)``."""
        found = np.empty((self.num_rows, weights.shape[1]))
        for output in range(weights.shape[1]):
            parts = self.values * weights[self.places, output]
            found[:, output] = np.bincount(self.rows, parts, self.num_rows)
        return found + bias


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that are known.

    Attributes:
        terms: Ascending, uint32 ``(terms,)``.
        rarity: How much an occurrence says, float32 ``(terms,)``.
        weighting: How they count.
    """

    terms: "Array"
    rarity: "Array"
    weighting: Weighting

    def places(self, found: "Array") -> "Array":
        """The index of each term, -1 where it is not known."""
        if not len(self.terms):
            return np.full(len(found), -1, np.int64)
        places = np.minimum(np.searchsorted(self.terms, found), len(self.terms) - 1)
        return np.where(self.terms[places] == found, places, -1)

    def weigh(self, column: Column) -> Weighed:
        """Weighs each text's terms.

        With ``tfidf`` a term counts ``(1 + ln count) * rarity``, and a text has length 1; with
        ``presence`` it counts ``rarity``, however often it occurs.

        Source: Manning, Raghavan & Schütze, Introduction to Information Retrieval (2008), section
        6.4, "ltc".

        Args:
            column: Ragged uint32, as ``ngrams`` gives it.
        """
        if column.offsets is None:
            raise ValueError("term_scores takes a ragged column")
        num_rows, width = len(column), max(1, len(self.terms))
        rows = np.repeat(np.arange(num_rows), np.diff(column.offsets))
        places = self.places(column.values)
        known = places >= 0
        keys, counts = np.unique(rows[known] * width + places[known], return_counts=True)
        rows, places = np.divmod(keys, width)
        values = self.rarity[places].astype(np.float64)
        if self.weighting == "tfidf":
            values *= 1 + np.log(counts)
            lengths = np.sqrt(np.bincount(rows, values**2, num_rows))
            values /= lengths[rows]
        return Weighed(rows, places, values, num_rows)


def linked(scores: "Array", link: Link) -> "Array":
    """Scores as float32: probabilities ``(rows, labels)``, or numbers ``(rows,)``."""
    if link == "identity":
        return scores[:, 0].astype(np.float32)
    if link == "sigmoid":
        alone: Array = (0.5 + 0.5 * np.tanh(scores / 2)).astype(np.float32)
        return alone
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return probabilities


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives float32 ``(rows, labels)``, or ``(rows,)`` if linked by identity, for ragged terms."""
    state = load(read(parameters.file))
    terms = Terms(state["terms"], state["rarity"], parameters.weighting)

    def run(column: Column) -> Sequence[Column]:
        scores = terms.weigh(column).scores(state["weights"], state["bias"])
        return (Column(linked(scores, parameters.link)),)

    return run


OPERATION = Operation(Parameters, open_)
