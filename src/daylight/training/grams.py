"""How often items are taken together, counted as fast as the data allows."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from daylight.core.context import Context
from daylight.core.errors import ResourceError
from daylight.core.memory import free_bytes
from daylight.core.rows import size

if TYPE_CHECKING:
    from scipy.sparse import csr_array

BLOCK_ROWS = 8192
"""Rows that are made dense at a time; bounds the memory."""

SPARSE_COST = 3600
"""How many dense products of bytes take as long as one sparse product of floats."""


def check_room(num_items: int, context: Context, *, matrices: int) -> None:
    """Makes sure, before it is taken, that there is memory for square matrices of all items.

    Raises:
        ResourceError: Says how much it would be, how much there is, and what takes less.
    """
    needed = 4 * matrices * num_items**2
    allowed = context.memory_bytes or free_bytes()
    if allowed is not None and needed > allowed:
        raise ResourceError(
            f"{num_items:,} items take {size(needed)} of memory here, of {size(allowed)}.",
            hint="Of many items learn what grows with them only: --model item-knn or implicit-als",
        )


def gram(taken: "csr_array") -> torch.Tensor:
    """How many rows hold both of two items: float32 ``(items, items)``, exact below 2^24."""
    num_rows, num_items = taken.shape
    lengths = np.diff(taken.indptr).astype(np.float64)
    if SPARSE_COST * float(lengths @ lengths) < float(num_rows) * num_items**2:
        return torch.from_numpy((taken.T @ taken).toarray())
    counts = torch.zeros((num_items, num_items), dtype=torch.int32)
    for start in range(0, num_rows, BLOCK_ROWS):
        rows = torch.from_numpy(taken[start : start + BLOCK_ROWS].astype(np.int8).toarray())
        counts += torch._int_mm(rows.T.contiguous(), rows)
    return counts.to(torch.float32)
