"""A small vision transformer, trained from scratch: pictures as sequences of patches.

It has what makes transformers learn from little: convolutions that describe the patches, places as
waves that need not be learned, and the mean over all patches instead of a token for the class.

Source: Dosovitskiy et al., arXiv:2010.11929, section 3.1; convolutions Xiao et al.,
arXiv:2106.14881, section 4; places and mean Beyer, Zhai & Kolesnikov, arXiv:2205.01580.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

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

NUM_PATCHES = 7
"""About so many along the longer side, unless the patch is set."""

LONGEST_WAVE = 10_000
"""Ratio of the longest wave to the shortest. Source: Vaswani et al., arXiv:1706.03762, 3.5."""

Count = Annotated[int, msgspec.Meta(ge=1)]


class Settings(Config):
    """Sizes.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        patch: Height and width of a patch in pixels; by default such that the longer side has about
            ``NUM_PATCHES``.
        width: Numbers that describe a patch; a multiple of four times ``heads``.
        depth: Blocks, of attention and a perceptron each.
        heads: Of each attention.
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=512)] | None = None
    patch: Literal[1, 2, 4, 8, 16, 32] | None = None
    width: Count = 64
    depth: Count = 4
    heads: Count = 2
    training: Training = Training(
        epochs=20,
        min_steps=600,
        batch_size=64,
        learning_rate=2e-3,
        warmup=0.1,
        weight_decay=0.1,
        label_smoothing=0.1,
        averaging=0.99,
        flip=True,
        shift=0.036,
    )

    def __post_init__(self) -> None:
        """Refuses a width that heads and waves cannot share out."""
        step = 4 * self.heads
        if self.width % step:
            more = step * math.ceil(self.width / step)
            raise ValueError(
                f"a width of {self.width} cannot be shared out to {self.heads} heads; {more} can"
            )


SEARCH: Search = {
    "depth": Choice(values=(2, 4, 6)),
    "training.learning_rate": Range(low=4e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=1e-2, high=1.0, log=True),
    "training.flip": Choice(values=(True, False)),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Pictures of one size, gray if all are."""
    return small_picture_processing(schema, max_size=MAX_SIZE, size=settings.size)


class Attention(nn.Module):
    """Every patch takes from every other what it has to do with it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.asked = nn.Linear(width, 3 * width)
        self.result = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, patches, width)`` to the same."""
        query, key, value = (
            each.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for each in self.asked(x).chunk(3, dim=2)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value)
        result: Tensor = self.result(mixed.transpose(1, 2).flatten(2))
        return result


class Block(nn.Module):
    """Attention and a perceptron of four times the width, each beside a shortcut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width), Attention(width, heads))
        self.perceptron = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """``(rows, patches, width)`` to the same."""
        x = x + self.attention(x)
        result: Tensor = x + self.perceptron(x)
        return result


class Patches(nn.Module):
    """Brings pictures down to patches by convolutions, and adds to each its place.

    Args:
        shape: Height, width and channels of a picture.
        patch: Height and width of a patch in pixels, a power of 2: each convolution halves both.
        width: Numbers that describe one.
    """

    places: Tensor

    def __init__(self, shape: tuple[int, int, int], patch: int, width: int) -> None:
        super().__init__()
        height, breadth, before = shape
        layers: list[nn.Module] = []
        for left in range(patch.bit_length() - 2, -1, -1):
            now = max(1, width >> left)
            halved = nn.Conv2d(before, now, 3, stride=2, padding=1, bias=False)
            layers += [halved, nn.BatchNorm2d(now), nn.ReLU(inplace=True)]
            before = now
        self.describe = nn.Sequential(*layers, nn.Conv2d(before, width, 1))
        places = waves(-(-height // patch), -(-breadth // patch), width)
        self.register_buffer("places", places, persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """``(rows, channels, height, width)`` to ``(rows, patches, width)``."""
        result: Tensor = self.describe(pixels).flatten(2).transpose(1, 2) + self.places
        return result


def waves(down: int, right: int, width: int) -> Tensor:
    """Places of a grid as sines and cosines: float32 ``(down * right, width)``."""
    quarter = width // 4
    speeds = LONGEST_WAVE ** -(torch.arange(quarter) / max(1, quarter - 1))
    y, x = torch.meshgrid(torch.arange(down), torch.arange(right), indexing="ij")
    angles = [place.flatten()[:, None] * speeds for place in (y, x)]
    return torch.cat([wave for each in angles for wave in (each.sin(), each.cos())], dim=1)


class Mean(nn.Module):
    """``(rows, patches, width)`` to ``(rows, width)``."""

    def forward(self, x: Tensor) -> Tensor:
        """Averages over the patches."""
        return x.mean(dim=1)


def build(settings: Mapping[str, Any]) -> nn.Module:
    """The network of a configuration: bytes to class scores."""
    width, heads = settings["width"], settings["heads"]
    return nn.Sequential(
        Standardize(settings["shape"][-1]),
        Patches(tuple(settings["shape"]), settings["patch"], width),
        *(Block(width, heads) for _ in range(settings["depth"])),
        nn.LayerNorm(width),
        Mean(),
        nn.Linear(width, settings["num_classes"]),
    )


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    side = max(prepared.splits["train"].inputs["pixels"].values.shape[1:3])
    sizes = {
        "patch": settings.patch or 2 ** max(0, round(math.log2(side / NUM_PATCHES))),
        "width": settings.width,
        "depth": settings.depth,
        "heads": settings.heads,
    }
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
