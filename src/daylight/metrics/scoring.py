"""The scores of a model beside its baseline's, and the pictures that go with them."""

from collections.abc import Sequence

import numpy as np

from daylight.core.kinds import AnswerKind
from daylight.core.sections import Figure, Score
from daylight.core.types import Columns, Metric
from daylight.metrics import FIGURES, METRICS
from daylight.metrics.intervals import Measured, measure


def metrics_of(kind: AnswerKind, primary: str) -> tuple[Metric, ...]:
    """All metrics of an answer kind, the primary one first.

    Raises:
        UnknownNameError: ``primary`` is not in the table of metrics.
    """
    names = (primary, *(name for name in kind.metrics if name != primary))
    return tuple(METRICS[name] for name in names)


def score(
    metrics: Sequence[Metric],
    *,
    targets: Columns,
    outputs: Columns,
    baseline: Columns | None,
    labels: Sequence[str],
    random: np.random.Generator,
) -> tuple[Score, ...]:
    """Measures a model and its baseline with 95 % intervals.

    Args:
        metrics: In the order wanted; see ``metrics_of``.
        targets: What is right.
        outputs: What the model answered.
        baseline: What the baseline answered, if there is one.
        labels: Names for metrics that are measured per label.
        random: Decides the resamples: an equal seed gives equal intervals.

    Returns:
        One score per metric, or one per label in the order of ``labels``.

    Raises:
        DataError: There are no examples.
    """
    measured = measure(metrics, targets=targets, outputs=outputs, random=random)
    beside = measure(metrics, targets=targets, outputs=baseline, random=random) if baseline else {}
    scores: list[Score] = []
    for metric in metrics:
        names: Sequence[str | None] = labels if metric.per_label else [None]
        values = measured[metric.name]
        others: Sequence[Measured | None] = beside.get(metric.name, [None] * len(values))
        for name, value, other in zip(names, values, others, strict=True):
            scores.append(_score(metric, name, value, other))
    return tuple(scores)


def _score(metric: Metric, label: str | None, value: Measured, baseline: Measured | None) -> Score:
    return Score(
        metric=metric.name,
        title=metric.title,
        unit=metric.unit,
        higher_is_better=metric.higher_is_better,
        value=value.value,
        low=value.low,
        high=value.high,
        method=value.method,
        num_examples=value.num_examples,
        reliable=value.reliable,
        caution=value.caution,
        label=label,
        baseline=baseline.value if baseline else None,
        baseline_low=baseline.low if baseline else None,
        baseline_high=baseline.high if baseline else None,
    )


def figures(
    kind: AnswerKind, *, targets: Columns, outputs: Columns, labels: Sequence[str]
) -> tuple[Figure, ...]:
    """All figures of an answer kind, in the order in which it names them."""
    return tuple(FIGURES[name](targets, outputs, labels) for name in kind.figures)
