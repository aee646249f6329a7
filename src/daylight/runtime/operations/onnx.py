"""A graph in ONNX, run by an engine."""

from collections.abc import Sequence

from daylight.core.config import Config
from daylight.core.errors import IntegrityError
from daylight.core.types import Column
from daylight.runtime.engines import open_graph
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The graph's file; columns are matched with its inputs and outputs by their order."""

    file: str


def open_(parameters: Parameters, read: Read) -> Run:
    """Takes and gives dense columns whose first dimension is the row."""
    graph = open_graph(read(parameters.file), name=parameters.file)

    def run(*columns: Column) -> Sequence[Column]:
        if any(column.offsets is not None for column in columns):
            raise IntegrityError(f"{parameters.file} is fed a ragged column; pad it first.")
        return [Column(values) for values in graph([column.values for column in columns])]

    return run


OPERATION = Operation(Parameters, open_)
