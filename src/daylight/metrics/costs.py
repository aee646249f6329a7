"""What wrong answers cost where there are two labels, and from which probability on to answer one.

Source: Elkan, "The foundations of cost-sensitive learning", IJCAI (2001), equation 2: the
threshold of exact probabilities.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.metrics.intervals import Z

if TYPE_CHECKING:
    from daylight.core.types import Array


def fair_threshold(missed: float, false_alarm: float) -> float:
    """The best threshold if probabilities are exact.

    >>> fair_threshold(5, 1)
    0.16666666666666666
    """
    return false_alarm / (missed + false_alarm)


def best_threshold(
    shares: "Array", is_positive: "Array", *, missed: float, false_alarm: float
) -> float:
    """The threshold that costs least on some examples, as far as they can tell.

    Among those that do not cost detectably more than the least (95 %, of paired differences), it is
    the one nearest to ``fair_threshold``.

    Args:
        shares: Probability of the positive label; ``(rows,)``.
        is_positive: Whether it is true; bool ``(rows,)``.
        missed: Cost of another answer where it is true.
        false_alarm: Cost of answering it where it is not.

    Returns:
        From which probability on to answer the positive label; more than 1 for never.

    >>> shares, truth = np.array([0.1, 0.2, 0.3, 0.9]), np.array([False, True, True, True])
    >>> shares, truth = np.repeat(shares, 9), np.repeat(truth, 9)
    >>> round(best_threshold(shares, truth, missed=1, false_alarm=1), 3)
    0.15
    """
    order = np.argsort(shares, kind="stable")
    sorted_shares = shares[order].astype(np.float64)
    steps = np.where(is_positive[order], missed, -false_alarm)  # as each is answered no longer
    sums, squares = (np.concatenate([[0.0], np.cumsum(each)]) for each in (steps, steps**2))
    ends = np.flatnonzero(np.append(np.diff(sorted_shares) > 0, True))
    cuts = np.concatenate([[0], ends + 1])  # so many of the lowest are not answered
    best, count = cuts[sums[cuts].argmin()], len(shares)
    excess = (sums[cuts] - sums[best]) / count
    noise = np.abs(squares[cuts] - squares[best]) / count - excess**2
    alike = cuts[excess <= Z * np.sqrt(np.maximum(noise, 0) / count) + 1e-12]
    low = np.where(alike > 0, sorted_shares[alike - 1], -np.inf)
    high = np.where(alike < count, sorted_shares[np.minimum(alike, count - 1)], np.inf)
    fair = fair_threshold(missed, false_alarm)
    away = np.maximum(np.maximum(low - fair, fair - high), 0)
    place = int(away.argmin())
    if low[place] < fair <= high[place]:
        return fair
    bottom, top = max(float(low[place]), 0.0), float(high[place])
    return (bottom + min(top, 1.0)) / 2 if bottom < 1 or top <= 1 else 2.0


def cost_of_each(
    answered: "Array", is_positive: "Array", *, missed: float, false_alarm: float
) -> "Array":
    """What each answer costs; float64 ``(rows,)``.

    Args:
        answered: Whether the positive label was; bool ``(rows,)``.
        is_positive: Whether it is true.
        missed: As above.
        false_alarm: As above.
    """
    return np.where(is_positive & ~answered, missed, 0.0) + np.where(
        answered & ~is_positive, false_alarm, 0.0
    )


def cost_curve(
    shares: "Array",
    is_positive: "Array",
    thresholds: Sequence[float],
    *,
    missed: float,
    false_alarm: float,
) -> tuple[float, ...]:
    """Mean cost of an answer by threshold."""
    positives = np.sort(shares[is_positive])
    others = np.sort(shares[~is_positive])
    below = np.searchsorted(positives, thresholds, side="left")
    above = len(others) - np.searchsorted(others, thresholds, side="left")
    costs = (missed * below + false_alarm * above) / max(1, len(shares))
    return tuple(costs.tolist())
