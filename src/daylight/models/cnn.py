"""A small residual convolutional network, all of it in this file.

Three stages of a convolution and a residual block, each half the size and twice the width of the
one before; then the mean and the maximum over the picture, and a score per class.

Source: convolutions LeCun et al., Proc. IEEE 86 (1998); batch norm Ioffe & Szegedy,
arXiv:1502.03167; residual blocks He et al., arXiv:1512.03385, that start as the identity (Goyal et
al., arXiv:1706.02677, section 5.1).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.images import small_picture_processing
from daylight.training.network import Network
from daylight.training.pictures import Standardize, convolution, train
from daylight.training.settings import Training

MAX_SIZE = 64
"""Pixels per side unless set: larger pictures are scaled down."""


class Settings(Config):
    """Sizes.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        width: Channels of the first stage.
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=512)] | None = None
    width: Annotated[int, msgspec.Meta(ge=1)] = 32
    training: Training = Training(
        epochs=14,
        min_steps=150,
        batch_size=64,
        learning_rate=8e-3,
        weight_decay=0.05,
        label_smoothing=0.1,
        averaging=0.99,
        flip=True,
        shift=0.036,
    )


SEARCH: Search = {
    "width": Choice(values=(16, 32, 48)),
    "training.learning_rate": Range(low=1.6e-3, high=4e-2, log=True),
    "training.weight_decay": Range(low=5e-3, high=0.5, log=True),
    "training.flip": Choice(values=(True, False)),
    "training.erase": Range(low=0.0, high=0.5),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Pictures of one size, gray if all are."""
    return small_picture_processing(schema, max_size=MAX_SIZE, size=settings.size)


class Residual(nn.Module):
    """x + f(x), where f starts as zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last, norm = convolution(width, width)
        nn.init.zeros_(norm.weight)
        self.change = nn.Sequential(*convolution(width, width), nn.ReLU(inplace=True), last, norm)

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, width, height, width)`` to the same."""
        return torch.relu(x + self.change(x))


class CNN(nn.Module):
    """Bytes to class scores.

    Args:
        shape: Height, width and channels of a picture.
        width: Channels of the first stage.
        num_classes: Scores per picture.
    """

    def __init__(self, shape: tuple[int, int, int], width: int, num_classes: int) -> None:
        super().__init__()
        height, breadth, channels = shape
        self.standardize = Standardize(channels)
        side = max(height, breadth)
        # Larger pictures are brought down by the first convolution: it sees 2 * stride - 1 pixels.
        stride = 1 if side < 24 else 2 if side < 56 else 4
        layers: list[nn.Module] = []
        before = channels
        for stage in range(3):
            now = width * 2**stage
            if stage == 0:
                layers += convolution(before, now, max(3, 2 * stride - 1), stride)
            else:
                layers += convolution(before, now, stride=2)
            layers += [nn.ReLU(inplace=True), Residual(now)]
            before = now
        self.stages = nn.Sequential(*layers)
        self.scores = nn.Linear(2 * before, num_classes)

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, channels)`` to raw scores ``(rows, classes)``."""
        x = self.stages(self.standardize(pixels))
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1)
        scores: Tensor = self.scores(pooled)
        return scores


def build(settings: Mapping[str, Any]) -> CNN:
    """The network of a configuration."""
    network = CNN(tuple(settings["shape"]), settings["width"], settings["num_classes"])
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a stub is short
    return network


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {"width": settings.width}
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
