"""Documents in memory, ready to be searched by what a model made of a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns
from daylight.runtime.search.near import Exact, Near
from daylight.runtime.search.postings import Postings
from daylight.runtime.search.ranking import Both, Scored, combined
from daylight.runtime.search.segment import Segment

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_ITEMS = 100
"""Documents that a list has: what stands further back is as good as not found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: Of its document; comparable within one question only.
        start: Its first character in the document.
        stop: One past its last.
    """

    id: str
    title: str
    score: float
    passage: str
    start: int
    stop: int


@dataclass(frozen=True)
class Index:
    """Finds documents by their best passage.

    Terms are looked up as in a book's index, vectors compared by their inner product; where a model
    gives both, they are combined.
    """

    segment: Segment
    shortcut: Near | None = None

    @cached_property
    def near(self) -> Near:
        """What finds passages by vectors."""
        return self.shortcut or Exact(self.segment.vectors)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Names of the documents; ``rank`` tells their places here."""
        return self.segment.facts.ids

    @cached_property
    def _postings(self) -> Postings:
        return Postings.of(self.segment.terms, self.segment.weights)

    @cached_property
    def _firsts(self) -> "Array":
        """The first passage of each document."""
        return np.searchsorted(self.segment.owners, np.arange(len(self.segment)))

    def rank(self, questions: Columns, *, k: int = NUM_ITEMS) -> Columns:
        """The best documents for each question.

        Args:
            questions: What the model makes of them, see the answer kind ``passages``.
            k: How many.

        Returns:
            ``items``, int64, and ``scores``, float32, both ``(questions, k)``, best first; where
            fewer documents have anything to do with a question, the rest are -1 with score 0.
        """
        num = len(questions["terms"])
        items = np.full((num, k), -1, np.int64)
        scores = np.zeros((num, k), np.float32)
        if len(self.segment):
            for row, found in enumerate(self._ranked(questions, k)):
                items[row, : len(found.items)] = found.items
                scores[row, : len(found.items)] = found.scores
        return {"items": Column(items), "scores": Column(scores)}

    def _ranked(self, questions: Columns, k: int) -> Iterator[Scored]:
        vectors = questions["vector"].values
        passages = self.near(vectors, k) if self.segment.vectors.shape[1] else None
        for row in range(len(vectors)):
            terms, weights = questions["terms"][row], questions["weights"][row]
            sharing = self._by_document(self._postings.scores(terms, weights))
            if passages is None:
                yield Scored.of(sharing, k)
                continue
            near = self._nearest(passages[row], vectors[row], k)
            if not self._postings.num_terms:
                yield near
                continue

            def others(items: "Array", row: int = row, sharing: "Array" = sharing) -> Both:
                return sharing[items], self._likeness(items, vectors[row])

            balance = float(questions["balance"].values[row])
            yield combined(Scored.of(sharing, k), near, others, balance, k)

    def _nearest(self, passages: "Array", vector: "Array", k: int) -> Scored:
        """Documents of some passages, by the nearest of these."""
        owners = self.segment.owners[passages]
        items, place = np.unique(owners, return_inverse=True)
        scores = np.zeros(len(items), np.float32)
        np.maximum.at(scores, place, self.segment.vectors[passages] @ vector)
        found = Scored.of(scores, k)
        return Scored(items[found.items], found.scores)

    def _likeness(self, items: "Array", vector: "Array") -> "Array":
        """How near the nearest passage of each of some documents is."""
        ends = np.append(self._firsts, len(self.segment.owners))
        lengths = ends[items + 1] - ends[items]
        starts = np.cumsum(lengths) - lengths
        rows = np.repeat(ends[items] - starts, lengths) + np.arange(lengths.sum())
        if not len(rows):
            return np.empty(0, np.float32)
        return np.maximum.reduceat(self.segment.vectors[rows] @ vector, starts)

    def _by_document(self, scores: "Array") -> "Array":
        """The greatest score of each document's passages."""
        if len(scores) == len(self.segment):
            return scores
        return np.maximum.reduceat(scores, self._firsts)

    def fit(self, question: Columns, texts: Columns) -> "Array":
        """How well texts that are not indexed fit a question, float32 ``(texts,)``."""
        terms, rarity = question["terms"].values, self._postings.rarity_of
        here = Postings.of(texts["terms"], texts["weights"], rarity=rarity)
        sharing = here.scores(terms, question["weights"].values)
        near: Array = texts["vector"].values @ question["vector"].values[0]
        if not self._postings.num_terms:
            return near
        if not self.segment.vectors.shape[1]:
            return sharing
        balance = float(question["balance"].values[0])
        balance = balance if balance >= 0 else 0.5
        together: Array = (1 - balance) * sharing / max(sharing.max(), 1e-9) + balance * near
        return together

    def hits(self, questions: Columns, *, k: int) -> list[list[Hit]]:
        """The same as ``rank`` for people: the best passage of each document that is found."""
        ranked = self.rank(questions, k=k)
        return [
            [
                self._hit(place, score, questions, row)
                for place, score in zip(places, scores, strict=True)
                if place >= 0
            ]
            for row, (places, scores) in enumerate(
                zip(ranked["items"].values.tolist(), ranked["scores"].values.tolist(), strict=True)
            )
        ]

    def _hit(self, place: int, score: float, questions: Columns, row: int) -> Hit:
        segment = self.segment
        start, stop = segment.spans[self._best_passage(place, questions, row)].tolist()
        return Hit(
            id=segment.facts.ids[place],
            title=segment.facts.titles[place],
            score=score,
            passage=segment.document(place)[start:stop],
            start=start,
            stop=stop,
        )

    def _best_passage(self, place: int, questions: Columns, row: int) -> int:
        """Of a document: the one that is nearest, or that shares most, or the first."""
        first, end = np.searchsorted(self.segment.owners, [place, place + 1]).tolist()
        if end - first == 1:
            return int(first)
        vector = questions["vector"].values[row]
        if len(vector):
            scores = self.segment.vectors[first:end] @ vector
        else:
            scores = self._postings.scores(questions["terms"][row], questions["weights"][row])
            scores = scores[first:end]
        return int(first + scores.argmax())
