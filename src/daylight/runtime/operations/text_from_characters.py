"""Runs of character numbers back to text."""

from collections.abc import Sequence

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run
from daylight.runtime.operations.characters import NUM_RESERVED, Parameters


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives StringDType ``(rows,)`` for ragged int64; reserved numbers give nothing."""
    characters = ("",) * NUM_RESERVED + tuple(parameters.vocabulary)

    def run(column: Column) -> Sequence[Column]:
        texts = ["".join(characters[i] for i in column[row]) for row in range(len(column))]
        return (Column(np.array(texts, dtype=np.dtypes.StringDType())),)

    return run


OPERATION = Operation(Parameters, open_)
