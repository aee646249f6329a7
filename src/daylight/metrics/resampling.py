"""Draws examples again and again, and sees what statistics make of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from daylight.metrics.statistic import Statistic

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_RESAMPLES = 2000
MAX_GROUPS = 300
CHUNK_BYTES = 8 << 20
"""Of weights that exist at one time. Statistics need a few times as much; small chunks stay in the
cache, which is faster too."""


@dataclass(frozen=True, slots=True)
class Resampled:
    """What a statistic came to; the last axis is labels, or has length 1.

    Attributes:
        value: On the examples as they are; shape ``(labels,)``.
        draws: On bootstrap resamples; shape ``(num_resamples, labels)``.
        left_out: On all examples but one group each; shape ``(groups, labels)``.
        num_rows: How many examples there are.
    """

    value: "Array"
    draws: "Array"
    left_out: "Array"
    num_rows: int


def resample(
    statistics: Sequence[Statistic],
    num_rows: int,
    *,
    random: np.random.Generator,
    num_resamples: int = NUM_RESAMPLES,
) -> list[Resampled]:
    """Applies all statistics to the same resamples, so that they may be compared.

    Args:
        num_resamples: 0 for statistics that repeated examples would distort; there are no draws.
    """
    value = _apply(statistics, iter([np.ones((1, num_rows))]))
    draws = [one[:0] for one in value]
    if num_resamples:
        draws = _apply(statistics, _bootstrap(num_rows, num_resamples, random))
    left_out = _apply(statistics, _jackknife(num_rows, random))
    return [
        Resampled(value=of[0][0], draws=of[1], left_out=of[2], num_rows=num_rows)
        for of in zip(value, draws, left_out, strict=True)
    ]


def _apply(statistics: Sequence[Statistic], chunks: "Iterator[Array]") -> "list[Array]":
    parts: list[list[Array]] = [[] for _ in statistics]
    for weights in chunks:
        for part, statistic in zip(parts, statistics, strict=True):
            part.append(statistic(weights).reshape(len(weights), -1))
    return [np.concatenate(part) for part in parts]


def _bootstrap(num_rows: int, num_draws: int, random: np.random.Generator) -> "Iterator[Array]":
    """Counts of how often each row is drawn, with replacement; chunks of shape ``(some, rows)``."""
    for start, stop in _chunks(num_draws, num_rows):
        weights = np.empty((stop - start, num_rows))
        for row in weights:
            drawn = random.integers(0, num_rows, size=num_rows, dtype=np.int32)
            row[:] = np.bincount(drawn, minlength=num_rows)
        yield weights


def _jackknife(num_rows: int, random: np.random.Generator) -> "Iterator[Array]":
    """Ones, and zeros for the group that is left out; each row is in one group.

    Groups are single rows, or random ones of almost equal size if there would be more than 300.
    """
    num_groups = min(num_rows, MAX_GROUPS)
    groups = random.permutation(num_rows) % num_groups
    for start, stop in _chunks(num_groups, num_rows):
        yield (groups != np.arange(start, stop)[:, None]).astype(np.float64)


def _chunks(num_draws: int, num_rows: int) -> Iterator[tuple[int, int]]:
    step = max(1, CHUNK_BYTES // (8 * num_rows))
    for start in range(0, num_draws, step):
        yield start, min(start + step, num_draws)
