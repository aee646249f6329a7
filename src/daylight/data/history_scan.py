"""What is seen of histories at once: how long they are, and what their table was like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.types import Dataset

if TYPE_CHECKING:
    from daylight.core.types import Array


@dataclass(frozen=True, slots=True)
class Histories:
    """As checks see them.

    Attributes:
        lengths: Items that each example holds, those that were taken next included; int64.
        facts: What the task saw in the table: ``num_repeated`` pairs, and ``share_tied``, of
            neighbours in a history whose times are equal; what it did not see is missing.
    """

    lengths: "Array"
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, dataset: Dataset) -> "Histories | None":
        """Of a dataset whose one input is a history; else ``None``."""
        import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there is a dataset

        fields, [target] = dataset.fields("input"), dataset.fields("target")
        if [field.type for field in fields] != ["keys"] or target.type != "keys":
            return None
        examples = dataset.tables["examples"]
        before, after = (
            pc.fill_null(pc.list_value_length(examples[name]), 0).to_numpy().astype(np.int64)
            for name in (fields[0].name, target.name)
        )
        return cls(before + after, fields[0].facts)
