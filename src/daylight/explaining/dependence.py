"""How the answer changes with one column, on average and for single rows.

Source: partial dependence, Friedman, Annals of Statistics 29 (2001), section 8.2; lines of single
rows, Goldstein et al., arXiv:1309.6392.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.explained import Dependence
from daylight.core.types import Column, Columns, Field
from daylight.data.rows import DATES, RARE
from daylight.runtime.inputs import TEXT

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_VALUES = 20
"""Of a number that are tried, from its second to its 98th percentile; and of dates."""

MAX_NAMES = 12
"""Of a category that are tried, the commonest."""

NUM_LINES = 12
DIGITS = 5

Answer = Callable[[Columns], Columns]


def dependence(
    answer: Answer, field: Field, *, train: Column, rows: Columns, labels: Sequence[str]
) -> Dependence | None:
    """Gives some rows each value of a column in turn, and asks the package.

    Of two labels the probability of the second is told, of more that of the one that changes most.

    Args:
        answer: Columns of the input fields to the outputs of the answer kind.
        field: The column.
        train: Its values in train, from which those to try are taken.
        rows: Columns of all input fields, of the examples that are asked about.
        labels: Empty where answers are numbers.

    Returns:
        ``None`` where train has fewer than two values.
    """
    values = _numbers(train.values) if field.type == "number" else _names(field, train.values)
    if len(values) < 2:
        return None
    lacks = _lacks(field, train.values)
    if lacks:
        values = np.append(values, np.array([_missing(field)], values.dtype))
    count = len(next(iter(rows.values())))
    again = np.tile(np.arange(count), len(values))
    repeated = {name: column.take(again) for name, column in rows.items()}
    outputs = answer({**repeated, field.name: Column(np.repeat(values, count))})
    found, label = outputs["value" if not labels else "probabilities"].values, ""
    found = found.reshape(len(values), count, -1).astype(np.float64)
    place = 0
    if labels:
        place = 1 if len(labels) == 2 else int(np.ptp(found.mean(axis=1), axis=0).argmax())
        label = labels[place]
    table = found[:, :, place]
    means = _rounded(table.mean(axis=1))
    missing = None
    if lacks:
        table, values, means, missing = table[:-1], values[:-1], means[:-1], means[-1]
    is_number = field.type == "number"
    some = np.arange(min(count, NUM_LINES)) * count // max(1, min(count, NUM_LINES))
    return Dependence(
        column=field.name,
        label=label,
        numbers=tuple(values.tolist()) if is_number else (),
        names=() if is_number else tuple(map(str, values.tolist())),
        means=means,
        lines=tuple(_rounded(table[:, row]) for row in some.tolist()) if is_number else (),
        missing=missing,
    )


def _numbers(values: "Array") -> "Array":
    known = values[np.isfinite(values)]
    distinct = np.unique(known)
    if len(distinct) <= NUM_VALUES:
        return distinct
    return np.unique(np.quantile(known, np.linspace(0.02, 0.98, NUM_VALUES), method="nearest"))


def _names(field: Field, values: "Array") -> "Array":
    names, counts = np.unique(values[values != ""], return_counts=True)
    if field.facts.get("holds") == DATES:
        ordered = np.sort(values[values != ""])
        count = min(MAX_NAMES, len(ordered))
        names = np.unique(ordered[np.linspace(0, len(ordered) - 1, count).astype(int)])
        return names.astype(TEXT)
    most = np.argsort(-counts, kind="stable")[:MAX_NAMES]
    return names[most][counts[most] >= RARE].astype(TEXT)  # others may be somebody's


def _lacks(field: Field, values: "Array") -> bool:
    lacking = ~np.isfinite(values) if field.type == "number" else values == ""
    return bool(lacking.any())


def _missing(field: Field) -> float | str:
    return np.nan if field.type == "number" else ""


def _rounded(values: "Array") -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())
