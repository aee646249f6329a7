"""A 95 % interval for every value, with a word of caution where it may not cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from daylight.core.errors import DataError
from daylight.core.types import Columns, Metric
from daylight.metrics.reliability import (
    doubts_of_bootstrap,
    doubts_of_classes,
    doubts_of_errors,
    doubts_of_influence,
    doubts_of_jackknife,
    doubts_of_likelihood,
    doubts_of_ratio,
    doubts_of_size,
    share_below,
)
from daylight.metrics.resampling import NUM_RESAMPLES, Resampled, resample
from daylight.metrics.statistic import Weighted, num_rows, statistic, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array

Method: TypeAlias = Literal["wilson", "bca", "jackknife"]

CONFIDENCE = 0.95
NORMAL = NormalDist()
Z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)


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
    method: Method
    num_examples: int
    reliable: bool
    caution: str


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
    for interval, count in (("bootstrap", num_resamples), ("jackknife", 0)):
        some = [metric for metric in metrics if metric.interval == interval]
        statistics = [statistic(metric, targets, outputs) for metric in some]
        if not some:
            continue
        resampled = resample(statistics, rows, random=random, num_resamples=count)
        for metric, one in zip(some, resampled, strict=True):
            measured[metric.name] = _resampled(metric, one, _doubts(metric, targets, outputs))
    for metric in metrics:
        if metric.trials is not None:
            values = statistic(metric, targets, outputs)(np.ones((1, rows)))[0]
            trials = metric.trials(targets, outputs)
            pairs = zip(np.ravel(values).tolist(), np.ravel(trials).tolist(), strict=True)
            measured[metric.name] = tuple(_proportion(value, count) for value, count in pairs)
    return measured


def measure_mean(terms: "Array", *, random: np.random.Generator) -> Measured:
    """The mean of one number per example, such as a paired difference.

    Args:
        terms: Finite; shape ``(rows,)``, at least one.
        random: Decides the resamples.
    """
    [resampled] = resample([weighted_mean(terms)], len(terms), random=random)
    value = float(resampled.value[0])
    draws, left_out = resampled.draws[:, 0], resampled.left_out[:, 0]
    left_out = left_out[np.isfinite(left_out)]  # of one example nothing is left
    doubts = [*doubts_of_size(len(terms)), *doubts_of_bootstrap(value, draws, left_out)]
    interval = bca(value, draws, left_out)
    return _measured(value, interval, method="bca", num_examples=len(terms), doubts=doubts)


def _doubts(metric: Metric, targets: Columns, outputs: Columns) -> list[str]:
    """Those that are seen in the answers themselves."""
    if not isinstance(metric.score, Weighted):
        return []
    smallest, squared = metric.score.smallest_class, metric.score.squared
    doubts = doubts_of_classes(smallest(targets)) if smallest else []
    for errors in squared(targets, outputs) if squared else ():
        doubts += [each for each in doubts_of_errors(errors) if each not in doubts]
    return [*doubts, *filter(None, [metric.score.doubt])]


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
    most = 1 - 0.5 / len(draws)
    bias = NORMAL.inv_cdf(min(max(share_below(value, draws), 1 - most), most))
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


def jackknife(value: float, left_out: "Array") -> tuple[float, float]:
    """Normal interval around ``value`` with the spread that leaving examples out shows.

    Args:
        value: On the examples as they are.
        left_out: Without one group each, finite; shape ``(groups,)``.

    Source: Efron and Tibshirani 1993, equation 11.5; groups as in Shao and Tu 1995, section 2.3.
    """
    if len(left_out) < 2:
        return value, value
    squares = float(np.sum((left_out - left_out.mean()) ** 2))
    half = Z * (squares * (len(left_out) - 1) / len(left_out)) ** 0.5
    return value - half, value + half


def _proportion(value: float, trials: int) -> Measured:
    if trials == 0:
        return _measured(None, None, method="wilson", num_examples=0)
    doubts = [*doubts_of_size(trials), *doubts_of_ratio(value)]
    interval = wilson(value, trials)
    return _measured(value, interval, method="wilson", num_examples=trials, doubts=doubts)


def _resampled(metric: Metric, resampled: Resampled, doubts: Sequence[str]) -> tuple[Measured, ...]:
    columns = zip(resampled.value.tolist(), resampled.draws.T, resampled.left_out.T, strict=True)
    measure_one = _jackknifed_value if metric.interval == "jackknife" else _bootstrapped_value
    return tuple(
        measure_one(metric, *column, rows=resampled.num_rows, doubts=doubts) for column in columns
    )


def _bootstrapped_value(
    metric: Metric,
    value: float,
    draws: "Array",
    left_out: "Array",
    *,
    rows: int,
    doubts: Sequence[str],
) -> Measured:
    defined = draws[np.isfinite(draws)]
    has_squares = isinstance(metric.score, Weighted) and metric.score.squared
    if not np.isfinite(value) or len(defined) == 0:
        return _measured(None, None, method="bca", num_examples=rows)
    doubts = [
        *doubts_of_size(rows),
        *doubts,
        *(doubts_of_ratio(value) if metric.unit == "ratio" else []),
        *(doubts_of_likelihood(value) if metric.unit == "nats" else []),
        *(doubts_of_influence(left_out, rows) if not has_squares else []),
        *doubts_of_bootstrap(value, draws, left_out),
    ]
    interval = bca(value, defined, left_out[np.isfinite(left_out)])
    return _measured(value, interval, method="bca", num_examples=rows, doubts=doubts)


def _jackknifed_value(
    metric: Metric,
    value: float,
    draws: "Array",  # noqa: ARG001 - one signature; there are none
    left_out: "Array",
    *,
    rows: int,
    doubts: Sequence[str],
) -> Measured:
    if not np.isfinite(value):
        return _measured(None, None, method="jackknife", num_examples=rows)
    doubts = [
        *doubts_of_size(rows),
        *doubts,
        *(doubts_of_ratio(value) if metric.unit == "ratio" else []),
        *doubts_of_jackknife(value, left_out, rows),
    ]
    low, high = jackknife(value, left_out[np.isfinite(left_out)])
    if metric.unit == "ratio":
        low, high = max(0.0, low), min(1.0, high)
    return _measured(value, (low, high), method="jackknife", num_examples=rows, doubts=doubts)


def _measured(
    value: float | None,
    interval: tuple[float, float] | None,
    *,
    method: Method,
    num_examples: int,
    doubts: Sequence[str] = ("It is not defined on these examples.",),
) -> Measured:
    low, high = interval if interval else (None, None)
    return Measured(
        value=value,
        low=low,
        high=high,
        method=method,
        num_examples=num_examples,
        reliable=not doubts,
        caution=" ".join(doubts),
    )
