"""The same answer for every row."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """One row of the answer: a number, or lists of numbers of equal lengths."""

    row: float | list[Any]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, ...)`` for any column, with the shape of ``row`` after the rows."""
    row = np.array(parameters.row, np.float32)

    def run(column: Column) -> Sequence[Column]:
        return (Column(np.tile(row, (len(column),) + (1,) * row.ndim)),)

    return run


OPERATION = Operation(Parameters, open_)
