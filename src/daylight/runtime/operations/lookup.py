"""Names to their place in a vocabulary."""

from collections.abc import Sequence

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The vocabulary, in order; left empty it is the answer's own, from ``labels.json``."""

    vocabulary: tuple[str, ...] = ()


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives int64 for each text, dense or ragged alike; -1 for a name that is not known."""
    names = parameters.vocabulary
    if not names:
        names = msgspec.json.decode(read("labels.json"), type=tuple[str, ...])
    place = {name: index for index, name in enumerate(names)}

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            unique, inverse = np.unique(column.values, return_inverse=True)
            places = np.array([place.get(name, -1) for name in unique.tolist()], np.int64)
            values = places[inverse] if len(unique) else np.empty(0, np.int64)
            found.append(Column(values, column.offsets))
        return found

    return run


OPERATION = Operation(Parameters, open_)
