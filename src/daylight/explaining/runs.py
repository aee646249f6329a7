"""What is explained where an input is a run of places that can be taken out: items of a history."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from daylight.core.types import Column, Columns, Fitted
from daylight.explaining.deletion import NUM_SHARES
from daylight.explaining.explainer import Scoring, UnableError

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 64


@dataclass(frozen=True, slots=True)
class RunSubject:
    """What is explained: why each of these runs gives one thing the score that it has.

    Attributes:
        scores: A column of runs to what everything gets; float32 ``(rows, things)``.
        column: Name of the prepared column.
        runs: What the model was shown, without repeats; ragged.
        things: Which is explained, by row; int64.
        fitted: The model itself, for methods that ask for more than answers.
    """

    scores: Callable[[Column], "Array"]
    column: str
    runs: Column
    things: "Array"
    fitted: Fitted | None = None

    def __len__(self) -> int:
        return len(self.things)

    @property
    def offsets(self) -> "Array":
        """Where runs begin and end."""
        assert self.runs.offsets is not None  # noqa: S101 - runs are ragged
        return self.runs.offsets

    @property
    def shown(self) -> Columns:
        """What the model was shown."""
        return {self.column: self.runs}

    @property
    def level(self) -> "Array":
        """Values that tell no place from another; float64, one per place of all runs."""
        return np.zeros(len(self.runs.values))

    def take(self, rows: "Array") -> "RunSubject":
        """The same of some rows."""
        return RunSubject(
            self.scores, self.column, self.runs.take(rows), self.things[rows], self.fitted
        )

    def left(self, kept: "Array") -> "Array":
        """What the things get if only some places are shown; float64 ``(rows,)``.

        Args:
            kept: Boolean, one per place of all runs.
        """
        counts = np.concatenate([[0], np.cumsum(kept)])
        shown = Column(self.runs.values[kept], counts[self.offsets])
        parts = []
        for start in range(0, len(self), BATCH_ROWS):
            scores = self.scores(shown.slice(start, start + BATCH_ROWS))
            things = self.things[start : start + BATCH_ROWS]
            parts.append(scores[np.arange(len(things)), things].astype(np.float64))
        return np.concatenate(parts) if parts else np.empty(0)

    def with_model(self, fitted: Fitted) -> "RunSubject":
        """The same, asked of another model of the same family.

        Raises:
            UnableError: It does not tell its scores.
        """
        if not isinstance(fitted, Scoring):
            raise UnableError("the model does not tell its scores")

        def scores(runs: Column) -> "Array":
            return fitted.scores({self.column: runs})

        return replace(self, fitted=fitted, scores=scores)

    def totals(self) -> "Array":
        """How much more the things get than for an empty run; float64 ``(rows,)``."""
        size = len(self.runs.values)
        difference: Array = self.left(np.ones(size, bool)) - self.left(np.zeros(size, bool))
        return difference


class Places(Protocol):
    """A subject whose inputs have places that can be taken out."""

    @property
    def offsets(self) -> "Array":
        """Where the places of each input begin and end."""
        ...

    def left(self, kept: "Array") -> "Array":
        """What is answered if only some places are shown; float64 ``(rows,)``."""
        ...


def curves(subject: RunSubject, values: "Array", random: np.random.Generator) -> "Array":
    """What is left of the totals as places are taken out, the largest values first.

    Among equals chance decides.

    Args:
        subject: Of positive totals.
        values: One per place of all runs.

    Returns:
        Float64 ``(rows, shares)``, from 1 for all places to 0 for none.
    """
    size = len(subject.runs.values)
    none, totals = subject.left(np.zeros(size, bool)), subject.totals()
    shares: Array = (falls(subject, values, random) - none[:, None]) / totals[:, None]
    return shares


def falls(subject: Places, values: "Array", random: np.random.Generator) -> "Array":
    """What is answered as places are taken out, the largest values first.

    Among equals chance decides.

    Args:
        subject: What is asked.
        values: One per place of all inputs.

    Returns:
        Float64 ``(rows, shares)``, from all places to none.
    """
    rows = np.repeat(np.arange(len(subject.offsets) - 1), np.diff(subject.offsets))
    order = np.lexsort((random.random(len(rows)), -values, rows))
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - subject.offsets[rows]
    lengths = np.diff(subject.offsets)[rows]
    curve = []
    for share in range(NUM_SHARES + 1):
        kept = rank >= np.round(lengths * share / NUM_SHARES)
        curve.append(subject.left(kept))
    return np.stack(curve, axis=1)
