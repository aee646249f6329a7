"""Numbers as they are, with one below all others where one is missing, so that trees see it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """What stands for a missing value of each input; fitted on train."""

    instead: tuple[float, ...] = ()


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Takes a value as far below the least as that is below the greatest."""
    known = [column.values[np.isfinite(column.values)] for column in columns]
    return {"instead": [_below(values) for values in known]}


def _below(values: Any) -> float:
    if not len(values):
        return -1.0
    least, greatest = float(values.min()), float(values.max())
    return least - max(greatest - least, 1.0)


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows,)`` for each float64 ``(rows,)``; what is too large is cut."""

    def run(*columns: Column) -> Sequence[Column]:
        filled = []
        limit = float(np.finfo(np.float32).max)
        for column, instead in zip(columns, parameters.instead, strict=True):
            values = np.where(np.isfinite(column.values), column.values, instead)
            filled.append(Column(values.clip(-limit, limit).astype(np.float32)))
        return filled

    return run


OPERATION = Operation(Parameters, open_, fit)
