"""Text to a run of character numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

NUM_RESERVED = 4
"""0 fills, 1 starts, 2 ends, 3 stands for a character that is not known."""

FILL, START, END, UNKNOWN = range(NUM_RESERVED)


class Parameters(Config):
    """The known characters; the first has number ``NUM_RESERVED``."""

    vocabulary: str = ""


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Takes the characters that occur in train, by code point."""
    seen: set[str] = set()
    for column in columns:
        for text in column.values.tolist():
            seen.update(text)
    return {"vocabulary": "".join(sorted(seen))}


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged int64 for each text column."""
    numbers = {char: index for index, char in enumerate(parameters.vocabulary, NUM_RESERVED)}

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            runs = [
                [numbers.get(char, UNKNOWN) for char in text] for text in column.values.tolist()
            ]
            offsets = np.cumsum([0, *map(len, runs)], dtype=np.int64)
            flat = [number for each in runs for number in each]
            found.append(Column(np.array(flat, np.int64), offsets))
        return found

    return run


OPERATION = Operation(Parameters, open_, fit)
