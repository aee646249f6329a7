"""One dense layer over gray pixels: the simplest network, all of it in this file.

A picture of 100 x 100 gray pixels is a vector x of 10,000 numbers. The layer gives
y = f(w x + b) with f = ReLU and 100 units; a second matrix turns them into a score per class, and
softmax turns scores into probabilities.

Source: the founding article's worked example. Its formula (section 4.3) has no hidden units and its
program (section 5) has; the program is followed.
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
from daylight.data.images import picture_field, picture_processing
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training


class Settings(Config):
    """Sizes; the article's by default.

    Attributes:
        size: Height and width to which pictures are brought, in pixels.
        units: Width of the dense layer.
    """

    size: Annotated[int, msgspec.Meta(ge=1, le=512)] = 100
    units: Annotated[int, msgspec.Meta(ge=1)] = 100
    training: Training = Training(
        epochs=10, batch_size=100, optimizer="adam", schedule="constant", weight_decay=0.0
    )


SEARCH: Search = {
    "units": Choice(values=(50, 100, 200, 400)),
    "training.learning_rate": Range(low=1e-4, high=1e-2, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Gray pictures of one size."""
    size = settings.size
    return picture_processing(picture_field(schema), height=size, width=size, gray=True)


class SingleLayer(nn.Module):
    """Bytes to class scores."""

    def __init__(self, num_inputs: int, num_units: int, num_classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(num_inputs, num_units)
        self.scores = nn.Linear(num_units, num_classes)

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, 1)`` to raw scores ``(rows, classes)``."""
        x = pixels.flatten(1).to(_number_type()) / 255
        scores: Tensor = self.scores(torch.relu(self.hidden(x)))
        return scores


def _number_type() -> torch.dtype:
    """What the forward pass computes with: a byte fits into bfloat16, at half the way to memory."""
    in_bfloat16 = torch.is_autocast_enabled("cpu")
    return torch.get_autocast_dtype("cpu") if in_bfloat16 else torch.float32


def build(config: Mapping[str, Any]) -> SingleLayer:
    """The network of a configuration."""
    return SingleLayer(config["num_inputs"], config["num_units"], config["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    torch.manual_seed(context.key("weights") % 2**63)
    config = {
        "num_inputs": settings.size**2,
        "num_units": settings.units,
        "num_classes": len(prepared.labels),
    }
    network = Network.of(build(config), prepared, config)
    loop.fit(network, prepared, settings.training, context)
    return network


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
