"""Numbers to zero mean and unit variance; what is missing becomes the mean."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """Mean and standard deviation of each input, in its own unit; fitted on train."""

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Measures each column; a constant one is only shifted."""
    known = [column.values[np.isfinite(column.values)] for column in columns]
    mean = [float(values.mean()) if len(values) else 0.0 for values in known]
    std = [float(values.std()) if len(values) else 0.0 for values in known]
    return {"mean": mean, "std": [value or 1.0 for value in std]}


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows,)`` for each float64 ``(rows,)``."""

    def run(*columns: Column) -> Sequence[Column]:
        scaled = []
        for column, mean, std in zip(columns, parameters.mean, parameters.std, strict=True):
            values = np.where(np.isfinite(column.values), column.values, mean)
            scaled.append(Column(((values - mean) / std).astype(np.float32)))
        return scaled

    return run


OPERATION = Operation(Parameters, open_, fit)
