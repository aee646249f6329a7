"""The columns of a table as checks see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Dataset, Field
from daylight.data.columns import fields_to_columns, targets_to_columns

if TYPE_CHECKING:
    from daylight.core.types import Array


@dataclass(frozen=True, slots=True)
class Rows:
    """Whole columns, in the order of the examples.

    Attributes:
        fields: Of the inputs.
        unused: Of the columns that are not learned from; their facts say what they ``hold``.
        columns: Raw columns of the inputs.
        target: float64 measures, or int64 places among the labels; ``(rows,)``.
        is_measure: Which of both.
    """

    fields: Sequence[Field]
    unused: Sequence[Field]
    columns: Columns
    target: "Array"
    is_measure: bool

    @classmethod
    def of(cls, dataset: Dataset, answer: str) -> "Rows":
        """Reads a dataset whose inputs are numbers and categories."""
        fields, examples = dataset.fields("input"), dataset.tables["examples"]
        targets = targets_to_columns(dataset, answer, dataset.labels)
        return cls(
            fields=fields,
            unused=dataset.fields("unused"),
            columns=fields_to_columns(examples, fields, dataset.root),
            target=targets["target"].values,
            is_measure=not dataset.labels,
        )

    def missing(self, field: Field) -> "Array":
        """Which values of a column are; bool ``(rows,)``."""
        values = self.columns[field.name].values
        lacking: Array = ~np.isfinite(values) if field.type == "number" else values == ""
        return lacking

    def codes(self, field: Field) -> "Array":
        """A number for each value; equal values have equal ones, missing ones -1; ``(rows,)``."""
        _, codes = np.unique(self.columns[field.name].values, return_inverse=True)
        found: Array = np.where(self.missing(field), -1, codes)
        return found

    def numbers(self, field: Field) -> "Array":
        """Numbers as they are and places of categories, missing ones below; float64 ``(rows,)``."""
        if field.type != "number":
            return self.codes(field).astype(np.float64)
        values = self.columns[field.name].values
        known = values[np.isfinite(values)]
        below = known.min() - 1 if len(known) else 0.0
        found: Array = np.where(np.isfinite(values), values, below)
        return found

    def digests(self) -> "Array":
        """Equal for rows with equal inputs, and for no others; uint64 ``(rows,)``.

        Source: the mixing steps of SplitMix64, Steele, Lea & Flood, OOPSLA (2014), figure 16.
        """
        mixed = np.zeros(len(self.target), np.uint64)
        for field in self.fields:
            mixed = _mix(mixed ^ _mix(self.codes(field).astype(np.int64).view(np.uint64)))
        return mixed


def _mix(values: "Array") -> "Array":
    with np.errstate(over="ignore"):
        values = values + np.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: Array = values ^ (values >> np.uint64(31))
        return mixed
