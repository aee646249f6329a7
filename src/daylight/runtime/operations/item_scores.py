"""Scores of all items for a history, each item of which says how it speaks for every other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


class Parameters(Config):
    """The file with the tensors that ``item_scores`` takes."""

    file: str


def item_scores(tensors: "Mapping[str, Array]", history: Column) -> "Array":
    """Adds up what each item of a history says; float32 ``(rows, items)``.

    Args:
        tensors: ``bias``: float32 ``(items,)``, given to everybody. ``weights``: float32
            ``(items, items)``, what the item of a row says of the item of a column; or the same
            as compressed sparse rows: ``starts`` (items + 1), ``columns`` and ``values``; or
            neither, where histories do not matter.
        history: Ragged int64; -1 is no item, and an item that is there twice counts once.
    """
    bias = tensors["bias"]
    scores = np.tile(bias, (len(history), 1))
    if "weights" not in tensors and "values" not in tensors:
        return scores
    for row in range(len(history)):
        items = np.unique(history[row])
        items = items[np.searchsorted(items, 0) :]
        if len(items) and "weights" in tensors:
            scores[row] += tensors["weights"][items].sum(axis=0)
        elif len(items):
            scores[row] += _added_up(tensors, items)
    return scores


def _added_up(tensors: "Mapping[str, Array]", items: "Array") -> "Array":
    """What these items say of all in sum, from compressed sparse rows; float32 ``(items,)``."""
    starts = tensors["starts"]
    runs = [slice(int(starts[item]), int(starts[item + 1])) for item in items.tolist()]
    columns = np.concatenate([tensors["columns"][run] for run in runs])
    values = np.concatenate([tensors["values"][run] for run in runs])
    added: Array = np.bincount(columns, weights=values, minlength=len(tensors["bias"]))
    return added.astype(np.float32)


def spoken(tensors: "Mapping[str, Array]", items: "Array") -> "Array":
    """What each of these items says of all; float32 ``(len(items), all items)``."""
    if "weights" in tensors:
        found: Array = tensors["weights"][items]
        return found
    starts, size = tensors["starts"], len(tensors["bias"])
    wide = np.zeros((len(items), size), np.float32)
    for row, item in enumerate(items.tolist()):
        run = slice(int(starts[item]), int(starts[item + 1]))
        wide[row, tensors["columns"][run]] = tensors["values"][run]
    return wide


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives float32 ``(rows, items)`` for ragged int64 histories."""
    tensors = load(read(parameters.file))

    def run(history: Column) -> Sequence[Column]:
        return (Column(item_scores(tensors, history)),)

    return run


OPERATION = Operation(Parameters, open_)
