"""Logistic or linear regression over words and runs of characters, weighed by how rare they are.

Source: Spärck Jones, Journal of Documentation 28 (1972); Salton & Buckley, Information Processing &
Management 24 (1988); runs of characters Cavnar & Trenkle, SDAIR (1994).
"""

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Prepared, Processing, Schema
from daylight.runtime.operations.ngrams import Length
from daylight.runtime.operations.term_scores import Link, Terms
from daylight.training.convex import (
    LinearScores,
    Loss,
    binary_cross_entropy,
    cross_entropy,
    fit_scores,
    squared_error,
)
from daylight.training.settings import Positive
from daylight.training.terms import TermModel, count_texts, matrix, term_processing

if TYPE_CHECKING:
    from daylight.core.types import Array

LENGTH = 30.0
"""Of a text's row while the weights are sought: the search stops by the size of slopes."""


class Settings(Config):
    """Which terms, and how small their weights are held.

    Attributes:
        words: The longest run of words.
        characters: The shortest and the longest run of characters within a word; ``[0, 0]`` for
            none.
        min_texts: Texts of train that a term occurs in, at least.
        max_terms: So many of the commonest are kept.
        penalties: On the sum of the squared weights, beside the mean loss, where each text's row
            has length 1. Tried from the largest on, each from the weights of the one before, until
            validation likes one less.
    """

    words: Length = 2
    characters: tuple[Length, Length] = (3, 5)
    min_texts: Annotated[int, msgspec.Meta(ge=1)] = 2
    max_terms: Annotated[int, msgspec.Meta(ge=1)] = 500_000
    penalties: Annotated[tuple[Positive, ...], msgspec.Meta(min_length=1)] = (
        1e-3,
        3e-4,
        1e-4,
        3e-5,
        1e-5,
        3e-6,
    )


def processing(schema: Schema, settings: Settings) -> Processing:
    """Runs of words and characters."""
    return term_processing(schema, words=settings.words, characters=settings.characters)


def fit(prepared: Prepared, settings: Settings, context: Context) -> TermModel:
    """Counts, then goes to the bottom of the loss for each penalty; the best by validation."""
    train, validation = prepared.splits["train"], prepared.splits["validation"]
    counted = count_texts(train.inputs["terms"])
    counted = counted.commonest(at_least=settings.min_texts, at_most=settings.max_terms)
    rarity = np.log((1 + counted.num_texts) / (1 + counted.counts)) + 1
    known = Terms(counted.terms, rarity.astype(np.float32), "tfidf")
    rows, shown = (
        LENGTH * matrix(known, each.inputs["terms"]).astype(np.float32)
        for each in (train, validation)
    )
    aim = _Aim.of(prepared)
    scores = best = LinearScores.zero(rows.shape[1], aim.width)
    lowest = inf
    for penalty in sorted(settings.penalties, reverse=True):
        scores = fit_scores(
            rows,
            aim.target,
            loss=aim.loss,
            penalty=penalty * LENGTH**2,
            start=scores,
            context=context,
        )
        loss, _ = aim.loss(scores(shown), aim.shown)
        if loss >= lowest:
            break
        lowest, best = loss, scores
    weights, bias = LENGTH * aim.scale * best.weights, aim.scale * best.bias + aim.mean
    return TermModel.of(known, weights, bias, link=aim.link)


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is sought: a class, any number of labels, or numbers of mean 0 and deviation 1.

    Attributes:
        target: Of train.
        shown: Of validation.
        width: Scores for a text.
        mean: Of the numbers, and 0 for classes.
        scale: Their deviation, and 1 for classes.
    """

    target: "Array"
    shown: "Array"
    loss: Loss
    width: int
    link: Link
    mean: float = 0.0
    scale: float = 1.0

    @classmethod
    def of(cls, prepared: Prepared) -> "_Aim":
        """By the kind of answer."""
        target, shown = (
            np.asarray(prepared.splits[name].targets["target"].values)
            for name in ("train", "validation")
        )
        if prepared.answer == "label":
            return cls(target, shown, cross_entropy, len(prepared.labels), "softmax")
        if prepared.answer == "labels":
            return cls(target, shown, binary_cross_entropy, len(prepared.labels), "sigmoid")
        mean, scale = float(target.mean()), float(target.std()) or 1.0
        return cls(
            (target - mean) / scale,
            (shown - mean) / scale,
            squared_error,
            1,
            "identity",
            mean,
            scale,
        )


def load(folder: Path) -> TermModel:
    """Reads what ``save`` wrote."""
    return TermModel.load(folder)
