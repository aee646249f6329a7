"""Several columns side by side as one vector per row."""

import math
from collections.abc import Sequence

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, total)`` for dense columns of any shape ``(rows, ...)``."""

    def run(*columns: Column) -> Sequence[Column]:
        sizes = [math.prod(column.values.shape[1:]) for column in columns]
        flat = [
            column.values.reshape(len(column), size)
            for column, size in zip(columns, sizes, strict=True)
        ]
        return (Column(np.concatenate(flat, axis=1).astype(np.float32)),)

    return run


OPERATION = Operation(NoParameters, open_)
