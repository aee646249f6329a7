"""Which passages hold a term, and what a question's terms say about them: an inverted index."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from daylight.core.types import Array


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages of each term, end to end.

    Attributes:
        terms: Sorted, ``(terms,)``.
        starts: int64 ``(terms + 1,)``; the passages of term ``i`` are
            ``rows[starts[i]:starts[i + 1]]``, ascending.
        rows: int32.
        weights: float32, of the term in the passage.
        rarity: float32 ``(terms,)``, 0 or more: what a term says, by how few passages hold it.
        num_rows: How many passages there are.
    """

    terms: "Array"
    starts: "Array"
    rows: "Array"
    weights: "Array"
    rarity: "Array"
    num_rows: int

    @classmethod
    def of(
        cls,
        terms: Column,
        weights: Column,
        *,
        rarity: "Callable[[Array], Array] | None" = None,
    ) -> "Postings":
        """Turns terms by passage into passages by term.

        The rarity is ``ln(1 + (n - d + 0.5) / (d + 0.5))`` for a term in ``d`` of ``n`` passages.

        Source: Robertson & Zaragoza, Foundations and Trends in Information Retrieval 3 (2009),
        equation 3.3, with the 1 that keeps it above 0, as in Lucene.

        Args:
            terms: Ragged; distinct within each passage.
            weights: Ragged, likewise.
            rarity: Of terms, where it is known from elsewhere.
        """
        if terms.offsets is None:
            raise ValueError("terms are ragged")
        num_rows = len(terms)
        rows = np.repeat(np.arange(num_rows, dtype=np.int32), np.diff(terms.offsets))
        order = np.argsort(terms.values, kind="stable")
        known, counts = np.unique(terms.values, return_counts=True)
        by_count = np.log1p((num_rows - counts + 0.5) / (counts + 0.5)).astype(np.float32)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        said = rarity(known) if rarity else by_count
        return cls(known, starts, rows[order], weights.values[order], said, num_rows)

    @property
    def num_terms(self) -> int:
        """How many terms there are."""
        return len(self.terms)

    def rarity_of(self, terms: "Array") -> "Array":
        """What terms say; those that are nowhere say nothing that could be shared."""
        if not self.num_terms:
            return np.zeros(len(terms), np.float32)
        places = np.minimum(np.searchsorted(self.terms, terms), self.num_terms - 1)
        return np.where(self.terms[places] == terms, self.rarity[places], np.float32(0))

    def scores(self, terms: "Array", weights: "Array") -> "Array":
        """How well each passage fits a question, float32 ``(passages,)``; 0 if no term is shared.

        The sum over shared terms of the question's weight, the term's rarity and the passage's
        weight.
        """
        places = np.searchsorted(self.terms, terms)
        inside = places < len(self.terms)
        places, terms, weights = places[inside], terms[inside], weights[inside]
        same = self.terms[places] == terms
        places, weights = places[same], weights[same] * self.rarity[places[same]]
        spans = [slice(self.starts[place], self.starts[place + 1]) for place in places]
        if not spans:
            return np.zeros(self.num_rows, np.float32)
        rows = np.concatenate([self.rows[span] for span in spans])
        parts = [self.weights[span] * weight for span, weight in zip(spans, weights, strict=True)]
        summed = np.bincount(rows, np.concatenate(parts), self.num_rows)
        scores: Array = summed.astype(np.float32)
        return scores
