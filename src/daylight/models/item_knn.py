"""Each item speaks for those that the same people took: the nearest by the cosine, shrunk.

Source: Deshpande & Karypis, ACM Transactions on Information Systems 22 (2004), section 4; shrinkage
as in Bell & Koren, ICDM (2007).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.histories import (
    TIE_BREAK,
    ItemScores,
    history_processing,
    interactions,
    popularity,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from daylight.core.types import Array

BLOCK_ITEMS = 2048
"""Items whose neighbours are looked for at a time; bounds the memory."""


class Settings(Config):
    """Which neighbours count.

    Attributes:
        neighbors: Of each item.
        shrinkage: Added to the denominator: pairs that few people took count less.
    """

    neighbors: Annotated[int, msgspec.Meta(ge=1)] = 100
    shrinkage: Annotated[float, msgspec.Meta(ge=0)] = 10.0


SEARCH: Search = {
    "neighbors": Choice(values=(20, 50, 100, 200, 400)),
    "shrinkage": Range(low=1.0, high=200.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


def fit(prepared: Prepared, settings: Settings, context: Context) -> ItemScores:  # noqa: ARG001
    """Compares all pairs of items that somebody took."""
    taken = interactions(prepared)
    by_item = taken.T.tocsr()
    sizes = np.sqrt(np.diff(by_item.indptr)).astype(np.float32)
    found = []
    for start in range(0, by_item.shape[0], BLOCK_ITEMS):
        block = (by_item[start : start + BLOCK_ITEMS] @ taken).tocsr()
        found += _nearest(block, sizes, start, settings)
    columns = [columns for columns, _ in found]
    tensors: dict[str, Array] = {
        "starts": np.cumsum([0, *map(len, columns)]).astype(np.int64),
        "columns": np.concatenate(columns).astype(np.int64),
        "values": np.concatenate([values for _, values in found]).astype(np.float32),
        "bias": np.float32(TIE_BREAK) * popularity(taken),
    }
    return ItemScores(tensors)


def _nearest(
    together: "csr_array", sizes: "Array", start: int, settings: Settings
) -> "list[tuple[Array, Array]]":
    """Of each item of a block its neighbours, ascending, and how near they are."""
    found = []
    for row in range(together.shape[0]):
        run = slice(together.indptr[row], together.indptr[row + 1])
        others, counts = together.indices[run], together.data[run]
        away = others != start + row
        others, counts = others[away], counts[away]
        near = counts / (sizes[start + row] * sizes[others] + np.float32(settings.shrinkage))
        best = np.lexsort((others, -near))[: settings.neighbors]
        best = best[np.argsort(others[best])]
        found.append((others[best], near[best]))
    return found


def load(folder: Path) -> ItemScores:
    """Reads what ``save`` wrote."""
    return ItemScores.load(folder)
