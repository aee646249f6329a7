"""A support vector machine over the words of a text, scaled by what naive Bayes makes of each.

Source: Wang & Manning, Baselines and bigrams, ACL (2012), section 2.3; each class against the rest;
solved in the primal, Chapelle, Neural Computation 19 (2007); probabilities Guo et al.,
arXiv:1706.04599, section 4.2.
"""

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.runtime.operations.ngrams import Length
from daylight.runtime.operations.term_scores import Terms
from daylight.training.convex import (
    LinearScores,
    cross_entropy,
    fit_scores,
    fit_temperature,
    squared_hinge,
)
from daylight.training.settings import Positive
from daylight.training.terms import TermModel, count_texts, matrix, term_processing

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from daylight.core.types import Array


class Settings(Config):
    """Which terms, and how soft the margin is.

    Attributes:
        words: The longest run of words.
        characters: The shortest and the longest run of characters within a word; ``[0, 0]`` for
            none.
        min_texts: Texts of train that a term occurs in, at least.
        max_terms: So many of the commonest are kept.
        smoothing: Texts that are added to each class and term, so that none is unheard of.
        interpolation: Between naive Bayes (0) and the machine (1).
        costs: Of missing a margin, against its width. Tried from the smallest on, each from the
            weights of the one before, until validation likes one less.
    """

    words: Length = 2
    characters: tuple[Length, Length] = (0, 0)
    min_texts: Annotated[int, msgspec.Meta(ge=1)] = 1
    max_terms: Annotated[int, msgspec.Meta(ge=1)] = 500_000
    smoothing: Positive = 1.0
    interpolation: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25
    costs: Annotated[tuple[Positive, ...], msgspec.Meta(min_length=1)] = (0.01, 0.1, 1.0)


SEARCH: Search = {
    "smoothing": Range(low=0.1, high=10.0, log=True),
    "interpolation": Range(low=0.05, high=1.0),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Runs of words, and of characters if asked for."""
    return term_processing(schema, words=settings.words, characters=settings.characters)


def fit(prepared: Prepared, settings: Settings, context: Context) -> TermModel:
    """Weighs the terms, then finds the widest margins; the best cost by validation."""
    train, validation = prepared.splits["train"], prepared.splits["validation"]
    counted = count_texts(train.inputs["terms"])
    counted = counted.commonest(at_least=settings.min_texts, at_most=settings.max_terms)
    known = Terms(counted.terms, np.ones(len(counted.terms), np.float32), "presence")
    rows, shown = (matrix(known, each.inputs["terms"]) for each in (train, validation))
    target, right = train.targets["target"].values, validation.targets["target"].values
    ratios = log_ratios(rows, target, len(prepared.labels), settings.smoothing)
    machines = [LinearScores.zero(rows.shape[1], 2) for _ in range(len(prepared.labels))]
    best, lowest, warmth = LinearScores.zero(*ratios.shape), inf, 1.0
    for cost in sorted(settings.costs):
        machines = _widest_margins(rows, target, ratios, machines, cost, context)
        scores = _joined(machines, ratios, settings.interpolation)
        found = scores(shown)
        temperature = fit_temperature(found, right)
        loss, _ = cross_entropy(found.astype(float) / temperature, right)
        if loss >= lowest:
            break
        best, lowest, warmth = scores, loss, temperature
    return TermModel.of(known, best.weights / warmth, best.bias / warmth, link="softmax")


def log_ratios(rows: "csr_array", target: "Array", num_classes: int, smoothing: float) -> "Array":
    """How much more often each term is in a class than in the rest, as a logarithm.

    Source: Wang & Manning, equation 2.

    Returns:
        float64 ``(terms, classes)``; the largest have size 1.
    """
    member = (target[:, None] == np.arange(num_classes)).astype(np.float64)
    inside = rows.T @ member + smoothing
    outside = rows.T @ (1 - member) + smoothing
    ratios: Array = np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0))
    return ratios


def _widest_margins(
    rows: "csr_array",
    target: "Array",
    ratios: "Array",
    starts: list[LinearScores],
    cost: float,
    context: Context,
) -> list[LinearScores]:
    """For each class the scores of the rest and of itself, over scaled terms."""
    found: list[LinearScores] = []
    for label, start in enumerate(starts):
        if label == 1 and len(starts) == 2:
            [other] = found
            found.append(LinearScores(-other.weights[:, ::-1], other.bias[::-1]))
            break
        found.append(
            fit_scores(
                rows.multiply(ratios[:, label].astype(np.float32)).tocsr(),
                (target == label).astype(np.int64),
                loss=squared_hinge,
                penalty=1 / (cost * len(target)),
                start=start,
                context=context.replace(decisions=context.decisions.within(f"class {label}")),
            )
        )
    return found


def _joined(machines: list[LinearScores], ratios: "Array", share: float) -> LinearScores:
    """One weight per term and class: the machine's, drawn towards the mean of their sizes.

    Source: Wang & Manning, section 2.3, equation 4.
    """
    weights = np.stack([each.weights[:, 1] for each in machines], axis=1)
    sizes = np.abs(weights).mean(axis=0)
    drawn = (1 - share) * sizes + share * weights
    return LinearScores(drawn * ratios, np.array([each.bias[1] for each in machines]))


def load(folder: Path) -> TermModel:
    """Reads what ``save`` wrote."""
    return TermModel.load(folder)
