"""Metrics of answers that are any number of labels each.

Targets are 0 or 1, ``(rows, labels)``. Macro F1, precision and recall are in ``metrics.label``.

Source: Tsoumakas, Katakis & Vlahavas, Mining multi-label data (2010), section 7; names as in
scikit-learn.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import each_answered
from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, num_rows, ratio, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array


def _micro_f1(targets: Columns, outputs: Columns) -> Statistic:
    """F1 of all pairs of example and label together; not defined where there are none."""
    true, given = targets["target"].values > 0, each_answered(outputs)
    parts = [2.0 * (true & given).sum(axis=1), true.sum(axis=1) + given.sum(axis=1)]
    both = np.stack(parts, axis=1).astype(np.float64)

    def micro_f1(weights: "Array") -> "Array":
        sums = weights @ both
        return ratio(sums[:, 0], sums[:, 1])

    return micro_f1


def _ranking_precision(targets: Columns, outputs: Columns) -> Statistic:
    """Of the labels that are at least as probable as a true one, the share that is true.

    The mean over an example's true labels, then over examples; 1 where all or none are true.

    Source: Schapire & Singer, BoosTexter, Machine Learning 39 (2000), "average precision".
    """
    true, probable = targets["target"].values > 0, outputs["probabilities"].values
    order = np.argsort(-probable, axis=1, kind="stable")
    sorted_true = np.take_along_axis(true, order, axis=1)
    ranked = np.take_along_axis(probable, order, axis=1)
    hits = np.cumsum(sorted_true, axis=1)
    # Equals are ranked where the last of them stands.
    last = np.arange(ranked.shape[1])[::-1]
    ends = np.ones_like(sorted_true)
    ends[:, :-1] = ranked[:, :-1] != ranked[:, 1:]
    place = np.where(ends, np.arange(ranked.shape[1]), ranked.shape[1])
    place = np.minimum.accumulate(place[:, last], axis=1)[:, last]
    shares = np.take_along_axis(hits, place, axis=1) / (place + 1)
    num_true = true.sum(axis=1)
    mean = np.where(sorted_true, shares, 0.0).sum(axis=1) / np.maximum(num_true, 1)
    return weighted_mean(np.where(num_true > 0, mean, 1.0))


def _subset_accuracy(targets: Columns, outputs: Columns) -> Statistic:
    """Share of rows of which exactly the true labels are answered."""
    right = (targets["target"].values > 0) == each_answered(outputs)
    return weighted_mean(right.all(axis=1).astype(np.float64))


def _count_rows(targets: Columns, outputs: Columns) -> "Array":  # noqa: ARG001 - one signature
    return np.array(num_rows(targets))


def _hamming_loss(targets: Columns, outputs: Columns) -> Statistic:
    """Share of all pairs of example and label that are answered wrongly."""
    wrong = (targets["target"].values > 0) != each_answered(outputs)
    return weighted_mean(wrong.mean(axis=1, dtype=np.float64))


MICRO_F1 = Metric(
    name="micro_f1",
    title="Micro F1",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_micro_f1),
)
RANKING_PRECISION = Metric(
    name="ranking_precision",
    title="Label ranking average precision",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_ranking_precision),
)
SUBSET_ACCURACY = Metric(
    name="subset_accuracy",
    title="Subset accuracy",
    unit="ratio",
    higher_is_better=True,
    interval="wilson",
    score=Weighted(_subset_accuracy),
    trials=_count_rows,
)
HAMMING_LOSS = Metric(
    name="hamming_loss",
    title="Hamming loss",
    unit="ratio",
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_hamming_loss),
)
