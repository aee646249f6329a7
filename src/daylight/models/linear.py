"""Multinomial logistic regression: one weight for each pixel and class, and nothing hidden.

Source: Cox, Journal of the Royal Statistical Society B 20 (1958); for several classes and how
weights are held small: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section
4.4.
"""

from collections.abc import Mapping, Sequence
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
from daylight.data.images import small_picture_processing
from daylight.training.convex import LinearScores, cross_entropy, fit_scores
from daylight.training.network import Network
from daylight.training.pictures import Standardize, new_module, picture_facts
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
    """Small pictures of one size, gray if all are."""
    return small_picture_processing(schema, max_size=MAX_SIZE, size=settings.size)


class Linear(nn.Module):
    """Bytes to class scores.

    Args:
        shape: Height, width and channels of a picture.
        num_classes: Scores per picture.
    """

    def __init__(self, shape: Sequence[int], num_classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(Standardize(shape[-1]), nn.Flatten())
        self.scores = nn.Linear(prod(shape), num_classes)

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, channels)`` to raw scores ``(rows, classes)``."""
        scores: Tensor = self.scores(self.features(pixels))
        return scores


def build(settings: Mapping[str, Any]) -> Linear:
    """The network of a configuration."""
    return Linear(settings["shape"], settings["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Goes to the bottom of the loss for each penalty, and keeps the best by validation."""
    facts = picture_facts(prepared, {})
    module = new_module(build, facts, prepared, context)
    scores = _fit_scores(module, prepared, settings, context)
    with torch.no_grad():
        module.scores.weight.copy_(torch.from_numpy(scores.weights.T))
        module.scores.bias.copy_(torch.from_numpy(scores.bias))
    return Network.of(module, prepared, facts)


def _fit_scores(
    module: Linear, prepared: Prepared, settings: Settings, context: Context
) -> LinearScores:
    train, validation = (
        (_features(module, prepared.splits[name]), prepared.splits[name].targets["target"].values)
        for name in ("train", "validation")
    )
    scores = best = LinearScores.zero(train[0].shape[1], len(prepared.labels))
    lowest = inf
    for penalty in sorted(settings.penalties, reverse=True):
        scores = fit_scores(
            *train, loss=cross_entropy, penalty=penalty, start=scores, context=context
        )
        loss, _ = cross_entropy(scores(validation[0]), validation[1])
        if loss >= lowest:
            break
        lowest, best = loss, scores
    return best


def _features(module: Linear, split: "Split") -> "Array":
    pixels = torch.from_numpy(np.array(split.inputs["pixels"].values))
    features: Array = module.features(pixels).numpy()
    return features


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
