"""Metrics of answers that are one real number each."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, ratio, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array

ROUNDING = 1e-12
TARGET_UNIT = "target's unit"
"""Stands for what the target is measured in; whoever knows its name says that instead."""


def _error(targets: Columns, outputs: Columns) -> "Array":
    error: Array = outputs["value"].values.astype(np.float64) - targets["target"].values
    return error


def _rmse(targets: Columns, outputs: Columns) -> Statistic:
    """Square root of the mean squared error."""
    mean_squared_error = weighted_mean(_error(targets, outputs) ** 2)

    def rmse(weights: "Array") -> "Array":
        root: Array = np.sqrt(mean_squared_error(weights))
        return root

    return rmse


def _mae(targets: Columns, outputs: Columns) -> Statistic:
    """Mean absolute error."""
    return weighted_mean(np.abs(_error(targets, outputs)))


def _r2(targets: Columns, outputs: Columns) -> Statistic:
    """One minus the squared error's share of the targets' variance; at most 1, may be negative.

    Not defined (NaN) where all targets (of a draw) are equal.
    """
    target = targets["target"].values
    squared_error = weighted_mean(_error(targets, outputs) ** 2)
    # Centred first, so that the difference of two means below loses no digits.
    centred = target - target.mean()
    mean, mean_square = weighted_mean(centred), weighted_mean(centred**2)

    def r2(weights: "Array") -> "Array":
        square = mean_square(weights)
        variance = square - mean(weights) ** 2
        # What rounding leaves of equal targets is no variance.
        variance = np.where(variance > ROUNDING * square, variance, 0.0)
        return 1 - ratio(squared_error(weights), variance)

    return r2


def _error_and_spread(targets: Columns, outputs: Columns) -> "list[Array]":
    target = targets["target"].values
    return [_error(targets, outputs), target - target.mean()]


RMSE = Metric(
    name="rmse",
    title="Root mean squared error",
    unit=TARGET_UNIT,
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_rmse, squared=lambda *both: [_error(*both)]),
)
MAE = Metric(
    name="mae",
    title="Mean absolute error",
    unit=TARGET_UNIT,
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_mae),
)
R2 = Metric(
    name="r2",
    title="R²",
    unit="share of variance",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_r2, squared=_error_and_spread),
)
