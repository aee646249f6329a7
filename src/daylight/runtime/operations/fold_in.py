"""Scores of all items for a history, whose taste is solved for in the space of the items."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
from safetensors.numpy import load

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


class Parameters(Config):
    """The file with the tensors, and the two numbers of the model.

    Attributes:
        confidence: How much more an item that was taken counts than one that was not.
        penalty: On the squared length of a taste.
    """

    file: str
    confidence: Annotated[float, msgspec.Meta(gt=0)]
    penalty: Annotated[float, msgspec.Meta(gt=0)]


def fold_in(tensors: "Mapping[str, Array]", history: Column, parameters: Parameters) -> "Array":
    """What somebody with this history thinks of all items; float32 ``(rows, items)``.

    Args:
        tensors: ``factors``: float32 ``(items, size)``; ``bias``: float32 ``(items,)``.
        history: Ragged int64; -1 is no item, and an item that is there twice counts once.
        parameters: As in training.

    Source: Hu, Koren & Volinsky, ICDM (2008), equation 4.
    """
    factors = tensors["factors"]
    everything = factors.T @ factors + np.float32(parameters.penalty) * np.eye(
        factors.shape[1], dtype=np.float32
    )
    confidence = np.float32(parameters.confidence)
    tastes = np.zeros((len(history), factors.shape[1]), np.float32)
    for row in range(len(history)):
        items = np.unique(history[row])
        mine = factors[items[np.searchsorted(items, 0) :]]
        if len(mine):
            weighed = everything + confidence * (mine.T @ mine)
            tastes[row] = np.linalg.solve(weighed, (1 + confidence) * mine.sum(axis=0))
    scores: Array = tastes @ factors.T + tensors["bias"]
    return scores


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives float32 ``(rows, items)`` for ragged int64 histories."""
    tensors = load(read(parameters.file))

    def run(history: Column) -> Sequence[Column]:
        return (Column(fold_in(tensors, history, parameters)),)

    return run


OPERATION = Operation(Parameters, open_)
