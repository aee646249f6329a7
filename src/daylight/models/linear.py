"""One weight for each input and class, and nothing hidden: logistic or ridge regression.

Source: Cox, Journal of the Royal Statistical Society B 20 (1958); for several classes and how
weights are held small: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section
4.4; for numbers: Hoerl & Kennard, Technometrics 12 (1970).
"""

from collections.abc import Mapping, Sequence
from functools import partial
from math import inf, prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.shown import numbers_processing
from daylight.training.convex import (
    LinearScores,
    Loss,
    cross_entropy,
    fit_scores,
    squared_error,
)
from daylight.training.network import Network
from daylight.training.pictures import facts_of, flat_numbers, new_module
from daylight.training.settings import Positive

if TYPE_CHECKING:
    from daylight.core.types import Array, Split

MAX_SIZE = 32
"""Pixels per side unless set: the finer the pictures, the less a single pixel says."""


class Settings(Config):
    """Sizes, and how small weights are held.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        penalties: On the sum of the squared weights, beside the mean loss. Tried from the largest
            on, each from the weights of the one before, until validation likes one less.
    """

    size: Annotated[int, msgspec.Meta(ge=1, le=512)] | None = None
    penalties: Annotated[tuple[Positive, ...], msgspec.Meta(min_length=1)] = (
        0.1,
        0.03,
        0.01,
        3e-3,
        1e-3,
        3e-4,
        1e-4,
        3e-5,
        1e-5,
    )


def processing(schema: Schema, settings: Settings) -> Processing:
    """Small pictures of one size, gray if all are; rows of numbers around zero."""
    return numbers_processing(schema, scaled=True, max_size=MAX_SIZE, size=settings.size)


class Linear(nn.Module):
    """Numbers to class scores, or to one number.

    Args:
        shape: Height, width and channels of a picture, or the features of a row.
        num_classes: Scores per picture or row; 0 for a number.
    """

    def __init__(self, shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.features = flat_numbers(shape)
        self.scores = nn.Linear(prod(shape), num_classes or 1)
        self.is_number = not num_classes

    def linear_weights(self) -> "Array":
        """One per class, or one, and feature: float64 ``(classes, features)``."""
        weights: Array = self.scores.weight.detach().double().numpy()
        return weights

    def forward(self, shown: Tensor) -> Tensor:
        """Pictures or rows to raw scores ``(rows, classes)``, or to ``(rows,)``."""
        scores: Tensor = self.scores(self.features(shown))
        return scores.squeeze(1) if self.is_number else scores


def build(settings: Mapping[str, Any]) -> Linear:
    """The network of a configuration."""
    return Linear(settings["shape"], settings["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Goes to the bottom of the loss for each penalty, and keeps the best by validation."""
    facts = facts_of(prepared, {})
    module = new_module(build, facts, prepared, context)
    scores = _fit_scores(module, prepared, settings, context)
    with torch.no_grad():
        module.scores.weight.copy_(torch.from_numpy(scores.weights.T))
        module.scores.bias.copy_(torch.from_numpy(scores.bias))
    return Network.of(module, prepared, facts)


def _fit_scores(
    module: Linear, prepared: Prepared, settings: Settings, context: Context
) -> LinearScores:
    best = partial(_best, penalties=settings.penalties, context=context)
    train, validation = (
        (_features(module, prepared.splits[name]), prepared.splits[name].targets["target"].values)
        for name in ("train", "validation")
    )
    if module.is_number:
        middle, spread = float(train[1].mean()), float(train[1].std()) or 1.0
        train, validation = ((x, (y - middle) / spread) for x, y in (train, validation))
        found = best(train, validation, num_scores=1, loss=squared_error)
        return LinearScores(found.weights * spread, found.bias * spread + middle)
    return best(train, validation, num_scores=len(prepared.labels), loss=cross_entropy)


def _best(
    train: "tuple[Array, Array]",
    validation: "tuple[Array, Array]",
    *,
    num_scores: int,
    loss: Loss,
    penalties: Sequence[float],
    context: Context,
) -> LinearScores:
    """By the loss on validation; of features and target each."""
    scores = best = LinearScores.zero(train[0].shape[1], num_scores)
    lowest = inf
    for penalty in sorted(penalties, reverse=True):
        scores = fit_scores(*train, loss=loss, penalty=penalty, start=scores, context=context)
        found, _ = loss(scores(validation[0]), validation[1])
        if found >= lowest:
            break
        lowest, best = found, scores
    return best


def _features(module: Linear, split: "Split") -> "Array":
    [column] = split.inputs.values()
    features: Array = module.features(torch.from_numpy(np.array(column.values))).numpy()
    return features


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
