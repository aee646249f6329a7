"""Names of a vocabulary to indicator vectors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The names, in the order of the vector; fitted on train."""

    vocabulary: tuple[str, ...] = ()


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Takes the names that occur, sorted; an empty name is a missing value."""
    names = {name for column in columns for name in np.unique(column.values).tolist() if name}
    return {"vocabulary": sorted(names)}


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, len(vocabulary))`` for text; an unknown name gives zeros."""
    place = {name: index for index, name in enumerate(parameters.vocabulary)}

    def run(*columns: Column) -> Sequence[Column]:
        wide = []
        for column in columns:
            places = np.array([place.get(name, -1) for name in column.values.tolist()], np.int64)
            indicator = np.zeros((len(column), len(place)), np.float32)
            known = np.flatnonzero(places >= 0)
            indicator[known, places[known]] = 1
            wide.append(Column(indicator))
        return wide

    return run


OPERATION = Operation(Parameters, open_, fit)
