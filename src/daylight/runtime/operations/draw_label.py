"""The names that are asked for as indicator vectors; where none is, the seed draws one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.config import Config
from daylight.core.errors import DataError
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The names, in the order of the vector, and how often each occurs; fitted on train."""

    vocabulary: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:  # noqa: ARG001
    """Counts the names that occur, sorted."""
    _, names = columns
    found, counts = np.unique(names.values[names.values != ""], return_counts=True)
    return {"vocabulary": found.tolist(), "shares": (counts / counts.sum()).tolist()}


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, len(vocabulary))`` for int64 seeds and texts.

    An empty text is drawn, by the shares: equal seeds give equal names.

    Raises:
        DataError: A name is not in the vocabulary.
    """
    place = {name: index for index, name in enumerate(parameters.vocabulary)}
    ends = np.cumsum(parameters.shares)

    def index(seed: int, name: str) -> int:
        if name:
            if name not in place:
                known = ", ".join(parameters.vocabulary)
                raise DataError(f"{name!r} is not among the labels.", hint=f"Known: {known}.")
            return place[name]
        # The second key keeps these bits apart from those of ``noise``.
        [bits] = np.random.Philox(key=[seed, 1]).random_raw(1).tolist()
        drawn = np.searchsorted(ends, bits * 2.0**-64 * ends[-1], side="right")
        return min(int(drawn), len(place) - 1)

    def run(seeds: Column, names: Column) -> Sequence[Column]:
        pairs = zip(seeds.values.tolist(), names.values.tolist(), strict=True)
        indicator = np.zeros((len(seeds), len(place)), np.float32)
        for row, (seed, name) in enumerate(pairs):
            indicator[row, index(seed, name)] = 1
        return (Column(indicator),)

    return run


OPERATION = Operation(Parameters, open_, fit)
