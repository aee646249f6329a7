"""Whether a second model is better than a first, on the same examples."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from daylight.core.sections import Difference
from daylight.core.types import Columns, Metric
from daylight.metrics.intervals import bca, jackknife
from daylight.metrics.resampling import NUM_RESAMPLES, Resampled, resample
from daylight.metrics.statistic import num_rows, statistic

if TYPE_CHECKING:
    from daylight.core.types import Array

Verdict = Literal["better", "worse", "no detectable difference"]

SIGNIFICANCE = 0.05
MIN_EXAMPLES = 20
"""A bootstrap of fewer gives no verdict: it would find differences that are not there."""
BLOCK_ROWS = 256


def compare(
    metrics: Sequence[Metric],
    *,
    targets: Columns,
    first: Columns,
    second: Columns,
    random: np.random.Generator,
    num_resamples: int = NUM_RESAMPLES,
) -> tuple[Difference, ...]:
    """Compares two models that answered the same examples.

    Every difference has a 95 % interval of the paired bootstrap, or jackknife where a metric says
    so: both models are measured on the same resamples. For proportions the verdict is that of
    McNemar's exact test, at 5 %; for other metrics it is whether the interval leaves out 0.

    Args:
        metrics: Those per label are left out, and those that are not defined on these examples.
        targets: What is right.
        first: What the first model answered.
        second: What the second model answered.
        random: Decides the resamples: an equal seed gives equal intervals.
        num_resamples: How many.

    Returns:
        One difference per metric that is defined for both models; none without examples.

    Source: McNemar 1947, exact as in Fagerland et al. 2013; Efron 1987 for the bootstrap.
    """
    metrics = [metric for metric in metrics if not metric.per_label]
    rows = num_rows(targets)
    if rows == 0:
        return ()
    found: dict[str, Difference] = {}
    for jackknifed, count in ((False, num_resamples), (True, 0)):
        some = [metric for metric in metrics if (metric.interval == "jackknife") == jackknifed]
        if not some:
            continue
        statistics = [
            statistic(metric, targets, outputs) for outputs in (first, second) for metric in some
        ]
        resampled = resample(statistics, rows, random=random, num_resamples=count)
        for metric, one, other in zip(some, resampled, resampled[len(some) :], strict=False):
            p_value = None
            if metric.interval == "wilson":
                p_value = mcnemar(hits(metric, targets, first), hits(metric, targets, second))
            if np.isfinite(one.value[0]) and np.isfinite(other.value[0]):
                found[metric.name] = _compared(metric, one, other, p_value)
    return tuple(found[metric.name] for metric in metrics if metric.name in found)


def mcnemar(first: "Array", second: "Array") -> float:
    """Exact two-sided p-value of equal chances to be right; booleans of shape ``(rows,)``.

    Only rows that one model gets right and the other wrong say anything.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - half a second, only to compare

    only_second, discordant = int(np.sum(second & ~first)), int(np.sum(second != first))
    return float(binomtest(only_second, discordant).pvalue) if discordant else 1.0


def hits(metric: Metric, targets: Columns, outputs: Columns) -> "Array":
    """Whether each row is a hit, for a metric that is a share of hits; shape ``(rows,)``."""
    blocks: list[Array] = []
    for start in range(0, num_rows(targets), BLOCK_ROWS):
        stop = start + BLOCK_ROWS
        some_targets = {name: column.slice(start, stop) for name, column in targets.items()}
        some_outputs = {name: column.slice(start, stop) for name, column in outputs.items()}
        alone = np.eye(num_rows(some_targets))
        blocks.append(metric.score(some_targets, some_outputs, alone) > 0.5)
    return np.concatenate(blocks)


def _compared(
    metric: Metric, first: Resampled, second: Resampled, p_value: float | None
) -> Difference:
    difference = float(second.value[0] - first.value[0])
    draws = (second.draws - first.draws)[:, 0]
    left_out = (second.left_out - first.left_out)[:, 0]
    draws, left_out = draws[np.isfinite(draws)], left_out[np.isfinite(left_out)]
    if metric.interval == "jackknife":
        low, high = jackknife(difference, left_out)
    else:
        low, high = bca(difference, draws, left_out)
    if p_value is not None:
        detected = p_value < SIGNIFICANCE
    else:
        detected = first.num_rows >= MIN_EXAMPLES and not low <= 0 <= high
    return Difference(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        first=float(first.value[0]),
        second=float(second.value[0]),
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
        method=_method(metric),
        verdict=_verdict(difference if metric.higher_is_better else -difference, detected=detected),
    )


def _method(metric: Metric) -> Literal["mcnemar", "paired bootstrap", "paired jackknife"]:
    if metric.interval == "wilson":
        return "mcnemar"
    return "paired jackknife" if metric.interval == "jackknife" else "paired bootstrap"


def _verdict(gain: float, *, detected: bool) -> Verdict:
    if not detected:
        return "no detectable difference"
    return "better" if gain > 0 else "worse"
