"""Metrics of answers that are texts, compared code point by code point."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, ratio, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array


def edit_distance(first: str, second: str) -> int:
    """Fewest insertions, deletions and replacements that turn one text into the other.

    One column of the matrix of distances is held as differences of +1 and -1 in two integers of
    ``len(first)`` bits, so a step costs a few operations on integers.

    Source: Myers 1999, in the form of Hyyrö 2003, figure 4.

    >>> edit_distance("kitten", "sitting")
    3
    """
    if not first:
        return len(second)
    everywhere, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    places: dict[str, int] = {}
    for index, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << index
    up, down, distance = everywhere, 0, len(first)
    for character in second:
        equal = places.get(character, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        right = down | ~(diagonal | up)
        left = up & diagonal
        distance += bool(right & last) - bool(left & last)
        right = right << 1 | 1
        up = (left << 1 | ~(diagonal | right)) & everywhere
        down = right & diagonal & everywhere
    return distance


def _exact_match(targets: Columns, outputs: Columns) -> Statistic:
    """Share of rows whose text is the target, with nothing trimmed or folded."""
    equal = outputs["text"].values == targets["target"].values
    return weighted_mean(np.asarray(equal, dtype=np.float64))


def _count_rows(targets: Columns, outputs: Columns) -> "Array":  # noqa: ARG001 - one signature
    return np.array(len(targets["target"]))


def _character_error_rate(targets: Columns, outputs: Columns) -> Statistic:
    """All edits over all characters of the targets; at least 0, may exceed 1."""
    pairs = list(
        zip(targets["target"].values.tolist(), outputs["text"].values.tolist(), strict=True)
    )
    terms = np.array(
        [(edit_distance(target, text), len(target)) for target, text in pairs], dtype=np.float64
    )

    def character_error_rate(weights: "Array") -> "Array":
        sums = weights @ terms
        return ratio(sums[:, 0], sums[:, 1])

    return character_error_rate


EXACT_MATCH = Metric(
    name="exact_match",
    title="Exact match",
    unit="ratio",
    higher_is_better=True,
    interval="wilson",
    score=Weighted(_exact_match),
    trials=_count_rows,
)
CHARACTER_ERROR_RATE = Metric(
    name="character_error_rate",
    title="Character error rate",
    unit="edits per character",
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_character_error_rate),
)
