"""Intervals around answers that are numbers, which hold the truth as often as they say.

Source: split conformal prediction, Lei et al., arXiv:1604.04173, algorithm 2: the half-width is the
quantile of the sizes of the errors on examples that were not learned from.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.kinds import RANGE_LEVEL
from daylight.core.people import Measure
from daylight.metrics.intervals import wilson

if TYPE_CHECKING:
    from daylight.core.types import Array


def half_width(errors: "Array") -> float | None:
    """How wide answers must be to both sides; ``None`` for too few examples.

    Args:
        errors: On examples that were not learned from, in the target's unit; ``(rows,)``.

    >>> half_width(np.arange(1.0, 20.0)), half_width(np.arange(8.0))
    (18.0, None)
    """
    rank = math.ceil((len(errors) + 1) * RANGE_LEVEL)
    if rank > len(errors):
        return None
    return float(np.sort(np.abs(errors))[rank - 1])


def coverage(errors: "Array", half_width: float) -> Measure:
    """How often that was enough.

    Args:
        errors: On other examples, at least one.
        half_width: As above.

    >>> round(coverage(np.array([-3.0, 17.5, 18.5]), 18.0).value, 3)
    0.667
    """
    share = float((np.abs(errors) <= half_width).mean())
    low, high = wilson(share, len(errors))
    return Measure(value=share, low=low, high=high)
