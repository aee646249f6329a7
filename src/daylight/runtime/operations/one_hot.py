"""Names of a vocabulary to indicator vectors."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The names, in the order of the vector; fitted on train.

    Attributes:
        at_least: How often a name has to occur to be in the vocabulary.
        at_most: So many names, the most frequent ones; 0 for all.
        others: Whether all other names, those never seen among them, have a place after the
            vocabulary: if train has some.
        missing: Whether a missing one has a place at the end: if train has some.
    """

    vocabulary: tuple[str, ...] = ()
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 1
    at_most: Annotated[int, msgspec.Meta(ge=0)] = 0
    others: bool = False
    missing: bool = False


def fit(parameters: Parameters, columns: Sequence[Column]) -> dict[str, Any]:
    """Takes the names that occur, sorted; an empty name is a missing value."""
    counts = Counter(name for column in columns for name in column.values.tolist())
    lacking = counts.pop("", 0)
    often = sorted(counts, key=lambda name: (-counts[name], name))[: parameters.at_most or None]
    vocabulary = sorted(name for name in often if counts[name] >= parameters.at_least)
    fitted: dict[str, Any] = {"vocabulary": vocabulary}
    if parameters.others and len(vocabulary) < len(counts):
        fitted["others"] = True
    if parameters.missing and lacking:
        fitted["missing"] = True
    return fitted


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, size)`` for text; a name that has no place gives zeros."""
    place = {name: index for index, name in enumerate(parameters.vocabulary)}
    size = len(place) + parameters.others + parameters.missing
    other = len(place) if parameters.others else -1
    if parameters.missing:
        place[""] = size - 1
    else:
        place.setdefault("", -1)

    def run(*columns: Column) -> Sequence[Column]:
        wide = []
        for column in columns:
            places = np.array([place.get(name, other) for name in column.values.tolist()], np.int64)
            indicator = np.zeros((len(column), size), np.float32)
            known = np.flatnonzero(places >= 0)
            indicator[known, places[known]] = 1
            wide.append(Column(indicator))
        return wide

    return run


OPERATION = Operation(Parameters, open_, fit)
