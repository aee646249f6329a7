"""What several models answer to one answer."""

from collections.abc import Sequence

import numpy as np

from daylight.core.config import Config
from daylight.core.errors import IntegrityError
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """One weight for each input; they sum to 1."""

    weights: tuple[float, ...]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives the mean of dense columns of equal shape, float32.

    Raises:
        IntegrityError: There are more weights than columns, or fewer.
    """

    def run(*columns: Column) -> Sequence[Column]:
        if len(columns) != len(parameters.weights):
            raise IntegrityError("weighted_mean has not one weight for each column.")
        both = zip(parameters.weights, columns, strict=True)
        total = sum(weight * column.values.astype(np.float64) for weight, column in both)
        return (Column(np.asarray(total, np.float32)),)

    return run


OPERATION = Operation(Parameters, open_)
