"""Vectors of terms, learned so that a question's sum lies near that of what answers it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor
from torch.nn import functional

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Column, Node
from daylight.metrics.statistic import owners
from daylight.runtime.operations.term_vectors import directions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daylight.core.types import Array

FILE = "model.safetensors"

SHARPNESS = 20.0
"""By which cosines are multiplied, so that one can stand out among hundreds."""


class Learning(Config):
    """How vectors are learned.

    Attributes:
        dimensions: Numbers in a vector, where none are there to start from.
        min_occurrences: Texts that a term has to occur in to get one; likewise.
        epochs: Passes over all pairs of a question and a document.
        min_steps: At least so many batches.
        batch_size: Pairs in a batch; the documents of the others are what a question is not about.
        learning_rate: Of Adam, for vectors.
    """

    dimensions: Annotated[int, msgspec.Meta(ge=1, le=2048)] = 128
    min_occurrences: Annotated[int, msgspec.Meta(ge=1)] = 2
    epochs: Annotated[int, msgspec.Meta(ge=0)] = 2
    min_steps: Annotated[int, msgspec.Meta(ge=0)] = 60
    batch_size: Annotated[int, msgspec.Meta(ge=2)] = 512
    learning_rate: Annotated[float, msgspec.Meta(gt=0)] = 0.01


@dataclass(frozen=True, slots=True)
class TermVectors:
    """What was learned.

    Attributes:
        terms: Ascending, ``(terms,)``.
        vectors: float16 ``(terms, dimensions)``; a term that says more has a longer one.
    """

    terms: "Array"
    vectors: "Array"

    def directions(self, terms: Column) -> "Array":
        """float32 ``(rows, dimensions)`` of length 1 for ragged terms."""
        return directions(terms, self.terms, self.vectors)

    def save(self, folder: Path) -> None:
        """Writes ``model.safetensors``."""
        save_file({"terms": self.terms, "vectors": self.vectors}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "TermVectors":
        """Reads what ``save`` wrote."""
        return cls(**load_file(folder / FILE))

    def node(self, terms: str) -> Node:
        """The same in a program, over what ``save`` wrote."""
        return Node(
            operation="term_vectors",
            inputs=(terms,),
            outputs=("vector",),
            parameters={"file": FILE},
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions, and which documents answer each.

    Attributes:
        questions: Ragged terms.
        documents: Ragged terms.
        answers: Ragged places of documents, by question; -1 is none.
    """

    questions: Column
    documents: Column
    answers: Column


def learn(
    pairs: Pairs, learning: Learning, context: Context, *, start: TermVectors | None = None
) -> TermVectors:
    """Learns from pairs, starting at random directions or at vectors that are there.

    Each question is told from the documents of the others in its batch by softmax over cosines.

    Source: Karpukhin et al., arXiv:2004.04906, section 3.2; over sums of vectors of words, as in
    Joulin et al., arXiv:1607.01759.
    """
    texts = (pairs.documents, pairs.questions)
    random = context.random("vectors")
    seen, counts = np.unique(np.concatenate([each.values for each in texts]), return_counts=True)
    if start is None:
        often = counts >= learning.min_occurrences
        seen, counts = (seen[often], counts[often]) if often.any() else (np.zeros(1, int),) * 2
        size = len(seen), learning.dimensions
        drawn = random.normal(0, learning.dimensions**-0.5, size).astype(np.float16)
        start = TermVectors(seen, drawn)
    often_by_term = np.zeros(len(start.terms))
    often_by_term[np.searchsorted(start.terms, seen)] = counts
    total = sum(len(each) for each in texts)
    rarity = np.log1p((total + 0.5) / (often_by_term + 0.5))
    bags = _Bags(
        torch.nn.Parameter(torch.from_numpy(start.vectors.astype(np.float32))),
        torch.nn.Parameter(torch.from_numpy(rarity.astype(np.float32))),
        start.terms,
    )
    fast = torch.optim.SparseAdam([bags.vectors], lr=learning.learning_rate)
    slow = torch.optim.Adam([bags.weights], lr=learning.learning_rate)
    asked, wanted = _pairs(pairs.answers)
    batches = list(_batches(len(asked), learning, random))
    for step, batch in enumerate(batches):
        context.log("batch", done=step, total=len(batches))
        if context.stops("steps", step):
            break
        questions = bags(pairs.questions.take(asked[batch]))
        answers = bags(pairs.documents.take(wanted[batch]))
        loss = functional.cross_entropy(SHARPNESS * questions @ answers.T, torch.arange(len(batch)))
        for optimizer in (fast, slow):
            optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in (fast, slow):
            optimizer.step()  # type: ignore[no-untyped-call]
    weighed = bags.vectors.detach() * bags.weights.detach()[:, None]
    return TermVectors(start.terms, weighed.numpy().astype(np.float16))


@dataclass(frozen=True, slots=True)
class _Bags:
    """Directions of weighted sums of vectors."""

    vectors: torch.nn.Parameter
    weights: torch.nn.Parameter
    terms: "Array"

    def __call__(self, column: Column) -> Tensor:
        places = np.searchsorted(self.terms, column.values)
        places[places == len(self.terms)] = 0
        known = self.terms[places] == column.values
        before = np.concatenate([[0], np.cumsum(known)])
        offsets = before[column.offsets]
        flat = torch.from_numpy(places[known])
        summed = functional.embedding_bag(
            flat,
            self.vectors,
            torch.from_numpy(offsets[:-1]),
            mode="sum",
            sparse=True,
            per_sample_weights=self.weights[flat],
        )
        return functional.normalize(summed, dim=1)


def _pairs(targets: Column) -> "tuple[Array, Array]":
    """Rows of questions, and places of the documents that answer them."""
    rows = owners(targets)
    known = targets.values >= 0
    return rows[known], targets.values[known]


def _batches(num: int, learning: Learning, random: np.random.Generator) -> "Iterator[Array]":
    """Places of pairs, shuffled in each epoch."""
    size = min(learning.batch_size, num)
    if size < 2:
        return
    each = num // size
    steps = max(learning.epochs * each, learning.min_steps if learning.epochs else 0)
    for step in range(steps):
        if step % each == 0:
            order = random.permutation(num)
        yield order[step % each * size :][:size]
