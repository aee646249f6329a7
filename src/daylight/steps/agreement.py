"""How far apart two models answer the same questions."""

import numpy as np

from daylight.core.types import Column, Columns

MAX_DIFFERENCE = 1e-3
"""Between the answers of the exported graph and of the model in memory: more is a broken export.
Numbers beyond 1 may differ by as much of their size."""


def largest_between(ours: Columns, theirs: Columns) -> float:
    """The largest difference of two answers, relative to ours where that is beyond 1.

    Numbers are compared; columns of other types, or of differing shapes, count as infinite if they
    are not equal.
    """
    return max(_difference(ours[name], column) for name, column in theirs.items())


def _difference(one: Column, other: Column) -> float:
    if one.values.shape != other.values.shape or (one.offsets is None) != (other.offsets is None):
        return float("inf")
    if (
        one.offsets is not None
        and other.offsets is not None
        and (one.offsets != other.offsets).any()
    ):
        return float("inf")
    if not np.issubdtype(one.values.dtype, np.number):
        return 0.0 if (one.values == other.values).all() else float("inf")
    ours = one.values.astype(float)
    apart = np.abs(ours - other.values.astype(float))
    if np.issubdtype(one.values.dtype, np.floating):  # whole numbers name things
        apart = apart / np.maximum(1, np.abs(ours))
    return float(np.nan_to_num(apart, nan=np.inf, posinf=np.inf).max(initial=0))
