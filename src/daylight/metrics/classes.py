"""What F1, precision and recall are made of, whether an example has one label or several."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import answered, each_answered
from daylight.core.types import Columns
from daylight.metrics.statistic import Statistic, group_sums

if TYPE_CHECKING:
    from daylight.core.types import Array


def have_several(targets: Columns) -> bool:
    """Whether targets are 0 or 1 for each label, rather than the place of one."""
    return targets["target"].values.ndim == 2


def counts_by_class(targets: Columns, outputs: Columns) -> Statistic:
    """Weights of hits, of targets and of answers per label, unknown first.

    Returns:
        A statistic of shape ``(3, draws, labels + 1)``; column 0 is for targets of -1.
    """
    if have_several(targets):
        true, given = targets["target"].values > 0, each_answered(outputs)
        each = [np.pad(of, ((0, 0), (1, 0))).astype(float) for of in (true & given, true, given)]
        return lambda weights: np.stack([weights @ of for of in each])
    target = targets["target"].values + 1
    answer = answered(outputs) + 1
    num_groups = outputs["probabilities"].values.shape[1] + 1
    sums = (
        group_sums(np.where(target == answer, target, -1), num_groups),
        group_sums(target, num_groups),
        group_sums(answer, num_groups),
    )
    return lambda weights: np.stack([of(weights) for of in sums])


def smallest_class(targets: Columns) -> int:
    """How many examples the rarest class has, of those that are present; -1 counts as one."""
    if have_several(targets):
        counts = targets["target"].values.sum(axis=0, dtype=np.int64)
        return int(counts[counts > 0].min(initial=len(targets["target"])))
    return int(np.unique(targets["target"].values, return_counts=True)[1].min())


def num_answers(targets: Columns, outputs: Columns) -> "Array":
    """How often each label is answered: int64 ``(labels,)``."""
    if have_several(targets):
        given: Array = each_answered(outputs).sum(axis=0, dtype=np.int64)
        return given
    num_labels = outputs["probabilities"].values.shape[1]
    return np.bincount(answered(outputs), minlength=num_labels)


def num_targets(targets: Columns, outputs: Columns) -> "Array":
    """How many examples each label has: int64 ``(labels,)``."""
    if have_several(targets):
        true: Array = targets["target"].values.sum(axis=0, dtype=np.int64)
        return true
    num_labels = outputs["probabilities"].values.shape[1]
    return np.bincount(targets["target"].values + 1, minlength=num_labels + 1)[1:]
