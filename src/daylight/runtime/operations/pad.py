"""Runs of different lengths to one rectangle."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """What fills the end of short rows, and the length at which long ones are cut."""

    fill: int = 0
    max_length: Annotated[int, msgspec.Meta(ge=1)] = 512


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ``(rows, longest)`` and int64 lengths ``(rows,)`` for a ragged column of numbers."""

    def run(column: Column) -> Sequence[Column]:
        if column.offsets is None:
            raise ValueError("pad takes a ragged column")
        lengths = np.minimum(np.diff(column.offsets), parameters.max_length)
        width = max(1, int(lengths.max(initial=0)))
        wide = np.full((len(column), width), parameters.fill, column.values.dtype)
        inside = np.arange(width) < lengths[:, None]
        places = column.offsets[:-1, None] + np.arange(width)
        wide[inside] = column.values[places[inside]]
        return Column(wide), Column(lengths.astype(np.int64))

    return run


OPERATION = Operation(Parameters, open_)
