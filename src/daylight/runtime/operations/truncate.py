"""The beginning of each run, where it is too long."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """How many values of a run are kept."""

    max_length: Annotated[int, msgspec.Meta(ge=1)]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged columns of the same type, for ragged columns."""

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            if column.offsets is None:
                raise ValueError("truncate takes ragged columns")
            lengths = np.minimum(np.diff(column.offsets), parameters.max_length)
            offsets = np.concatenate([[0], np.cumsum(lengths)])
            shifts = np.repeat(column.offsets[:-1] - offsets[:-1], lengths)
            found.append(Column(column.values[shifts + np.arange(offsets[-1])], offsets))
        return found

    return run


OPERATION = Operation(Parameters, open_)
