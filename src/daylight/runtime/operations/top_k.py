"""Scores of all items to the best few."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """How many items are answered."""

    k: Annotated[int, msgspec.Meta(ge=1)] = 10


def top_k(scores: Column, excluded: Column | None, parameters: Parameters) -> tuple[Column, Column]:
    """Gives int64 and float32 ``(rows, k)``, best first; ties go to the lower index.

    Args:
        scores: Shape ``(rows, items)``.
        excluded: Ragged int64 items that must not be answered; -1 is none.
        parameters: Where fewer than ``k`` items are left, the rest are -1 with score 0.
    """
    values = np.array(scores.values, np.float32)
    if excluded is not None and excluded.offsets is not None:
        rows = np.repeat(np.arange(len(values)), np.diff(excluded.offsets))
        known = excluded.values >= 0
        values[rows[known], excluded.values[known]] = -np.inf
    values[np.isnan(values)] = -np.inf
    k = min(parameters.k, values.shape[1])
    items = np.empty((len(values), k), np.int64)
    for row, each in enumerate(values):
        least = np.partition(each, -k)[-k]
        candidates = np.flatnonzero(each >= least)
        items[row] = candidates[np.argsort(-each[candidates], kind="stable")[:k]]
    best = np.take_along_axis(values, items, axis=1)
    left_out = ~np.isfinite(best)
    items[left_out], best[left_out] = -1, 0
    return Column(items), Column(best)


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Takes scores and, optionally, what must not be answered; see ``top_k``."""

    def run(scores: Column, excluded: Column | None = None) -> Sequence[Column]:
        return top_k(scores, excluded, parameters)

    return run


OPERATION = Operation(Parameters, open_)
