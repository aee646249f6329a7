"""Whether an explanation is faithful: what it names first must matter most to the answer.

Squares of a picture are replaced by the mean training picture, those with the largest values first,
and the package is asked again and again what the class still gets. If the explanation tells what
the model looks at, the probability falls faster than in random orders.

Source: Samek et al., IEEE Trans. Neural Networks 28 (2017), arXiv:1509.06321, equation 12 and the
random order beside it; the deletion metric of Petsiuk et al. (RISE), arXiv:1806.07421, section 4.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.explained import Faithfulness
from daylight.explaining.explainer import Subject
from daylight.metrics.comparison import MIN_EXAMPLES
from daylight.metrics.intervals import measure_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from daylight.core.types import Array

NUM_SQUARES = 14
"""Along each side, or as many as there are pixels."""

NUM_SHARES = 10
NUM_ORDERS = 4


def random_curves(
    curves: "Callable[[Array, np.random.Generator], Array]",
    level: "Array",
    random: np.random.Generator,
) -> "Array":
    """What taking places out in random orders does; float64 ``(orders, rows, shares)``.

    Args:
        curves: Values of all places to what is left of each answer as places are taken out, the
            largest first, where among equals chance decides; float64 ``(rows, shares)``.
        level: Equal values.
        random: Decides the orders.
    """
    return np.stack([curves(level, random) for _ in range(NUM_ORDERS)])


def judged(curves: "Array", beside: "Array", random: np.random.Generator) -> Faithfulness:
    """How much faster answers fall than in random orders.

    Args:
        curves: What is left of each answer at each share; float64 ``(rows, shares)``.
        beside: The same in random orders; float64 ``(orders, rows, shares)``.
        random: Decides the resamples of the interval.
    """
    area, random_area = _area(curves), _area(beside).mean(axis=0)
    gain = measure_mean(random_area - area, random=random)
    low, high = gain.low or 0.0, gain.high or 0.0
    return Faithfulness(
        shares=tuple((np.arange(NUM_SHARES + 1) / NUM_SHARES).tolist()),
        curve=tuple(curves.mean(axis=0).tolist()),
        random_curve=tuple(beside.mean(axis=(0, 1)).tolist()),
        area=float(area.mean()),
        random_area=float(random_area.mean()),
        gain=gain.value or 0.0,
        low=low,
        high=high,
        num_examples=len(curves),
        num_orders=len(beside),
        caution=gain.caution,
        verdict="no detectable difference"
        if len(curves) < MIN_EXAMPLES or low <= 0 <= high
        else "more faithful than a random order"
        if low > 0
        else "less faithful than a random order",
    )


def _squares(subject: Subject) -> "Array":
    """The square that each pixel is in; int64 ``(height, width)``, numbered from 0."""
    _, height, width, _ = subject.values.shape
    down, right = (np.arange(size) * min(size, NUM_SQUARES) // size for size in (height, width))
    numbered: Array = down[:, None] * (right.max() + 1) + right
    return numbered


def _sums(subject: Subject, values: "Array") -> "Array":
    """The values of each square added up; float64 ``(rows, squares)``."""
    squares = _squares(subject).ravel()
    return np.stack([np.bincount(squares, weights=row.ravel()) for row in values])


def curves(subject: Subject, values: "Array", random: np.random.Generator) -> "Array":
    """What the classes get as squares are taken out, those of the largest sums of values first.

    Among equals chance decides.

    Args:
        subject: What is asked.
        values: One per pixel; ``(rows, height, width)``.
        random: Decides among equals.

    Returns:
        Float64 ``(rows, shares)``; the first share is 0, the last everything.
    """
    order = _sums(subject, values)
    num_squares = order.shape[1]
    by_value = np.lexsort(np.stack([random.random(order.shape), -order]), axis=-1)
    ranks = np.argsort(by_value, axis=1)[:, _squares(subject)]
    curve = []
    for share in range(NUM_SHARES + 1):
        gone = ranks < round(num_squares * share / NUM_SHARES)
        shown = np.where(gone[..., None], subject.absent, subject.values)
        curve.append(subject.probabilities(shown).astype(np.float64))
    return np.stack(curve, axis=1)


def _area(curves: "Array") -> "Array":
    """Under each curve, by the trapezoidal rule; the last axis is gone."""
    area: Array = np.trapezoid(curves, dx=1 / NUM_SHARES, axis=-1)
    return area
