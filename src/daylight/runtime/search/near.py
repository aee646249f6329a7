"""Passages whose vectors are near a question's: each looked at, or most found by a shortcut."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from daylight.runtime.search.ranking import best
from daylight.runtime.search.shortcut import Shortcut, search

if TYPE_CHECKING:
    from daylight.core.types import Array

SPARE = 2
"""So many times the documents that are wanted, since some have several passages near."""


class Near(Protocol):
    """Finds passages by vectors."""

    def __call__(self, asked: "Array", k: int) -> "list[Array]":
        """Places of passages that may be among the ``k`` nearest, for each row of ``asked``."""
        ...


@dataclass(frozen=True, slots=True)
class Exact:
    """Looks at every vector."""

    vectors: "Array"

    def __call__(self, asked: "Array", k: int) -> "list[Array]":
        """All that are among the nearest."""
        return [best(row, SPARE * k) for row in asked @ self.vectors.T]


@dataclass(frozen=True, slots=True)
class Approximate:
    """Asks FAISS, and looks at every vector that came after it was made.

    Attributes:
        places: By number in FAISS, the passage's place here; -1 if it is gone.
        later: Places of the passages that it does not know.
        vectors: Of all passages here.
    """

    index: Any
    shortcut: Shortcut
    places: "Array"
    later: "Array"
    vectors: "Array"

    def __call__(self, asked: "Array", k: int) -> "list[Array]":
        """Most that are among the nearest."""
        wanted = min(SPARE * k, len(self.places))
        found = search(self.index, self.shortcut.kind, self.shortcut.effort, asked, wanted)
        new = asked @ self.vectors[self.later].T
        rows = []
        for numbers, scores in zip(found, new, strict=True):
            known = self.places[numbers[numbers >= 0]]
            rows.append(np.concatenate([known[known >= 0], self.later[best(scores, SPARE * k)]]))
        return rows
