"""A 95 % interval for every value, with a word of caution where it may not cover."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

from daylight.core.errors import DataError
from daylight.core.types import Columns, Metric
from daylight.metrics.resampling import NUM_RESAMPLES, Resampled, resample
from daylight.metrics.statistic import num_rows, statistic

if TYPE_CHECKING:
    from daylight.core.types import Array

CONFIDENCE = 0.95
NORMAL = NormalDist()
Z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)

# Coverage of 93 to 97 % is shown by tests within these bounds, and promised nowhere else.
SHOWN_FROM = 200
SHOWN_RATIOS = (0.05, 0.95)
SHOWN_INFLUENCE = 5.0
SHOWN_UNDEFINED = 0.01
ROUNDING = 1e-12
"""Resamples that differ by less, relative to the value, are equal."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its interval: ``low <= value <= high``, all ``None`` where it is not defined.

    Attributes:
        num_examples: How many examples it rests on: for proportions, the trials.
        reliable: Whether the interval is known to cover in 93 to 97 % of cases.
        caution: Why not, in plain words; empty if reliable.
    """

    value: float | None
    low: float | None
    high: float | None
    method: Literal["wilson", "bca"]
    num_examples: int
    reliable: bool = True
    caution: str = ""


def measure(
    metrics: Sequence[Metric],
    *,
    targets: Columns,
    outputs: Columns,
    random: np.random.Generator,
    num_resamples: int = NUM_RESAMPLES,
) -> dict[str, tuple[Measured, ...]]:
    """Measures all metrics, on the same resamples where they need any.

    Returns:
        By name of the metric, in the order given: one measurement, or one per label.

    Raises:
        DataError: There are no examples.
    """
    rows = num_rows(targets)
    if rows == 0:
        raise DataError(
            "There are no examples to measure on.", hint="Give the test split more examples."
        )
    measured: dict[str, tuple[Measured, ...]] = {metric.name: () for metric in metrics}
    to_resample = [metric for metric in metrics if metric.trials is None]
    resampled = (
        resample(
            [statistic(metric, targets, outputs) for metric in to_resample],
            rows,
            random=random,
            num_resamples=num_resamples,
        )
        if to_resample
        else []
    )
    for metric, one in zip(to_resample, resampled, strict=True):
        measured[metric.name] = _bootstrapped(metric, one)
    for metric in metrics:
        if metric.trials is not None:
            values = statistic(metric, targets, outputs)(np.ones((1, rows)))[0]
            trials = metric.trials(targets, outputs)
            pairs = zip(np.ravel(values).tolist(), np.ravel(trials).tolist(), strict=True)
            measured[metric.name] = tuple(_proportion(value, count) for value, count in pairs)
    return measured


def wilson(value: float, trials: int) -> tuple[float, float]:
    """Score interval of a proportion, inside 0..1 and never empty.

    Source: Wilson 1927; the form in Brown, Cai and DasGupta 2001, equation 4.

    >>> [round(bound, 3) for bound in wilson(0.9, 100)]
    [0.826, 0.945]
    """
    spread = Z**2 / trials
    centre = (value + spread / 2) / (1 + spread)
    half = (spread * value * (1 - value) + spread**2 / 4) ** 0.5 / (1 + spread)
    return min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half))


def bca(value: float, draws: "Array", left_out: "Array") -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap interval; contains ``value``.

    Args:
        value: On the examples as they are.
        draws: On resamples, finite; shape ``(num_resamples,)``.
        left_out: Without one group each, finite; shape ``(groups,)``.

    Source: Efron 1987, equations 2.3 and 6.7; acceleration by the jackknife as in Efron and
    Tibshirani 1993, equation 14.15.
    """
    num_draws = len(draws)
    # Draws equal to the value count half: proportions and ranks have many.
    below = (np.sum(draws < value) + np.sum(draws <= value)) / 2
    share = min(max(float(below) / num_draws, 0.5 / num_draws), 1 - 0.5 / num_draws)
    bias = NORMAL.inv_cdf(share)
    influence = left_out.mean() - left_out if len(left_out) else np.zeros(1)
    squares = float(np.sum(influence**2))
    acceleration = float(np.sum(influence**3)) / (6 * squares**1.5) if squares > 0 else 0.0

    levels = []
    for z in (-Z, Z):
        shrink = 1 - acceleration * (bias + z)
        # Past the pole the interval has run to the end of the draws.
        moved = bias + (bias + z) / shrink if shrink > 0 else z * np.inf
        levels.append(NORMAL.cdf(moved))
    low, high = np.quantile(draws, levels).tolist()
    return min(low, value), max(high, value)


