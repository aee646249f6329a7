"""Dates to numbers: the day counted from 1970, and where it lies in the year, week and day."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array

PARTS = ("day", "month", "weekday", "hour")
"""The outputs, in their order: days since 1970 with their fractions; 1 to 12; 0 is Monday."""


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float64 ``(rows,)`` for each of ``PARTS``; NaN for what is no date in ISO 8601."""

    def run(column: Column) -> Sequence[Column]:
        unique, inverse = np.unique(column.values, return_inverse=True)
        moments = np.array([_moment(text) for text in unique.tolist()], "datetime64[s]")
        parts = _parts(moments)
        return [Column(part[inverse]) for part in parts]

    return run


def _moment(text: str) -> np.datetime64:
    """Zones are left out: what a clock showed is what counts.

    >>> str(_moment("2024-02-29 18:30:00+01:00")), str(_moment("soon"))
    ('2024-02-29T18:30:00', 'NaT')
    """
    try:
        return np.datetime64(text[:19].strip().rstrip("Z"), "s")
    except ValueError:
        return np.datetime64("NaT", "s")


def _parts(moments: "Array") -> "Sequence[Array]":
    known = ~np.isnat(moments)
    seconds = moments.astype(np.int64).astype(np.float64)
    days = np.floor(seconds / 86400)
    months = moments.astype("datetime64[M]").astype(np.int64) % 12 + 1
    parts = (seconds / 86400, months, (days + 3) % 7, seconds / 3600 - 24 * days)
    return [np.where(known, part, np.nan) for part in parts]


OPERATION = Operation(NoParameters, open_)
