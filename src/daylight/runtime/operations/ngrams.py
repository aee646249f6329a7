"""Text to the runs of words and characters that occur in it."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run
from daylight.runtime.words import Reader

Length = Annotated[int, msgspec.Meta(ge=0, le=16)]


class Parameters(Config):
    """Which runs.

    Attributes:
        words: The longest run of words; 0 for none.
        characters: The shortest and the longest run of characters; ``(0, 0)`` for none.
    """

    words: Length = 2
    characters: tuple[Length, Length] = (0, 0)


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged uint32, a number for each run that occurs, for each text column."""
    reader = Reader()

    def run(*columns: Column) -> Sequence[Column]:
        found = []
        for column in columns:
            grams = reader.grams(
                column.values.tolist(), words=parameters.words, characters=parameters.characters
            )
            counts = np.bincount(grams.rows, minlength=len(column))
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            found.append(Column(grams.hashes, offsets))
        return found

    return run


OPERATION = Operation(Parameters, open_)
