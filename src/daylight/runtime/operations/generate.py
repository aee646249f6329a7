"""A sequence written token by token: the graph is asked again and again for the next one."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.engines import open_graph
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The decoder's file, the tokens that start and end a sequence, and a limit of tokens."""

    file: str
    start: int
    end: int
    max_length: Annotated[int, msgspec.Meta(ge=1)] = 256


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives ragged int64 tokens, without start and end; greedy.

    The graph takes the given dense columns and, last, the tokens so far, int64 ``(rows, length)``;
    it gives scores of the next token, ``(rows, vocabulary)``.
    """
    graph = open_graph(read(parameters.file), name=parameters.file)

    def run(*columns: Column) -> Sequence[Column]:
        rows = len(columns[0])
        tokens = np.full((rows, 1), parameters.start, np.int64)
        done = np.zeros(rows, bool)
        while not done.all() and tokens.shape[1] <= parameters.max_length:
            [scores] = graph([*(column.values for column in columns), tokens])
            following = np.where(done, parameters.end, scores.argmax(axis=1))
            tokens = np.concatenate([tokens, following[:, None]], axis=1)
            done |= following == parameters.end
        written = tokens[:, 1:]
        ended = np.cumsum(written == parameters.end, axis=1) > 0
        offsets = np.concatenate([[0], np.cumsum((~ended).sum(axis=1))]).astype(np.int64)
        return (Column(written[~ended], offsets),)

    return run


OPERATION = Operation(Parameters, open_)
