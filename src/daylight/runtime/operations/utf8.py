"""Text to its bytes in UTF-8, which fit into a column of numbers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged uint8 for each text column; what UTF-8 cannot hold becomes a question mark."""

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            encoded = [text.encode("utf-8", "replace") for text in column.values.tolist()]
            offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
            found.append(Column(np.frombuffer(b"".join(encoded), np.uint8), offsets))
        return found

    return run


def texts(column: Column) -> list[str]:
    """What the operation was given; a text that was cut within a character ends before it."""
    values: Array = np.ascontiguousarray(column.values)
    data, ends = values.tobytes(), [] if column.offsets is None else column.offsets.tolist()
    return [data[start:end].decode("utf-8", "ignore") for start, end in pairwise(ends)]


OPERATION = Operation(NoParameters, open_)
