"""What a person took is ranked above what they did not; a person is what they took.

Source: Rendle et al., BPR: Bayesian personalized ranking from implicit feedback, UAI (2009),
arXiv:1205.2618, section 4.3.1. A person is not a point of their own but the sum of the items that
they took, as in Kabbur, Ning & Karypis, FISM, KDD (2013), equation 3, so that people who were never
seen are answered alike.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.histories import history_processing
from daylight.training.rankers import Ranker, known, some, train
from daylight.training.settings import Training

NUM_LEARNED = 100
"""Items of a history from which one step learns."""


class Settings(Config):
    """Sizes.

    Attributes:
        factors: Numbers that an item is made of.
        negatives: Items that were not taken, for each that was.
    """

    factors: Annotated[int, msgspec.Meta(ge=1)] = 64
    negatives: Annotated[int, msgspec.Meta(ge=1)] = 4
    training: Training = Training(
        epochs=60, min_steps=1500, batch_size=32, learning_rate=5e-3, weight_decay=0.1
    )


SEARCH: Search = {
    "factors": Choice(values=(32, 64, 128)),
    "training.learning_rate": Range(low=1e-3, high=2e-2, log=True),
    "training.weight_decay": Range(low=1e-3, high=1.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


class Pairwise(nn.Module):
    """Items as what they say of others, and as what others say of them."""

    def __init__(self, *, num_items: int, factors: int, negatives: int) -> None:
        super().__init__()
        self.taken = nn.Embedding(num_items, factors)
        self.offered = nn.Embedding(num_items, factors)
        self.bias = nn.Embedding(num_items, 1)
        self.negatives = negatives
        for each in (self.taken, self.offered):
            nn.init.normal_(each.weight, std=0.1)
        nn.init.zeros_(self.bias.weight)

    def forward(self, padded: Tensor, lengths: Tensor) -> Tensor:
        """Scores ``(rows, items)``; in training, losses ``(rows,)``."""
        if self.training:
            return self._losses(*some(padded, lengths, NUM_LEARNED))
        inside = known(padded, lengths)
        people = self._sums(self.taken(padded.clamp(min=0)), inside)
        scores: Tensor = people @ self.offered.weight.T + self.bias.weight[:, 0]
        return scores

    def _sums(self, vectors: Tensor, inside: Tensor) -> Tensor:
        """Of each row, over the root of how many there are."""
        counts = inside.sum(dim=1, keepdim=True).clamp(min=1)
        return (vectors * inside[..., None]).sum(dim=1) / counts.sqrt()

    def _losses(self, items: Tensor, inside: Tensor) -> Tensor:
        mine = self.taken(items) * inside[..., None]
        others = (inside.sum(dim=1) - 1).clamp(min=1)[:, None, None].sqrt()
        # Each is asked about without the item in question.
        people = (mine.sum(dim=1, keepdim=True) - mine) / others
        shape = (*items.shape, self.negatives)
        drawn = torch.randint(len(self.bias.weight), shape)
        nothing = torch.zeros(len(items), len(self.bias.weight), dtype=torch.bool)
        taken = nothing.scatter(1, torch.where(inside, items, items[:, -1:]), value=True)
        right = (people * self.offered(items)).sum(dim=-1) + self.bias(items)[..., 0]
        met = (people[:, :, None] * self.offered(drawn)).sum(dim=-1)
        wrong = met + self.bias(drawn)[..., 0]
        counted = inside[..., None] & ~taken.gather(1, drawn.flatten(1)).view(shape)
        losses = -functional.logsigmoid(right[..., None] - wrong) * counted
        return losses.sum(dim=(1, 2)) / counted.sum(dim=(1, 2)).clamp(min=1)


def build(settings: Mapping[str, Any]) -> Pairwise:
    """The network of a configuration."""
    return Pairwise(**settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Ranker:
    """Trains by back-propagation."""
    sizes = {"factors": settings.factors, "negatives": settings.negatives}
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Ranker:
    """Reads what ``save`` wrote."""
    return Ranker.load(folder, build)
