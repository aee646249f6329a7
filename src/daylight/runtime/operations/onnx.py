"""A graph in ONNX, run by an engine."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.config import Config
from daylight.core.errors import IntegrityError
from daylight.core.types import Column
from daylight.runtime.engines import Precision, open_graph
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


class Parameters(Config):
    """The graph's file; columns are matched with its inputs and outputs by their order.

    Attributes:
        precision: In which it computes.
    """

    file: str
    precision: Precision = "float32"


def open_(parameters: Parameters, read: Read) -> Run:
    """Takes and gives dense columns whose first dimension is the row."""
    graph = open_graph(read(parameters.file), name=parameters.file, precision=parameters.precision)

    def run(*columns: Column) -> Sequence[Column]:
        if any(column.offsets is not None for column in columns):
            raise IntegrityError(f"{parameters.file} is fed a ragged column; pad it first.")
        values = [column.values for column in columns]
        if columns and not len(columns[0]):
            return [Column(answer[:0]) for answer in graph([_blank(each) for each in values])]
        return [Column(answer) for answer in graph(values)]

    return run


def _blank(values: "Array") -> "Array":
    """One row instead of none: ONNX Runtime ends the process when a recurrent layer has no rows."""
    return np.zeros((1, *values.shape[1:]), values.dtype)


OPERATION = Operation(Parameters, open_)
