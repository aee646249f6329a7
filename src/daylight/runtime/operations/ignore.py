"""An empty vector per row: for answers that do not depend on the input."""

from collections.abc import Sequence

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives uint8 ``(rows, 0)`` for any column, and does not look at it."""

    def run(column: Column) -> Sequence[Column]:
        return (Column(np.empty((len(column), 0), np.uint8)),)

    return run


OPERATION = Operation(NoParameters, open_)
