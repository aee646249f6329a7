"""A small generator, trained against a discriminator, that draws pictures from noise.

The generator turns a vector of noise (and a class) into a few pixels and doubles their number
again and again; the noise and the class scale and shift every stage. The discriminator halves
pictures until it can tell whether they are real.

Source: Goodfellow et al., arXiv:1406.2661; transposed convolutions Radford et al.,
arXiv:1511.06434; hinge loss arXiv:1705.02894; spectral norm Miyato et al., arXiv:1802.05957;
classes by projection Miyato & Koyama, arXiv:1802.05637; self-modulation Chen et al.,
arXiv:1810.01365; running mean arXiv:1806.04498; differentiable augmentation arXiv:2006.10738.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.prompts import drawing_processing
from daylight.training import adversarial
from daylight.training.adversarial import Adversarial
from daylight.training.network import Network

MAX_SIZE = 64
"""Pixels per side unless set: larger pictures are scaled down."""


class Settings(Config):
    """Sizes.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``,
            rounded up to a number that halves often enough.
        latent: Numbers of noise that a picture is made of.
        width: Channels of the widest pictures that the networks look at; each half has twice.
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=128)] | None = None
    latent: Annotated[int, msgspec.Meta(ge=1)] = 64
    width: Annotated[int, msgspec.Meta(ge=1)] = 24
    training: Adversarial = Adversarial()


def num_stages(side: int) -> int:
    """How often a picture of this side is halved until 4 to 8 pixels are left.

    >>> [num_stages(side) for side in (8, 16, 28, 32, 64)]
    [1, 2, 2, 2, 3]
    """
    return 1 if side < 12 else 2 if side <= 32 else 3 if side <= 64 else 4


def processing(schema: Schema, settings: Settings) -> Processing:
    """Noise and, where there are classes, indicators; pictures of one size."""
    [field] = [field for field in schema["examples"] if field.role == "target"]
    height, width = (
        settings.size or min(MAX_SIZE, max(8, field.facts[side])) for side in ("height", "width")
    )
    step = 2 ** num_stages(max(height, width))
    height, width = (-(-side // step) * step for side in (height, width))
    return drawing_processing(schema, height=height, width=width, latent=settings.latent)


class Modulated(nn.Module):
    """Batch norm whose scale and shift are decided by the noise and the class."""

    def __init__(self, width: int, num_conditions: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width, affine=False)
        self.scale = nn.Linear(num_conditions, width)
        self.shift = nn.Linear(num_conditions, width)
        for layer in (self.scale, self.shift):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, conditions: Tensor) -> Tensor:
        """``(rows, width, height, width)`` to the same."""
        scale, shift = self.scale(conditions), self.shift(conditions)
        changed: Tensor = self.norm(x) * (1 + scale[:, :, None, None]) + shift[:, :, None, None]
        return changed


class Generator(nn.Module):
    """Noise and classes to pictures.

    Args:
        shape: Height, width and channels of a picture.
        width: Channels of the last stage.
        latent: Numbers of noise.
        num_classes: 0 where pictures have none.
    """

    def __init__(
        self, shape: tuple[int, int, int], width: int, latent: int, num_classes: int
    ) -> None:
        super().__init__()
        height, breadth, channels = shape
        stages = num_stages(max(height, breadth))
        widths = [width * 2 ** (stages - stage) for stage in range(stages + 1)]
        conditions = latent + num_classes
        self.small = (widths[0], height // 2**stages, breadth // 2**stages)
        self.start = nn.Linear(conditions, widths[0] * self.small[1] * self.small[2])
        self.norms = nn.ModuleList(Modulated(each, conditions) for each in widths)
        self.doubles = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
            for before, after in pairwise(widths)
        )
        self.pixels = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, noise: Tensor, classes: Tensor | None = None) -> Tensor:
        """Gives ``(rows, height, width, channels)``, 0 to 1."""
        conditions = noise if classes is None else torch.cat([noise, classes], dim=1)
        x = self.start(conditions).reshape(-1, *self.small)
        x = functional.leaky_relu(self.norms[0](x, conditions), 0.2)
        for double, norm in zip(self.doubles, self.norms[1:], strict=True):
            x = functional.leaky_relu(norm(double(x), conditions), 0.2)
        return torch.sigmoid(self.pixels(x)).permute(0, 2, 3, 1)


class Discriminator(nn.Module):
    """Pictures and classes to one number each: above 1 is surely real, below -1 surely drawn."""

    def __init__(self, shape: tuple[int, int, int], width: int, num_classes: int) -> None:
        super().__init__()
        height, breadth, before = shape
        layers: list[nn.Module] = []
        for stage in range(num_stages(max(height, breadth))):
            now = width * 2**stage
            layers += [spectral_norm(nn.Conv2d(before, now, 4, 2, 1)), nn.LeakyReLU(0.2)]
            before = now
        layers += [
            spectral_norm(nn.Conv2d(before, 2 * before, 3, padding=1)),
            nn.LeakyReLU(0.2),
        ]
        self.stages = nn.Sequential(*layers)
        self.real = spectral_norm(nn.Linear(2 * before, 1))
        self.classes = (
            spectral_norm(nn.Linear(num_classes, 2 * before, bias=False)) if num_classes else None
        )

    def forward(self, pictures: Tensor, classes: Tensor | None = None) -> Tensor:
        """Float ``(rows, channels, height, width)``, -1 to 1, to ``(rows,)``."""
        x = self.stages(pictures).sum((2, 3))
        score: Tensor = self.real(x).squeeze(1)
        if self.classes is not None:
            score = score + (self.classes(classes) * x).sum(1)
        return score


def build(settings: Mapping[str, Any]) -> Generator:
    """The generator of a configuration."""
    shape = tuple(settings["shape"])
    module = Generator(shape, settings["width"], settings["latent"], settings["num_classes"])
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a stub is short
    return module


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains both networks and keeps the generator."""
    torch.manual_seed(context.key("weights") % 2**63)
    split = prepared.splits["train"]
    shape = split.targets["pixels"].values.shape[1:]
    classes = [split.inputs[name].values.shape[1] for name in prepared.names[1:]]
    facts = {
        "shape": list(shape),
        "width": settings.width,
        "latent": settings.latent,
        "num_classes": sum(classes),
    }
    network = Network.of(build(facts), prepared, facts)
    discriminator = Discriminator(shape, settings.width, sum(classes))
    discriminator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    adversarial.fit(network, discriminator, prepared, settings.training, context)
    return network


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
