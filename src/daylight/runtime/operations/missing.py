"""Which numbers are missing: that a value is not there may say as much as the value."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """Places of the inputs that are looked at: those of which train lacks some; fitted."""

    places: tuple[int, ...] = ()


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Finds the inputs that are sometimes missing."""
    lacking = [not np.isfinite(column.values).all() for column in columns]
    return {"places": np.flatnonzero(lacking).tolist()}


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, len(places))`` for all float64 ``(rows,)`` together: 1 if missing."""

    def run(*columns: Column) -> Sequence[Column]:
        found = np.zeros((len(columns[0]), len(parameters.places)), np.float32)
        for at, place in enumerate(parameters.places):
            found[:, at] = ~np.isfinite(columns[place].values)
        return (Column(found),)

    return run


OPERATION = Operation(Parameters, open_, fit)
