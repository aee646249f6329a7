"""Columns that are distributed otherwise in test than in train."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.sections import Evidence, Finding
from daylight.core.types import Field
from daylight.data.examined import Check, Examined, found, passed, skipped
from daylight.data.rows import DATES

if TYPE_CHECKING:
    from daylight.core.types import Array

NAME = "drift"
MIN_ROWS = 30
MIN_DISTANCE = 0.1
"""Less does not matter, however certain it is."""

MAX_P = 1e-3
"""For all columns together (Bonferroni)."""


def look(data: Examined) -> Finding:
    """Column by column; dates are passed over, since a split by time parts them.

    The distance is the largest between both distribution functions of numbers, and the total
    variation of categories: 0 to 1.
    """
    rows = data.tabled()
    splits = np.array(data.splits)
    train, test = splits == "train", splits == "test"
    if not data.splits or min(train.sum(), test.sum()) < MIN_ROWS:
        return skipped(NAME, f"Train and test have not {MIN_ROWS} rows each.")
    fields = [field for field in rows.fields if field.facts.get("holds") != DATES]
    moved = []
    for field in fields:
        values = rows.numbers(field)
        distance, p_value = _compare(field, values[train], values[test])
        if distance >= MIN_DISTANCE and p_value * len(fields) < MAX_P:
            moved.append((distance, field.name))
    if not moved:
        return passed(NAME, "Every column is distributed alike in train and in test.")
    moved.sort(reverse=True)
    evidence = [
        Evidence(ids=(name,), notes=("column",), fact=f"distance {distance:.2f} of 1")
        for distance, name in moved
    ]
    names = ", ".join(name for _, name in moved[:5])
    message = f"Test is not like train in {names}."
    fix = "Scores say how the model does on such data; train on newer rows, or on both kinds."
    return found(NAME, "warn", message, evidence, fix=fix)


def _compare(field: Field, one: "Array", other: "Array") -> tuple[float, float]:
    """The distance, and how probable it is that chance makes one as large."""
    from scipy import stats  # noqa: PLC0415 - half a second, only to check

    if field.type == "number":
        found = stats.ks_2samp(one, other, method="asymp")
        return float(found.statistic), float(found.pvalue)
    kinds = np.unique(np.concatenate([one, other]))
    counts = np.array([[(each == kind).sum() for kind in kinds] for each in (one, other)])
    if len(kinds) < 2:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    return distance, float(stats.chi2_contingency(counts).pvalue)


CHECK = Check(NAME, "Drift", look, inputs=("row",))
