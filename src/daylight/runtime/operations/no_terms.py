"""No words, where a model tells texts by vectors alone."""

from collections.abc import Sequence

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged int64 and ragged float32 without a value, for any column."""

    def run(column: Column) -> Sequence[Column]:
        return none_of(len(column))

    return run


def none_of(rows: int) -> tuple[Column, Column]:
    """Terms and weights of so many texts."""
    offsets = np.zeros(rows + 1, np.int64)
    return Column(np.empty(0, np.int64), offsets), Column(np.empty(0, np.float32), offsets)


OPERATION = Operation(NoParameters, open_)
