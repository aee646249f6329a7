"""What models are measured on: the same rows and metrics for all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from daylight.core.hashing import sha256_json
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns, Dataset, Metric
from daylight.data.columns import fields_to_columns, targets_to_columns
from daylight.metrics.real import TARGET_UNIT
from daylight.metrics.scoring import metrics_of

if TYPE_CHECKING:
    from daylight.core.types import Array


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Rows of a dataset with the metrics of an answer kind; it needs no run.

    Attributes:
        primary: Metric that orders models.
        rows: Which examples; int64.
        reference: The examples that models learned from, where answers are compared with them, too.
    """

    dataset: Dataset
    answer: str
    primary: str
    split: str
    rows: "Array"
    reference: "Array | None" = None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The primary one first; a unit that is the target's own is said by the target's name."""
        [target] = self.dataset.fields("target")
        own = f"in units of {target.name!r}"
        return tuple(
            replace(metric, unit=own) if metric.unit == TARGET_UNIT else metric
            for metric in metrics_of(ANSWER_KINDS[self.answer], self.primary)
        )

    @property
    def digest(self) -> str:
        """Equal digests, comparable scores."""
        facts = {
            "data": self.dataset.digest,
            "ids": self.column("id"),
            "metrics": ANSWER_KINDS[self.answer].metrics,
            "primary": self.primary,
        }
        if self.reference is not None:
            ids = self.dataset.tables["examples"]["id"].take(self.reference)
            facts["reference"] = ids.to_pylist()
        return sha256_json(facts)

    def column(self, name: str) -> list[Any]:
        """A column of the examples, as plain values."""
        values: list[Any] = self.dataset.tables["examples"][name].take(self.rows).to_pylist()
        return values

    def inputs(self) -> Columns:
        """Raw inputs: what a person has, before any processing."""
        dataset = self.dataset
        fields = dataset.fields("input")
        return fields_to_columns(dataset.tables["examples"], fields, dataset.root, self.rows)

    def targets(self, labels: Sequence[str]) -> Columns:
        """Targets in a model's own vocabulary; a label that it does not know is -1."""
        return targets_to_columns(self.dataset, self.answer, labels, self.rows)

    def reference_targets(self) -> Column:
        """What the models learned to answer."""
        columns = targets_to_columns(self.dataset, self.answer, (), self.reference)
        return columns["target"]