def _proportion(value: float, trials: int) -> Measured:
    if trials == 0:
        return _undefined("wilson", 0)
    low, high = wilson(value, trials)
    cautions = [_few(trials), _outside(value)]
    return _with_cautions(Measured(value, low, high, "wilson", trials), cautions)


def _bootstrapped(metric: Metric, resampled: Resampled) -> tuple[Measured, ...]:
    columns = zip(resampled.value.tolist(), resampled.draws.T, resampled.left_out.T, strict=True)
    return tuple(
        _bootstrapped_value(metric, value, draws, left_out, resampled.num_rows)
        for value, draws, left_out in columns
    )


def _bootstrapped_value(
    metric: Metric, value: float, draws: "Array", left_out: "Array", rows: int
) -> Measured:
    defined, left_out = draws[np.isfinite(draws)], left_out[np.isfinite(left_out)]
    if not np.isfinite(value) or len(defined) == 0:
        return _undefined("bca", rows)
    low, high = bca(value, defined, left_out)
    undefined = 1 - len(defined) / len(draws)
    cautions = [_few(rows)]
    if metric.unit == "ratio":
        cautions.append(_outside(value))
    if np.ptp(defined) <= ROUNDING * abs(value):
        cautions.append("Every resample gave this same value, so its uncertainty is not known.")
    elif influential(left_out, rows) < SHOWN_INFLUENCE:
        cautions.append("A few examples decide this value.")
    if undefined > SHOWN_UNDEFINED:
        cautions.append(f"It is not defined in {undefined:.0%} of resamples.")
    return _with_cautions(Measured(value, low, high, "bca", rows), cautions)


def influential(left_out: "Array", rows: int) -> float:
    """How many examples of equal influence would decide a value as these do; at most ``rows``.

    The rows over the kurtosis of their influence: of a share of 5 % in 200 rows, 11.

    Args:
        left_out: Shape ``(groups,)``. Groups of several rows hide how unequal the rows are: the
            kurtosis over 3 shrinks by the size of the groups, which is undone here.
        rows: How many examples there are.
    """
    if len(left_out) < 2:
        return float(len(left_out))
    influence = left_out - left_out.mean()
    squares = float(np.mean(influence**2))
    if squares == 0:
        return float(rows)
    kurtosis = float(np.mean(influence**4)) / squares**2
    return rows / max(1.0, 3 + (kurtosis - 3) * rows / len(left_out))


def _undefined(method: Literal["wilson", "bca"], num_examples: int) -> Measured:
    caution = "It is not defined on these examples."
    return Measured(None, None, None, method, num_examples, reliable=False, caution=caution)


def _few(num_examples: int) -> str:
    if num_examples >= SHOWN_FROM:
        return ""
    noun = "example" if num_examples == 1 else "examples"
    return f"It rests on {num_examples} {noun}; intervals are shown to hold from {SHOWN_FROM}."


def _outside(value: float) -> str:
    low, high = SHOWN_RATIOS
    if low <= value <= high:
        return ""
    return f"Intervals are shown to hold for values from {low} to {high}."


def _with_cautions(measured: Measured, cautions: Sequence[str]) -> Measured:
    caution = " ".join(one for one in cautions if one)
    return replace(measured, reliable=not caution, caution=caution)
