"""What is explained where an input is a row: how much each column speaks for the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Fitted
from daylight.explaining.deletion import NUM_SHARES

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class RowSubject:
    """What is explained: why a model gave each of these rows its class or its number.

    Attributes:
        answer: Prepared columns to the outputs of the answer kind; the package's own program.
        column: Name of the one prepared column.
        values: What the model was shown; float32 ``(rows, features)``.
        absent: A row that says nothing: of middling numbers and the commonest categories; float32
            ``(features,)``.
        places: The place in ``names`` of each feature; int64 ``(features,)``.
        names: Of the columns that a person has.
        classes: Which class is explained, by row; int64. Of numbers ``None``: what is explained is
            how far they are from the number of ``absent``.
        fitted: The model itself, for methods that ask for more than answers.
    """

    answer: Callable[[Columns], Columns]
    column: str
    values: "Array"
    absent: "Array"
    places: "Array"
    names: Sequence[str]
    classes: "Array | None" = None
    fitted: Fitted | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shown(self) -> Columns:
        """What the model was shown."""
        return {self.column: Column(self.values)}

    @property
    def level(self) -> "Array":
        """Values that tell no column from another; float64 ``(rows, names)``."""
        return np.zeros((len(self), len(self.names)))

    def with_model(self, fitted: Fitted) -> "RowSubject":
        """The same, asked of another model of the same family."""
        return replace(self, fitted=fitted, answer=fitted.predict)

    def take(self, rows: "Array") -> "RowSubject":
        """The same of some rows."""
        classes = None if self.classes is None else self.classes[rows]
        return replace(self, values=self.values[rows], classes=classes)

    def amounts(self, values: "Array") -> "Array":
        """What the classes get, or the numbers, if each row is as in ``values``; ``(rows,)``."""
        parts = []
        for start in range(0, len(values), BATCH_ROWS):
            rows = slice(start, start + BATCH_ROWS)
            answers = self.answer({self.column: Column(values[rows])})
            if self.classes is None:
                parts.append(answers["value"].values)
                continue
            found = answers["probabilities"].values
            parts.append(found[np.arange(len(found)), self.classes[rows]])
        return np.concatenate(parts).astype(np.float64)

    def totals(self) -> "Array":
        """How much more that is than for the absent row; float64 ``(rows,)``."""
        nothing = np.broadcast_to(self.absent, self.values.shape)
        difference: Array = self.amounts(self.values) - self.amounts(nothing)
        return difference

    def by_place(self, of_features: "Array") -> "Array":
        """Values of features, added up by the columns they were made from: ``(rows, names)``."""
        sums = np.zeros((len(of_features), len(self.names)))
        np.add.at(sums.T, self.places, of_features.T)
        return sums


def against_others(scores: "Array") -> "Array":
    """Each class's score less the mean of the others': of two classes the log-odds.

    Args:
        scores: ``(..., classes)``; of one alone, it stays as it is.
    """
    count = scores.shape[-1]
    if count == 1:
        return scores
    others: Array = (scores.sum(axis=-1, keepdims=True) - scores) / (count - 1)
    return scores - others


def curves(subject: RowSubject, values: "Array", random: np.random.Generator) -> "Array":
    """What is left of the answer as columns are taken out, those that say most for it first.

    Among equals chance decides. Of classes it is the probability; of numbers the distance from that
    of the absent row, relative to the mean distance of all rows.

    Args:
        subject: Of numbers, whose totals are not all 0.
        values: One per row and column.

    Returns:
        Float64 ``(rows, shares)``.
    """
    totals = subject.totals() if subject.classes is None else None
    if totals is not None:
        values = values * np.sign(totals)[:, None]
    order = np.lexsort(np.stack([random.random(values.shape), -values]), axis=-1)
    ranks = np.argsort(order, axis=1)[:, subject.places]
    none = subject.amounts(np.broadcast_to(subject.absent, subject.values.shape))
    curve = []
    for share in range(NUM_SHARES + 1):
        gone = ranks < round(len(subject.names) * share / NUM_SHARES)
        left = subject.amounts(np.where(gone, subject.absent, subject.values))
        if totals is not None:
            left = np.sign(totals) * (left - none) / np.abs(totals).mean()
        curve.append(left)
    return np.stack(curve, axis=1)
