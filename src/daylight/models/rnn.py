"""A recurrent network that reads a picture row by row, from top to bottom and back.

Source: Hochreiter & Schmidhuber, Neural Computation 9 (1997) (LSTM); Cho et al., arXiv:1406.1078
(GRU); both directions Schuster & Paliwal, IEEE Trans. Signal Processing 45 (1997).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.images import small_picture_processing
from daylight.training.network import Network
from daylight.training.pictures import Standardize, train
from daylight.training.settings import Training

MAX_SIZE = 64
"""Pixels per side unless set: larger pictures are scaled down."""


class Settings(Config):
    """Sizes.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        cell: What remembers.
        units: Numbers that it remembers, in each direction.
        layers: Each reads what the one before it remembered at every row.
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=512)] | None = None
    cell: Literal["lstm", "gru"] = "lstm"
    units: Annotated[int, msgspec.Meta(ge=1)] = 128
    layers: Annotated[int, msgspec.Meta(ge=1)] = 1
    training: Training = Training(
        epochs=15,
        min_steps=300,
        batch_size=64,
        learning_rate=3e-3,
        weight_decay=0.05,
        label_smoothing=0.1,
        averaging=0.99,
        flip=True,
        shift=0.036,
    )


SEARCH: Search = {
    "cell": Choice(values=("lstm", "gru")),
    "units": Choice(values=(64, 128, 256)),
    "training.learning_rate": Range(low=6e-4, high=1.5e-2, log=True),
    "training.weight_decay": Range(low=5e-3, high=0.5, log=True),
    "training.flip": Choice(values=(True, False)),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Pictures of one size, gray if all are."""
    return small_picture_processing(schema, max_size=MAX_SIZE, size=settings.size)


class RNN(nn.Module):
    """Bytes to class scores.

    Args:
        settings: ``shape``, ``cell``, ``units``, ``layers``, ``num_classes``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        _, breadth, channels = settings["shape"]
        cell = {"lstm": nn.LSTM, "gru": nn.GRU}[settings["cell"]]
        self.standardize = Standardize(channels)
        self.memory = cell(
            breadth * channels,
            settings["units"],
            settings["layers"],
            batch_first=True,
            bidirectional=True,
        )
        self.scores = nn.Linear(4 * settings["units"], settings["num_classes"])

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, channels)`` to raw scores ``(rows, classes)``."""
        lines = self.standardize(pixels).transpose(1, 2).flatten(2)
        remembered, _ = self.memory(lines)
        pooled = torch.cat([remembered.mean(1), remembered.amax(1)], dim=1)
        scores: Tensor = self.scores(pooled)
        return scores


def build(settings: Mapping[str, Any]) -> RNN:
    """The network of a configuration."""
    return RNN(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {"cell": settings.cell, "units": settings.units, "layers": settings.layers}
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
