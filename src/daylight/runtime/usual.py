"""What a model's inputs and answers usually look like, and how far others are from that.

Of each example some numbers and names are taken, its features: fields that are numbers or names as
they are, the length of texts and lists, mean and spread of pictures' pixels; of answers the label
and its probability, or the value. A package keeps shares of bins of each, and no example.
"""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from daylight.core.answers import answered
from daylight.core.config import Config
from daylight.core.types import Columns, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daylight.core.types import Array

    Features: TypeAlias = Mapping[str, Array]

NUM_BINS = 10
MAX_NAMES = 50
"""Names that are counted one by one, the most frequent; all others are counted together."""

MIN_COUNT = 5
"""A name that fewer examples have is not told: it may be somebody's."""


class Bins(Config):
    """Shares of the values of a feature.

    Attributes:
        shares: Of each bin; they sum to 1. The last is of what is missing, or no name.
        edges: Between the bins of numbers, ascending; a bin begins at its lower edge.
        names: Of the bins of names.
    """

    shares: tuple[float, ...]
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    def count(self, values: "Array") -> "Array":
        """How many values are in each bin, int64."""
        if values.dtype.kind == "f":
            places = np.searchsorted(self.edges, values, side="right")
            places[np.isnan(values)] = len(self.shares) - 1
        else:
            known = {name: place for place, name in enumerate(self.names)}
            other = len(self.names)
            places = np.array([known.get(str(each), other) for each in values], np.int64)
        return np.bincount(places, minlength=len(self.shares))


class Usual(Config):
    """What was seen of the test split.

    Attributes:
        num_rows: So many examples.
        features: By name.
    """

    num_rows: int
    features: dict[str, Bins]


def features(program: Program, fields: Columns, prepared: Columns, answers: Columns) -> "Features":
    """The features of some examples.

    Args:
        program: The package's.
        fields: Raw inputs.
        prepared: What processing made of them.
        answers: The model's.

    Returns:
        By name, those of answers in brackets: float64 ``(rows,)``, or texts.
    """
    found: dict[str, Array] = {}
    for field in program.fields:
        column = fields[field.name]
        if field.type == "number":
            found[field.name] = column.values.astype(np.float64)
        elif field.type == "category":
            found[field.name] = column.values
        elif field.type == "text":
            found[f"{field.name}, length"] = np.array([len(x) for x in column.values], np.float64)
        elif column.offsets is not None:
            found[f"{field.name}, length"] = np.diff(column.offsets).astype(np.float64)
    for name, column in prepared.items():
        if column.offsets is None and column.values.dtype == np.uint8 and column.values.ndim == 4:
            pixels = column.values.reshape(len(column.values), -1)
            found[f"{name}, mean"] = pixels.mean(axis=1, dtype=np.float64)
            found[f"{name}, spread"] = pixels.std(axis=1, dtype=np.float64)
    if "probabilities" in answers and answers["probabilities"].values.ndim == 2:
        rows, best = answers["probabilities"].values, answered(answers)
        found["(label)"] = best.astype(str)
        found["(probability)"] = rows[np.arange(len(rows)), best].astype(np.float64)
    elif "value" in answers:
        found["(value)"] = answers["value"].values.astype(np.float64)
    return found


def usual(seen: "Features") -> Usual:
    """Bins of features: numbers in tenths, names by their frequency."""
    num_rows = len(next(iter(seen.values()))) if seen else 0
    return Usual(num_rows=num_rows, features={name: _bins(values) for name, values in seen.items()})


def _bins(values: "Array") -> Bins:
    if values.dtype.kind == "f":
        there = values[~np.isnan(values)]
        inner = np.linspace(0, 1, NUM_BINS + 1)[1:-1]
        edges = tuple(np.unique(np.quantile(there, inner)).tolist()) if len(there) else ()
        empty = Bins(shares=(0.0,) * (len(edges) + 2), edges=edges)
    else:
        names, counts = np.unique(values.astype(object).astype(str), return_counts=True)
        order = np.argsort(-counts, kind="stable")
        most = names[order][counts[order] >= MIN_COUNT][:MAX_NAMES]
        empty = Bins(shares=(0.0,) * (len(most) + 1), names=tuple(most.tolist()))
    shares = empty.count(values) / max(1, len(values))
    return Bins(shares=tuple(shares.tolist()), edges=empty.edges, names=empty.names)


def stability_index(shares: "Array", counts: "Array") -> float:
    """How far counts are from shares: 0 is not at all, from 0.2 on something has changed.

    Half a count is added to each bin, so that an empty one is no infinity. What chance alone would
    bring about, one less than the number of bins by the number of rows, is taken off.

    Source: population stability index; Siddiqi, "Credit Risk Scorecards" (2006), section 9.
    Its expectation: Yurdakul, "Statistical Properties of Population Stability Index" (2018),
    section 3.
    """
    num_bins, num_rows = len(counts), int(counts.sum())
    if not num_rows:
        return 0.0
    before = (np.asarray(shares) * num_rows + 0.5) / (num_rows + num_bins / 2)
    now = (counts + 0.5) / (num_rows + num_bins / 2)
    index = float(((now - before) * np.log(now / before)).sum())
    return max(0.0, index - (num_bins - 1) / num_rows)
