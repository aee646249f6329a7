"""Linear scores on fixed features, found at the bottom of a convex loss rather than by steps.

scikit-learn's machine takes sixteen bytes per number and a copy, too much for 60,000 rows of
thousands of features; here both losses share one search.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from daylight.core.context import Context

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_STEPS = 200
MEMORY = 20
"""Steps that the curvature is estimated from."""

FLAT = 1e-4
"""Largest slope at which the search is over."""

COLDEST, HOTTEST = 1e-3, 1e3

Loss = Callable[["Array", "Array"], "tuple[float, Array]"]
"""Scores ``(rows, classes)`` and target, ``(rows,)`` or of that shape, to the mean over the
rows, and its slope by score."""


def cross_entropy(scores: "Array", target: "Array") -> "tuple[float, Array]":
    """Of softmax, in nats."""
    logs = _log_softmax(scores)
    rows = np.arange(len(target))
    slope = np.exp(logs)
    slope[rows, target] -= 1
    return -float(logs[rows, target].mean(dtype=np.float64)), slope / len(target)


def binary_cross_entropy(scores: "Array", target: "Array") -> "tuple[float, Array]":
    """Of one sigmoid for each label, in nats, summed over the labels; the target is 0 or 1."""
    wanted = target.astype(scores.dtype)
    # log(1 + exp(score)) - wanted * score, without overflow
    losses = np.maximum(scores, 0) - wanted * scores + np.log1p(np.exp(-np.abs(scores)))
    loss = float(losses.sum(dtype=np.float64)) / len(target)
    return loss, (0.5 + 0.5 * np.tanh(scores / 2) - wanted) / len(target)


def squared_hinge(scores: "Array", target: "Array") -> "tuple[float, Array]":
    """Each class against the rest: by how much scores miss a margin of 1, squared.

    Source: Chapelle, Training a support vector machine in the primal, Neural Computation 19 (2007),
    section 3.
    """
    sides = np.where(np.arange(scores.shape[1]) == target[:, None], 1, -1).astype(scores.dtype)
    missed = np.maximum(0, 1 - sides * scores)
    loss = float(np.square(missed).sum(dtype=np.float64)) / len(target)
    return loss, -2 * sides * missed / len(target)


def squared_error(scores: "Array", target: "Array") -> "tuple[float, Array]":
    """Half of it; there is one score for each row, and the target is a number."""
    missed = scores - target[:, None].astype(scores.dtype)
    loss = float(np.square(missed).sum(dtype=np.float64)) / (2 * len(target))
    return loss, missed / len(target)


@dataclass(frozen=True, slots=True)
class LinearScores:
    """``features @ weights + bias``.

    Attributes:
        weights: float64 ``(features, classes)``.
        bias: float64 ``(classes,)``.
    """

    weights: "Array"
    bias: "Array"

    @classmethod
    def zero(cls, num_features: int, num_classes: int) -> "LinearScores":
        """Where a search begins."""
        return cls(np.zeros((num_features, num_classes)), np.zeros(num_classes))

    def __call__(self, features: "Array") -> "Array":
        """Scores ``(rows, classes)``, in the precision of the features."""
        kind = features.dtype
        scores: Array = features @ self.weights.astype(kind) + self.bias.astype(kind)
        return scores


def fit_scores(
    features: "Array",
    target: "Array",
    *,
    loss: Loss,
    penalty: float,
    start: LinearScores,
    context: Context,
) -> LinearScores:
    """Minimises ``loss + penalty / 2 * |weights|^2``; a bias costs nothing.

    Args:
        features: float32 ``(rows, features)``.
        target: Index of the class, int64 ``(rows,)``; or a number.
        loss: Of the scores.
        penalty: Above 0.
        start: The closer, the fewer steps.
        context: A deadline may end the search before the bottom.

    Source: L-BFGS, Liu & Nocedal, Mathematical Programming 45 (1989).
    """
    num_features, num_classes = start.weights.shape

    def unpacked(point: "Array") -> LinearScores:
        both = point.reshape(num_features + 1, num_classes)
        return LinearScores(both[:-1], both[-1])

    def value_and_slope(point: "Array") -> "tuple[float, Array]":
        here = unpacked(point)
        value, by_score = loss(here(features), target)
        value += penalty / 2 * float(np.square(here.weights).sum())
        by_weight = features.T @ by_score + penalty * here.weights
        by_bias = by_score.sum(axis=0, dtype=np.float64)
        return value, np.concatenate([by_weight, by_bias[None]]).ravel()

    steps = count(1)

    def stop_in_time(intermediate_result: object) -> None:  # noqa: ARG001 - scipy's signature
        if context.stops(f"steps at penalty {penalty:g}", next(steps)):
            raise StopIteration

    found = minimize(
        value_and_slope,
        np.concatenate([start.weights, start.bias[None]]).ravel(),
        jac=True,
        method="L-BFGS-B",
        callback=stop_in_time,
        options={"maxiter": MAX_STEPS, "maxcor": MEMORY, "gtol": FLAT},
    )
    return unpacked(found.x)


def fit_temperature(scores: "Array", target: "Array") -> float:
    """What scores must be divided by so that softmax gives the most likely probabilities.

    Args:
        scores: ``(rows, classes)``, of rows that the scores were not fitted on.
        target: int64 ``(rows,)``.

    Source: Guo et al., arXiv:1706.04599, section 4.2, "temperature scaling".
    """
    found = minimize_scalar(
        lambda log: cross_entropy(scores.astype(float) / np.exp(log), target)[0],
        bounds=(np.log(COLDEST), np.log(HOTTEST)),
        method="bounded",
    )
    return float(np.exp(found.x))


def _log_softmax(scores: "Array") -> "Array":
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs
