"""A linear model from the items that a person has to all items, solved in closed form.

Source: Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW (2019), arXiv:1905.03375,
equation 8.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import torch

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
)

NUM_MATRICES = 3
"""Of all items that there are at once: counts, what they are made of, and their inverse."""


class Settings(Config):
    """One number.

    Attributes:
        penalty: On squared weights, in people who took an item; the more, the closer to popularity.
    """

    penalty: Annotated[float, msgspec.Meta(gt=0)] = 250.0


SEARCH: Search = {"penalty": Range(low=10.0, high=5000.0, log=True)}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


def fit(prepared: Prepared, settings: Settings, context: Context) -> ItemScores:
    """Solves for all weights at once: ``-P / diag(P)`` with P the inverse of the Gram matrix."""
    check_room(len(prepared.labels), context, matrices=NUM_MATRICES)
    taken = interactions(prepared)
    weights = solve(gram(taken), settings.penalty)
    return ItemScores(
        {"weights": weights.numpy(), "bias": np.float32(TIE_BREAK) * popularity(taken)}
    )


def solve(together: torch.Tensor, penalty: float) -> torch.Tensor:
    """The weights; float32 ``(items, items)`` with a diagonal of 0. ``together`` is overwritten."""
    together.diagonal().add_(penalty)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(together, out=together))
    inverse /= -inverse.diagonal().clone()
    inverse.fill_diagonal_(0.0)
    return inverse


def load(folder: Path) -> ItemScores:
    """Reads what ``save`` wrote."""
    return ItemScores.load(folder)
