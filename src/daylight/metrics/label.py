"""Metrics of answers that are one label each; F1, precision and recall also of several.

Targets are indices into the labels. A target of -1 is a class that the model does not know:
whatever it answers is wrong.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import answered
from daylight.core.types import Columns, Metric
from daylight.metrics.classes import counts_by_class, num_answers, num_targets, smallest_class
from daylight.metrics.statistic import Statistic, Weighted, ratio, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array

SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)
"""Probabilities are clipped to ``[this, 1 - this]`` before the logarithm: 15.9 nats at most."""


def _accuracy(targets: Columns, outputs: Columns) -> Statistic:
    """Share of rows whose answer is the target."""
    return weighted_mean((answered(outputs) == targets["target"].values).astype(np.float64))


def _count_rows(targets: Columns, outputs: Columns) -> "Array":  # noqa: ARG001 - one signature
    return np.array(len(targets["target"]))


def _macro_f1(targets: Columns, outputs: Columns) -> Statistic:
    """Mean F1 of the classes that are present in the targets (of each draw).

    A class that is answered but never a target costs precision of nothing and is left out, unlike
    in scikit-learn's default. Unknown targets (-1) together are one class, of F1 0.
    """
    sums = counts_by_class(targets, outputs)

    def macro_f1(weights: "Array") -> "Array":
        hits, true, given = sums(weights)
        f1 = ratio(2 * hits, true + given)
        present = true > 0
        return ratio(np.where(present, f1, 0.0).sum(axis=1), present.sum(axis=1))

    return macro_f1


def _precision(targets: Columns, outputs: Columns) -> Statistic:
    """Share of the answers of a label that are right; shape ``(draws, labels)``."""
    sums = counts_by_class(targets, outputs)

    def precision(weights: "Array") -> "Array":
        hits, _, given = sums(weights)[:, :, 1:]
        return ratio(hits, given)

    return precision


def _recall(targets: Columns, outputs: Columns) -> Statistic:
    """Share of the targets of a label that are found; shape ``(draws, labels)``."""
    sums = counts_by_class(targets, outputs)

    def recall(weights: "Array") -> "Array":
        hits, true, _ = sums(weights)[:, :, 1:]
        return ratio(hits, true)

    return recall


def _one_vs_rest(positive: "Array", scores: "Array") -> Statistic:
    """Probability that a positive row scores above a negative one; ties count half.

    Args:
        positive: Boolean, shape ``(rows,)``.
        scores: Shape ``(rows,)``.

    Source: Mann and Whitney 1947; the area under the ROC curve is U / (positives * negatives).
    """
    found = np.flatnonzero(positive)
    others = np.flatnonzero(~positive)
    others = others[np.argsort(scores[others], kind="stable")]
    below = np.searchsorted(scores[others], scores[found], side="left")
    not_above = np.searchsorted(scores[others], scores[found], side="right")

    def area(weights: "Array") -> "Array":
        positives = weights[:, found]
        negatives = np.zeros((len(weights), len(others) + 1))
        np.cumsum(weights[:, others], axis=1, out=negatives[:, 1:])
        beaten = negatives[:, below] + negatives[:, not_above]
        wins = np.einsum("dr,dr->d", positives, beaten) / 2
        return ratio(wins, positives.sum(axis=1) * negatives[:, -1])

    return area


def _roc_auc(targets: Columns, outputs: Columns) -> Statistic:
    """Area under the ROC curve: of label 1 if there are two, else the mean of one against the rest.

    The mean is over the classes that have both targets and others (in each draw). Unknown targets
    (-1) are negatives of every class.
    """
    target = targets["target"].values
    probabilities = outputs["probabilities"].values
    if probabilities.shape[1] == 2:
        return _one_vs_rest(target == 1, probabilities[:, 1])
    areas = [
        _one_vs_rest(target == label, probabilities[:, label])
        for label in range(probabilities.shape[1])
        if (target == label).any()
    ]

    def roc_auc(weights: "Array") -> "Array":
        total, count = np.zeros(len(weights)), np.zeros(len(weights))
        for area in areas:
            value = area(weights)
            defined = ~np.isnan(value)
            total += np.where(defined, value, 0.0)
            count += defined
        return ratio(total, count)

    return roc_auc


def _log_loss(targets: Columns, outputs: Columns) -> Statistic:
    """Mean negative logarithm of the target's probability, clipped at float32 epsilon.

    An unknown target (-1) had no chance, and counts as the smallest probability: 15.9 nats.
    """
    target = targets["target"].values
    probabilities = outputs["probabilities"].values.astype(np.float64)
    given = probabilities[np.arange(len(target)), np.maximum(target, 0)]
    given = np.where(target >= 0, given, 0.0)
    return weighted_mean(-np.log(given.clip(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)))


def _brier(targets: Columns, outputs: Columns) -> Statistic:
    """Mean over rows of the sum of squared errors over classes; 0 to 2.

    An unknown target (-1) is one more class, which got probability 0: its squared error of 1 adds
    to those of the others.

    Source: Brier 1950, equation 2.
    """
    target = targets["target"].values
    probabilities = outputs["probabilities"].values.astype(np.float64)
    given = probabilities[np.arange(len(target)), np.maximum(target, 0)]
    given = np.where(target >= 0, given, 0.0)
    return weighted_mean((probabilities**2).sum(axis=1) - 2 * given + 1)


ACCURACY = Metric(
    name="accuracy",
    title="Accuracy",
    unit="ratio",
    higher_is_better=True,
    interval="wilson",
    score=Weighted(_accuracy),
    trials=_count_rows,
)
MACRO_F1 = Metric(
    name="macro_f1",
    title="Macro F1",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_macro_f1, smallest_class=smallest_class),
)
ROC_AUC = Metric(
    name="roc_auc",
    title="Area under the ROC curve",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_roc_auc, smallest_class=smallest_class),
)
LOG_LOSS = Metric(
    name="log_loss",
    title="Log loss",
    unit="nats",
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_log_loss),
)
BRIER = Metric(
    name="brier",
    title="Brier score",
    unit="squared error",
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_brier),
)
PRECISION = Metric(
    name="precision",
    title="Precision",
    unit="ratio",
    higher_is_better=True,
    interval="wilson",
    score=Weighted(_precision),
    trials=num_answers,
    per_label=True,
)
RECALL = Metric(
    name="recall",
    title="Recall",
    unit="ratio",
    higher_is_better=True,
    interval="wilson",
    score=Weighted(_recall),
    trials=num_targets,
    per_label=True,
)
