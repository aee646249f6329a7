"""Intervals around answers that are numbers, which hold the truth as often as they say.

Source: split conformal prediction, Lei et al., arXiv:1604.04173, algorithm 2: the half-width is the
quantile of the sizes of the errors on examples that were not learned from.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.people import Measure, Spread
from daylight.metrics.intervals import wilson

if TYPE_CHECKING:
    from daylight.core.types import Array

LEVEL = 0.9


def spread(calibrating: "Array", tested: "Array") -> Spread | None:
    """How wide answers must be, and how often that was enough; ``None`` for too few examples.

    Args:
        calibrating: Errors on validation, in the target's unit; ``(rows,)``.
        tested: The same on test.

    >>> found = spread(np.arange(1.0, 20.0), np.array([-3.0, 17.5, 18.5]))
    >>> found.half_width, round(found.coverage.value, 3)
    (18.0, 0.667)
    """
    count = len(calibrating)
    rank = math.ceil((count + 1) * LEVEL)
    if rank > count or not len(tested):
        return None
    half_width = float(np.sort(np.abs(calibrating))[rank - 1])
    inside = np.abs(tested) <= half_width
    low, high = wilson(float(inside.mean()), len(inside))
    return Spread(
        level=LEVEL,
        half_width=half_width,
        num_calibrated=count,
        coverage=Measure(value=float(inside.mean()), low=low, high=high),
    )
