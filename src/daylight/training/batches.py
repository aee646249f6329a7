"""Batches of examples: gathered and augmented as whole tensors, the next one while one trains."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from daylight.core.context import Context
from daylight.core.types import Split
from daylight.training.augmentation import Augmentation
from daylight.training.rows import arrays, lengths
from daylight.training.settings import Training

if TYPE_CHECKING:
    from daylight.core.types import Array

POOL = 32
"""Batches among whose rows those of like length are brought together."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from.

    Attributes:
        inputs: In the order of the prepared columns.
        target: One per row.
        mixed_in: Targets of the pictures that were mixed into these; one per row.
        share: Of ``target`` in the mixture, more than 0 and at most 1.
    """

    inputs: list[Tensor]
    target: Tensor
    mixed_in: Tensor
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.target)

    def parts(self, count: int) -> "list[Batch]":
        """The batch in so many pieces of nearly one size, or one for each row if it has fewer."""
        pieces = np.array_split(np.arange(len(self)), min(count, len(self)))
        bounds = [slice(int(piece[0]), int(piece[-1]) + 1) for piece in pieces]
        return [
            Batch(
                [each[at] for each in self.inputs], self.target[at], self.mixed_in[at], self.share
            )
            for at in bounds
        ]


def num_batches(rows: int, batch_size: int) -> int:
    """Batches in an epoch.

    >>> num_batches(rows=10, batch_size=4)
    3
    """
    return max(1, -(-rows // batch_size))


def epoch(
    split: Split,
    names: Sequence[str],
    training: Training,
    context: Context,
    number: int,
    *,
    start: int = 0,
) -> Iterator[Batch]:
    """All examples once, in an order and with changes that depend on the epoch's number only.

    Where columns are ragged, rows of like length share a batch, so that hardly anything is filled
    up; batches are of all lengths in turn.

    Args:
        split: Usually ``train``.
        names: Prepared columns that the network takes.
        training: Batch size and augmentation.
        context: Its seed decides both.
        number: Counted from 0.
        start: Batches that are left out, as they were before.
    """
    pieces = _pieces(split, names, training.batch_size, context, number)
    augmentation = Augmentation(training, context, number, num_rows=len(split))
    target = split.targets["target"].values

    def make(index: int) -> Batch:
        rows = pieces[index]
        inputs, share = augmentation(arrays(split.inputs, names, rows), rows, index)
        answers = torch.from_numpy(np.array(target[rows]))
        return Batch(list(map(torch.from_numpy, inputs)), answers, answers.roll(1, 0), share)

    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(make, start)
        for index in range(start, len(pieces)):
            batch = following.result()
            if index + 1 < len(pieces):
                following = ahead.submit(make, index + 1)
            yield batch


def _pieces(
    split: Split, names: Sequence[str], batch_size: int, context: Context, number: int
) -> "list[Array]":
    """The rows of each batch of an epoch.

    Source: Khomenko et al., arXiv:1708.05604, section III (bucketing); here within pools of so many
    batches, so that those who meet in one are others in every epoch.
    """
    order = context.random("order", number).permutation(len(split))
    pieces = np.array_split(order, num_batches(len(split), batch_size))
    runs = lengths(split.inputs, names)
    if runs is None:
        return pieces
    alike: list[Array] = []
    for start in range(0, len(pieces), POOL):
        pool = pieces[start : start + POOL]
        rows = np.concatenate(pool)
        ends = np.cumsum([len(piece) for piece in pool])[:-1]
        alike += np.split(rows[np.argsort(runs[rows], kind="stable")], ends)
    return [alike[place] for place in context.random("batches", number).permutation(len(alike))]
