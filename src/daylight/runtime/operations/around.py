"""Numbers to a range around each that holds the truth in ``RANGE_LEVEL`` of cases."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """How wide ranges are, and why.

    Attributes:
        half_width: To both sides, in the unit of the numbers.
        num_calibrated: Examples whose errors say so; the model did not learn from them.
    """

    half_width: Annotated[float, msgspec.Meta(ge=0)]
    num_calibrated: Annotated[int, msgspec.Meta(ge=1)]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives both ends, float32 ``(rows,)``, of numbers of that shape."""

    def run(values: Column) -> Sequence[Column]:
        middle = values.values.astype(np.float64)
        ends = (middle - parameters.half_width, middle + parameters.half_width)
        return [Column(end.astype(np.float32)) for end in ends]

    return run


OPERATION = Operation(Parameters, open_)
