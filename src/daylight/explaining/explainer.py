"""What a method of explanation is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from daylight.core.errors import UserError
from daylight.core.types import Column, Columns, Fitted

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 64


class UnableError(UserError):
    """A method cannot explain this model; the message says why."""

    code = "unable"


@runtime_checkable
class Differentiable(Protocol):
    """A fitted model around a torch module from prepared columns to raw outputs."""

    module: Any
    config: Any


@runtime_checkable
class Trees(Protocol):
    """A fitted model whose answer is a sum over trees; see ``training.trees.TreeEnsemble``."""

    roots: "Array"
    feature: "Array"
    threshold: "Array"
    left: "Array"
    right: "Array"
    leaves: Any
    votes: Any


@runtime_checkable
class Sums(Protocol):
    """A fitted model whose scores are sums over what it is shown."""

    def contributions(self, history: Column, items: "Array") -> Column:
        """What each item of each history adds to the score of one item, or class.

        Args:
            history: The ragged prepared column: int64, without repeats, where -1 is no item; or
                the terms of texts.
            items: Whose score; int64 ``(rows,)``. That of a class counts beside the mean of all.

        Returns:
            Ragged float32, aligned with ``history``.
        """
        ...


@runtime_checkable
class Scoring(Protocol):
    """A fitted model that ranks by scores."""

    def scores(self, inputs: Columns) -> "Array":
        """Of everything that may be answered; float32 ``(rows, things)``."""
        ...


@runtime_checkable
class Redrawable(Protocol):
    """A fitted model that can say what an equal one with random parameters is."""

    def redrawn(self, random: np.random.Generator) -> Fitted:
        """The other model; this one stays as it is."""
        ...


ABILITIES: Mapping[str, tuple[Any, str]] = {
    "gradients": (Differentiable, "the model is not a network, so it has no gradients"),
    "trees": (Trees, "the model is not made of trees"),
    "sums": (Sums, "the model's scores are not sums over what it is shown"),
}
"""What a fitted model must be for each thing that a method asks, and what is said if it is not."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is explained: why a model gave each of these inputs this class.

    Attributes:
        answer: Prepared columns to the outputs of the answer kind; the package's own program.
        column: Name of the one prepared column.
        values: What the model was shown; uint8 ``(rows, height, width, channels)``.
        classes: Which class is explained, by row; int64.
        absent: What a place holds that says nothing: the mean of the training pictures; uint8
            ``(height, width, channels)``.
        fitted: The model itself, for methods that ask for more than answers.
    """

    answer: Callable[[Columns], Columns]
    column: str
    values: "Array"
    classes: "Array"
    absent: "Array"
    fitted: Fitted | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shown(self) -> Columns:
        """What the model was shown."""
        return {self.column: Column(self.values)}

    @property
    def level(self) -> "Array":
        """Values that tell no place from another; float64 ``(rows, height, width)``."""
        return np.zeros(self.values.shape[:3])

    def take(self, rows: "Array") -> "Subject":
        """The same of some rows."""
        return replace(self, values=self.values[rows], classes=self.classes[rows])

    def with_model(self, fitted: Fitted) -> "Subject":
        """The same, asked of another model of the same family."""
        return replace(self, fitted=fitted, answer=fitted.predict)

    def probabilities(self, values: "Array") -> "Array":
        """What the classes get if each row is shown as in ``values`` instead; ``(rows,)``."""
        parts = []
        for start in range(0, len(values), BATCH_ROWS):
            rows = slice(start, start + BATCH_ROWS)
            answers = self.answer({self.column: Column(values[rows])})["probabilities"].values
            parts.append(answers[np.arange(len(answers)), self.classes[rows]])
        return np.concatenate(parts)

    def totals(self) -> "Array":
        """How much more probable the classes are than for the absent input; shape ``(rows,)``."""
        nothing = np.broadcast_to(self.absent, self.values.shape)
        difference: Array = self.probabilities(self.values) - self.probabilities(nothing)
        return difference


@dataclass(frozen=True, slots=True)
class Attribution:
    """How much each place of a prepared column speaks for the class of its row.

    Attributes:
        column: Name of the prepared column.
        values: Aligned with it: for pictures float32 ``(rows, height, width)``, channels added up;
            for runs ragged float32. For rows one per column of the table.
        totals: What the values of each row should add up to, if the method promises that.
    """

    column: str
    values: Column
    totals: "Array | None" = None

    @property
    def gap(self) -> float | None:
        """How far from it they are, relative to the mean total; ``None`` without a promise."""
        if self.totals is None:
            return None
        values = self.values.values
        if self.values.offsets is None:
            sums = values.reshape(len(values), -1).sum(axis=1, dtype=np.float64)
        else:
            sums = np.diff(
                np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])[self.values.offsets]
            )
        size = float(np.abs(self.totals).mean())
        return float(np.abs(sums - self.totals).mean()) / size if size else 0.0


class Explained(Protocol):
    """What all subjects have, whatever kind of input they are of. They are dataclasses."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def fitted(self) -> Fitted | None:
        """The model itself, for methods that ask for more than answers."""
        ...

    @property
    def shown(self) -> Columns:
        """What the model was shown."""
        ...

    @property
    def level(self) -> "Array":
        """Values that tell no place from another; float64."""
        ...

    def __len__(self) -> int: ...

    def take(self, rows: "Array", /) -> "Explained":
        """The same of some rows."""
        ...

    def with_model(self, fitted: Fitted, /) -> "Explained":
        """The same, asked of another model of the same family.

        Raises:
            UnableError: The other model cannot be asked.
        """
        ...


class Explainer(Protocol):
    """A method. It is a module: this function stands at its top level."""

    def explain(self, subject: Any, /) -> Attribution:
        """Explains every row.

        Raises:
            UnableError: The method cannot explain this model.
        """
        ...
