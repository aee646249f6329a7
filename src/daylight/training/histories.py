"""What families that learn from histories share: who took what, and answers from scores."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file, save

from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.item_scores import item_scores, spoken
from daylight.runtime.operations.top_k import Parameters, top_k

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scipy.sparse import csr_array

    from daylight.core.types import Array

NUM_ANSWERED = 50
"""Items in an answer: recall is measured on so many."""

WEIGHTS = "model.safetensors"
TAKEN = "taken"

TIE_BREAK = 1e-6
"""Of the largest score: what popularity adds, so that it decides where nothing else does."""

TOP = Node(
    operation="top_k",
    inputs=("all_scores", TAKEN),
    outputs=("items", "scores"),
    parameters={"k": NUM_ANSWERED},
)
"""The best items for each row that it does not hold yet."""


def history_processing(schema: Schema) -> Processing:
    """The one field of keys, as places in the vocabulary."""
    [history] = [field.name for field in schema["examples"] if field.role == "input"]
    node = Node(operation="lookup", inputs=(history,), outputs=(TAKEN,))
    return Processing(inputs=(node,), prepared=(TAKEN,))


def interactions(prepared: Prepared) -> "csr_array":
    """Who took what in ``train``: float32 ones, shape ``(rows, items)``.

    What a row held before and what it took next count alike, and each item once.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - not to list families

    split, size = prepared.splits["train"], len(prepared.labels)
    pairs = []
    for column in (split.inputs[TAKEN], split.targets["target"]):
        assert column.offsets is not None  # noqa: S101 - as lookup and the kind give it
        rows = np.repeat(np.arange(len(column)), np.diff(column.offsets))
        known = column.values >= 0
        pairs.append(rows[known] * size + column.values[known])
    unique = np.unique(np.concatenate(pairs))
    ones = np.ones(len(unique), np.float32)
    return csr_array((ones, (unique // size, unique % size)), shape=(len(split), size))


def popularity(taken: "csr_array") -> "Array":
    """The share of rows that took each item; float32 ``(items,)``."""
    counts: Array = np.asarray(taken.sum(axis=0), np.float32)
    return counts / np.float32(max(1, taken.shape[0]))


def sparse_rows(weights: "Array") -> "dict[str, Array]":
    """A matrix as compressed sparse rows, as the operation ``item_scores`` takes them."""
    rows, columns = np.nonzero(weights)
    starts = np.searchsorted(rows, np.arange(len(weights) + 1))
    return {"starts": starts.astype(np.int64), "columns": columns, "values": weights[rows, columns]}


def ranked(scores: "Array", taken: Column) -> Columns:
    """The outputs of the answer kind, as ``TOP`` gives them."""
    items, best = top_k(Column(scores), taken, Parameters(k=NUM_ANSWERED))
    return {"items": items, "scores": best}


@dataclass(frozen=True, slots=True)
class ItemScores:
    """A ``Fitted`` that adds up what each item of a history says of all items.

    Attributes:
        tensors: As the operation ``item_scores`` takes them.
    """

    tensors: "Mapping[str, Array]"

    def predict(self, inputs: Columns) -> Columns:
        """The best items that are not in the history."""
        return ranked(self.scores(inputs), inputs[TAKEN])

    def contributions(self, history: Column, items: "Array") -> Column:
        """What each item of each history adds to the score of one item; aligned with ``history``.

        Args:
            history: Ragged int64, without repeats; -1 is no item.
            items: Whose score; int64 ``(rows,)``.
        """
        values = np.zeros(len(history.values), np.float32)
        if self.tensors.keys() == {"bias"}:
            return Column(values, history.offsets)
        for row, item in enumerate(items.tolist()):
            mine = history.slice(row, row + 1)
            assert history.offsets is not None  # noqa: S101 - histories are ragged
            start, known = int(history.offsets[row]), np.flatnonzero(mine.values >= 0)
            values[start + known] = spoken(self.tensors, mine.values[known])[:, item]
        return Column(values, history.offsets)

    def redrawn(self, random: np.random.Generator) -> "ItemScores":
        """An equal model that has learned nothing: what items say is shuffled."""
        weights = {"weights", "values"} & self.tensors.keys()
        shuffled = {name: random.permuted(self.tensors[name]) for name in weights}
        return ItemScores({**self.tensors, **shuffled})

    def scores(self, inputs: Columns) -> "Array":
        """Of all items; float32 ``(rows, items)``."""
        return item_scores(self.tensors, inputs[TAKEN])

    def save(self, folder: Path) -> None:
        """Writes the tensors."""
        tensors = {name: np.ascontiguousarray(value) for name, value in self.tensors.items()}
        write_atomic(folder / WEIGHTS, save(tensors))

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """The program reads what ``save`` writes; no graph is needed."""
        parameters: dict[str, Any] = {"file": WEIGHTS}
        scores = Node(
            operation="item_scores",
            inputs=(TAKEN,),
            outputs=("all_scores",),
            parameters=parameters,
        )
        return scores, TOP

    @classmethod
    def load(cls, folder: Path) -> "ItemScores":
        """Reads what ``save`` wrote."""
        return cls(load_file(folder / WEIGHTS))
