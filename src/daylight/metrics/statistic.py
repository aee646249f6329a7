"""What all metrics are made of: numbers that depend on how often each example counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from daylight.core.types import Column, Columns, Metric

if TYPE_CHECKING:
    from daylight.core.types import Array

Statistic: TypeAlias = "Callable[[Array], Array]"
"""Weights of shape ``(draws, rows)`` to values of shape ``(draws,)`` or ``(draws, labels)``.

Weights are non-negative multiplicities: all one for the value itself, counts for a bootstrap
resample, zero for what a jackknife leaves out. A row of weight 2 counts as two equal rows.
"""


@dataclass(frozen=True, slots=True)
class Weighted:
    """A ``Metric.score`` that looks at the answers once, then at any number of weights.

    Attributes:
        prepare: ``(targets, outputs) -> statistic``; sorting, matching and the like happen here.
        smallest_class: For means over classes: how many examples the rarest class has.
        squared: For what is made of mean squares: all that is squared, shape ``(rows,)`` each.
        doubt: What is to be said of its interval on any examples.
    """

    prepare: Callable[[Columns, Columns], Statistic]
    smallest_class: Callable[[Columns], int] | None = None
    squared: "Callable[[Columns, Columns], Sequence[Array]] | None" = None
    doubt: str = ""

    def __call__(self, targets: Columns, outputs: Columns, weights: "Array") -> "Array":
        """The metric's values under weights of shape ``(draws, rows)``."""
        return self.prepare(targets, outputs)(weights)


def statistic(metric: Metric, targets: Columns, outputs: Columns) -> Statistic:
    """The metric on these answers, as a function of the weights alone."""
    if isinstance(metric.score, Weighted):
        return metric.score.prepare(targets, outputs)
    return partial(metric.score, targets, outputs)


def num_rows(columns: Columns) -> int:
    """How many examples the columns hold."""
    return len(next(iter(columns.values())))


def owners(column: Column) -> "Array":
    """The row that each value belongs to; shape ``(total,)``, ascending."""
    if column.offsets is None:
        return np.arange(len(column.values))
    return np.repeat(np.arange(len(column)), np.diff(column.offsets))


def ratio(numerator: "Array", denominator: "Array") -> "Array":
    """Quotient of non-negative sums; NaN where the denominator is 0.

    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    result = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=result, where=np.asarray(denominator) > 0)
    return result


def weighted_mean(terms: "Array", counted: "Array | None" = None) -> Statistic:
    """The mean of one term per row.

    Args:
        terms: Shape ``(rows,)``.
        counted: Boolean, shape ``(rows,)``: rows that enter the mean; all by default.
    """
    share = np.ones(len(terms)) if counted is None else counted.astype(np.float64)
    with_share = np.stack([np.where(share > 0, terms, 0.0), share], axis=1)

    def mean(weights: "Array") -> "Array":
        with np.errstate(invalid="ignore"):  # 0 * inf, where a model answers infinity
            sums = weights @ with_share
        return ratio(sums[:, 0], sums[:, 1])

    return mean


def group_sums(groups: "Array", num_groups: int) -> Statistic:
    """The sum of weights per group; costs ``draws * rows``, however many groups there are.

    Args:
        groups: Integers, shape ``(rows,)``; a negative one belongs to no group.
        num_groups: Length of the second axis of the result, shape ``(draws, num_groups)``.
    """
    order = np.argsort(groups, kind="stable")
    order = order[np.searchsorted(groups[order], 0) :]
    present, starts = np.unique(groups[order], return_index=True)

    def sums(weights: "Array") -> "Array":
        result = np.zeros((len(weights), num_groups))
        if len(order):
            result[:, present] = np.add.reduceat(weights[:, order], starts, axis=1)
        return result

    return sums
