"""A sparse linear model from the items that a person has to all items, with no negative weight.

Source: Ning & Karypis, SLIM: Sparse linear methods for top-n recommender systems, ICDM (2011),
equation 3, for all items at once by the alternating directions of Steck, Dimakopoulou, Riabov &
Jebara, ADMM SLIM, WSDM (2020), equations 6 to 9.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import torch
from torch import Tensor

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.grams import check_room, gram
from daylight.training.histories import (
    TIE_BREAK,
    ItemScores,
    history_processing,
    interactions,
    popularity,
    sparse_rows,
)

NUM_MATRICES = 8
"""Of all items that there are at once."""

STEP = 1000.0
"""Of the alternating directions, in people who took an item; it decides the pace, not the end."""


class Settings(Config):
    """How sparse and how small.

    Attributes:
        sparsity: On the sizes of weights, in people who took an item; the more, the fewer are left.
        penalty: On squared weights, likewise.
        iterations: Of the alternating directions.
    """

    sparsity: Annotated[float, msgspec.Meta(ge=0)] = 1.0
    penalty: Annotated[float, msgspec.Meta(gt=0)] = 200.0
    iterations: Annotated[int, msgspec.Meta(ge=1)] = 20


SEARCH: Search = {
    "sparsity": Range(low=0.5, high=50.0, log=True),
    "penalty": Range(low=10.0, high=2000.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


def fit(prepared: Prepared, settings: Settings, context: Context) -> ItemScores:
    """Alternates between fitting and making sparse; out of time, what is sparse so far is kept."""
    check_room(len(prepared.labels), context, matrices=NUM_MATRICES)
    taken = interactions(prepared)
    weights = solve(gram(taken), settings, context)
    return ItemScores(
        {**sparse_rows(weights.numpy()), "bias": np.float32(TIE_BREAK) * popularity(taken)}
    )


def solve(together: Tensor, settings: Settings, context: Context) -> Tensor:
    """The weights; float32 ``(items, items)``, 0 or more, with a diagonal of 0.

    Args:
        together: How many rows hold both of two items.
        settings: How sparse.
        context: Its time, and where the number of iterations is kept.
    """
    shifted = together.clone()
    shifted.diagonal().add_(settings.penalty + STEP)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(shifted, out=shifted))
    fitted = inverse @ together
    sparse, gap = torch.zeros_like(together), torch.zeros_like(together)
    for number in range(settings.iterations):
        weights = fitted + inverse @ (STEP * sparse - gap)
        weights -= inverse * (weights.diagonal() / inverse.diagonal())
        sparse = (weights + (gap - settings.sparsity) / STEP).clamp_(min=0)
        sparse.fill_diagonal_(0.0)
        gap += STEP * (weights - sparse)
        if context.stops("iterations", number + 1):
            break
    return sparse


def load(folder: Path) -> ItemScores:
    """Reads what ``save`` wrote."""
    return ItemScores.load(folder)
