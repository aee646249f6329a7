"""A small transformer that reads a history in its order and says what comes next.

Source: Kang & McAuley, Self-attentive sequential recommendation, ICDM (2018), arXiv:1808.09781;
with the loss over all items instead of one negative, which Klenitskiy & Vasilev, RecSys (2023),
arXiv:2309.07602, find better.
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
from daylight.training.rankers import Ranker, last, some, train
from daylight.training.settings import Share, Training

MAX_COMPARED = 4096
"""Items between which one step decides; of a larger catalog some are drawn."""


class Settings(Config):
    """Sizes.

    Attributes:
        units: Numbers that an item is made of.
        layers: Of attention.
        heads: In each layer.
        length: The last items of a history that are read.
        dropout: Share of numbers that are silent in a training step.
    """

    units: Annotated[int, msgspec.Meta(ge=1)] = 64
    layers: Annotated[int, msgspec.Meta(ge=1)] = 2
    heads: Annotated[int, msgspec.Meta(ge=1)] = 2
    length: Annotated[int, msgspec.Meta(ge=1)] = 50
    dropout: Share = 0.3
    training: Training = Training(
        epochs=60, min_steps=1500, batch_size=32, learning_rate=2e-3, weight_decay=0.01
    )


SEARCH: Search = {
    "units": Choice(values=(32, 64, 128)),
    "length": Choice(values=(20, 50, 100)),
    "dropout": Range(low=0.1, high=0.6),
    "training.learning_rate": Range(low=5e-4, high=5e-3, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


class Layer(nn.Module):
    """Attention to what came before, and two dense layers, beside short cuts."""

    def __init__(self, units: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.first, self.second = nn.LayerNorm(units), nn.LayerNorm(units)
        self.ask, self.mix = nn.Linear(units, 3 * units), nn.Linear(units, units)
        self.dense = nn.Sequential(
            nn.Linear(units, 2 * units), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * units, units)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """Float ``(rows, length, units)``; ``hidden`` is added to what places see of others."""
        rows, length, units = x.shape
        parts = self.ask(self.first(x)).view(rows, length, 3, self.heads, units // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = query @ key.mT / (units // self.heads) ** 0.5 + hidden
        met = (self.drop(torch.softmax(seen, dim=-1)) @ value).transpose(1, 2)
        x = x + self.drop(self.mix(met.reshape(rows, length, units)))
        dense: Tensor = x + self.drop(self.dense(self.second(x)))
        return dense


class Sequence(nn.Module):
    """Items and places as vectors, layers of attention, and how near the end is to each item."""

    def __init__(
        self,
        *,
        num_items: int,
        units: int,
        layers: int,
        heads: int,
        length: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.items, self.places = nn.Embedding(num_items, units), nn.Embedding(length, units)
        for each in (self.items, self.places):
            nn.init.normal_(each.weight, std=0.05)
        self.layers = nn.ModuleList(Layer(units, heads, dropout) for _ in range(layers))
        self.norm, self.drop = nn.LayerNorm(units), nn.Dropout(dropout)
        self.bias = nn.Parameter(torch.zeros(num_items))
        self.length = length

    def forward(self, padded: Tensor, lengths: Tensor) -> Tensor:
        """Scores ``(rows, items)``; in training, losses ``(rows,)``."""
        if self.training:
            items, inside = some(padded, lengths, self.length + 1)
            return self._losses(self._read(items[:, :-1], inside[:, :-1]), items, inside)
        ends = self._read(*last(padded, lengths, self.length))[:, -1]
        scores: Tensor = ends @ self.items.weight.T + self.bias
        return scores

    def _read(self, items: Tensor, inside: Tensor) -> Tensor:
        """What is known at each place; float ``(rows, length, units)``."""
        x = self.items(items) * inside[..., None] + self.places.weight
        later = torch.ones(self.length, self.length).triu(1).bool()
        hidden = (later | ~inside[:, None]) & ~torch.eye(self.length).bool()
        outside = hidden[:, None].float() * -1e9
        x = self.drop(x)
        for layer in self.layers:
            x = layer(x, outside)
        known: Tensor = self.norm(x)
        return known

    def _losses(self, known: Tensor, items: Tensor, inside: Tensor) -> Tensor:
        """Of what comes next at each place, between all items or between those that were drawn."""
        counted = inside[:, 1:] & inside[:, :-1]
        following = items[:, 1:][counted]
        vectors: Tensor = self.items.weight
        bias: Tensor = self.bias
        if len(bias) > MAX_COMPARED:
            drawn = torch.randint(len(bias), (MAX_COMPARED,))
            compared = torch.unique(torch.cat([drawn, following]))
            following = torch.searchsorted(compared, following)
            vectors, bias = vectors[compared], bias[compared]
        scores = known[counted] @ vectors.T + bias
        losses = functional.cross_entropy(scores.float(), following, reduction="none")
        counts = counted.sum(dim=1)
        rows = torch.arange(len(items)).repeat_interleave(counts)
        return torch.zeros(len(items)).index_add(0, rows, losses) / counts.clamp(min=1)


def build(settings: Mapping[str, Any]) -> Sequence:
    """The network of a configuration."""
    return Sequence(**settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Ranker:
    """Trains by back-propagation."""
    sizes = {
        name: getattr(settings, name) for name in ("units", "layers", "heads", "length", "dropout")
    }
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Ranker:
    """Reads what ``save`` wrote."""
    return Ranker.load(folder, build)
