"""Some rows of columns as tensors: runs of different lengths become a matrix and their lengths."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from daylight.core.types import Columns
from daylight.runtime.operations import pad

if TYPE_CHECKING:
    from daylight.core.types import Array

LONGEST = 1 << 20
"""Families cut runs to a length of their own, below this."""

_pad = pad.open_(pad.Parameters(max_length=LONGEST), lambda name: name.encode())


def arrays(inputs: Columns, names: Sequence[str], rows: Any) -> "list[Array]":
    """Copies of some rows; a ragged column gives two arrays, as the operation ``pad`` does.

    Args:
        inputs: Prepared columns.
        names: Which of them, in order.
        rows: Numbers of rows, or a slice.
    """
    found: list[Array] = []
    for name in names:
        column = inputs[name]
        if column.offsets is None:
            found.append(np.array(column.values[rows]))
        else:
            found += [each.values for each in _pad(column.take(rows))]
    return found


def to_tensors(inputs: Columns, names: Sequence[str], rows: Any) -> list[Tensor]:
    """The same as tensors that own their memory."""
    return list(map(torch.from_numpy, arrays(inputs, names, rows)))


def lengths(inputs: Columns, names: Sequence[str]) -> "Array | None":
    """The length of each row's longest run; ``None`` where no column is ragged."""
    offsets = [inputs[name].offsets for name in names]
    runs = [np.diff(each) for each in offsets if each is not None]
    return np.max(runs, axis=0) if runs else None
