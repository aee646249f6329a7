"""A residual network of 18 layers, narrow enough to be trained from scratch on a processor.

Source: He et al., arXiv:1512.03385, table 1 (the blocks) and section 4.2 (the beginning for small
pictures); blocks that start as the identity Goyal et al., arXiv:1706.02677, section 5.1.
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

Count = Annotated[int, msgspec.Meta(ge=1)]


class Settings(Config):
    """Sizes; ``width=64`` makes it the ResNet-18 of the paper.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        width: Channels of the first stage; each stage has twice those of the one before.
        blocks: Residual blocks of each stage, of two convolutions each.
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=512)] | None = None
    width: Count = 16
    blocks: tuple[Count, ...] = (2, 2, 2, 2)
    training: Training = Training(
        epochs=10,
        min_steps=300,
        batch_size=64,
        learning_rate=8e-3,
        weight_decay=0.05,
        label_smoothing=0.1,
        averaging=0.99,
        flip=True,
        shift=0.036,
    )


SEARCH: Search = {
    "width": Choice(values=(8, 16, 32)),
    "training.learning_rate": Range(low=1.6e-3, high=4e-2, log=True),
    "training.weight_decay": Range(low=5e-3, high=0.5, log=True),
    "training.flip": Choice(values=(True, False)),
    "training.erase": Range(low=0.0, high=0.5),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Pictures of one size, gray if all are."""
    return small_picture_processing(schema, max_size=MAX_SIZE, size=settings.size)


class Block(nn.Module):
    """Two convolutions that change what a shortcut passes by them.

    Args:
        num_in: Channels that come in.
        num_out: Channels that go out.
        stride: 2 halves the size.
    """

    def __init__(self, num_in: int, num_out: int, stride: int) -> None:
        super().__init__()
        last, norm = convolution(num_out, num_out)
        nn.init.zeros_(norm.weight)
        first = convolution(num_in, num_out, stride=stride)
        self.change = nn.Sequential(*first, nn.ReLU(inplace=True), last, norm)
        same = num_in == num_out and stride == 1
        self.shortcut = nn.Sequential(*(() if same else convolution(num_in, num_out, 1, stride)))

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, num_in, height, width)`` to ``(rows, num_out, height / stride, ...)``."""
        return torch.relu(self.shortcut(x) + self.change(x))


def _beginning(channels: int, width: int, side: int) -> list[nn.Module]:
    """Small pictures keep their size; large ones are brought down to a quarter."""
    if side <= 40:
        return [*convolution(channels, width), nn.ReLU(inplace=True)]
    if side <= 80:
        return [*convolution(channels, width, 5, 2), nn.ReLU(inplace=True)]
    halved = [*convolution(channels, width, 7, 2), nn.ReLU(inplace=True)]
    return [*halved, nn.MaxPool2d(3, 2, 1)]


def build(settings: Mapping[str, Any]) -> nn.Module:
    """The network of a configuration: bytes to class scores."""
    height, breadth, channels = settings["shape"]
    before = settings["width"]
    layers = _beginning(channels, before, max(height, breadth))
    for stage, num_blocks in enumerate(settings["blocks"]):
        now = settings["width"] * 2**stage
        for block in range(num_blocks):
            layers.append(Block(before, now, stride=2 if stage and not block else 1))
            before = now
    network = nn.Sequential(
        Standardize(channels),
        *layers,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(before, settings["num_classes"]),
    )
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a stub is short
    return network


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {"width": settings.width, "blocks": list(settings.blocks)}
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
