"""Batches of examples: gathered and augmented as whole tensors, the next one while one trains."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from daylight.core.context import Context
from daylight.core.types import Split
from daylight.training.settings import Training

if TYPE_CHECKING:
    from daylight.core.types import Array

Batch = tuple[list[Tensor], Tensor]
"""Inputs in the order of the prepared columns, and the target."""


def num_batches(rows: int, batch_size: int) -> int:
    """Batches in an epoch.

    >>> num_batches(rows=10, batch_size=4)
    3
    """
    return max(1, -(-rows // batch_size))


def epoch(
    split: Split, names: Sequence[str], training: Training, context: Context, number: int
) -> Iterator[Batch]:
    """All examples once, in an order and with changes that depend on the epoch's number only.

    Args:
        split: Usually ``train``.
        names: Prepared columns that the network takes; pictures are uint8 of four dimensions.
        training: Batch size and augmentation.
        number: Counted from 0.
    """
    order = context.random("order", number).permutation(len(split))
    pieces = np.array_split(order, num_batches(len(split), training.batch_size))
    target = split.targets["target"].values

    def make(index: int) -> Batch:
        rows = pieces[index]
        random = context.random("augment", number, index)
        inputs = [
            torch.from_numpy(_augment(each, training, random) if _is_picture(each) else each)
            for each in (np.array(split.inputs[name].values[rows]) for name in names)
        ]
        return inputs, torch.from_numpy(np.array(target[rows]))

    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(make, 0)
        for index in range(len(pieces)):
            batch = following.result()
            if index + 1 < len(pieces):
                following = ahead.submit(make, index + 1)
            yield batch


def _is_picture(values: "Array") -> bool:
    return values.dtype == np.uint8 and values.ndim == 4


def _augment(pictures: "Array", training: Training, random: np.random.Generator) -> "Array":
    """Mirrors, moves and erases: uint8 ``(rows, height, width, channels)`` to the same.

    What moves in from outside repeats the edge. NumPy on purpose: torch would start a second pool
    of threads here, and both pools would wait for each other's cores.
    """
    rows, height, width, _ = pictures.shape
    if training.flip or training.shift:
        down = _places(rows, height, training.shift, random)
        right = _places(rows, width, training.shift, random)
        if training.flip:
            right = np.where(random.random((rows, 1)) < 0.5, width - 1 - right, right)
        each = np.arange(rows)[:, None, None]
        pictures = pictures[each, down[:, :, None], right[:, None, :]]
    if training.erase:
        inside = _squares(rows, height, width, training.erase, random)
        middle = pictures.mean(axis=(0, 1, 2)).astype(np.uint8)
        pictures = np.where(inside[..., None], middle, pictures)
    return pictures


def _places(rows: int, size: int, share: float, random: np.random.Generator) -> "Array":
    """Where each pixel of one side is taken from: int64 ``(rows, size)``."""
    most = round(share * size)
    moved = random.integers(-most, most + 1, (rows, 1)) + np.arange(size)
    places: Array = moved.clip(0, size - 1)
    return places


def _squares(
    rows: int, height: int, width: int, share: float, random: np.random.Generator
) -> "Array":
    """One square per picture, its middle anywhere: bool ``(rows, height, width)``."""

    def covered(size: int) -> "Array":
        half = share * size / 2
        middle = random.random(rows)[:, None] * size
        inside: Array = np.abs(np.arange(size) + 0.5 - middle) < half
        return inside

    both: Array = covered(height)[:, :, None] & covered(width)[:, None, :]
    return both
