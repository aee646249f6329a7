"""What every backbone shares: bytes of any size and one or three channels in, features out."""

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.core.config import Config
from daylight.runtime.engines import Graph, open_graph
from daylight.training.network import evaluating, write_graph

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_SIZE = 32
WORTH_A_GRAPH_PIXELS = 10_000_000
"""Above it, writing a graph (5 s) costs less than it saves: ONNX Runtime took a quarter of torch's
time per picture at 96 x 96 and at 224 x 224 pixels."""

Channels = tuple[float, float, float]


class BackboneFacts(Config):
    """What has to be known to build a backbone again; a package's ``config.json`` keeps it.

    Attributes:
        architecture: A name in the tables of this package.
        source: Where the weights came from; a repository at a commit, or a name.
        weights_digest: SHA-256 of the file that held them.
        license: Of the weights, as the Hub spells it; ``"unknown"`` if nobody said.
        size: Height and width that pictures are brought to, in pixels.
        mean: Of each channel, red, green, blue, between 0 and 255.
        deviation: Likewise.
        config: Widths and depths, where the architecture comes in several.
    """

    architecture: str
    source: str
    weights_digest: str
    license: str
    size: tuple[int, int]
    mean: Channels
    deviation: Channels
    config: dict[str, Any] = {}


class Backbone(nn.Module):
    """A network behind the scaling that it was trained with.

    Args:
        network: ``(rows, 3, height, width)``, normalised, to ``(rows, num_features)``.
        facts: Size and scaling of the pictures.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, network: nn.Module, facts: BackboneFacts) -> None:
        super().__init__()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # a short stub
        self.network, self.facts = network, facts
        self.register_buffer("mean", torch.tensor(facts.mean).reshape(3, 1, 1))
        self.register_buffer("scale", 1 / torch.tensor(facts.deviation).reshape(3, 1, 1))

    @cached_property
    def num_features(self) -> int:
        """Numbers per picture."""
        with evaluating(self), torch.inference_mode():
            return int(self(torch.zeros(1, *self.facts.size, 3)).shape[1])

    def forward(self, pixels: Tensor) -> Tensor:
        """Pictures to features ``(rows, num_features)``, float32.

        Args:
            pixels: ``(rows, height, width, channels)``, from 0 to 255 in any type; one channel
                (gray) or three.
        """
        x = pixels.permute(0, 3, 1, 2).float()
        if x.shape[2:] != self.facts.size:
            smaller = x.shape[2] > self.facts.size[0] or x.shape[3] > self.facts.size[1]
            x = functional.interpolate(x, self.facts.size, mode="bilinear", antialias=smaller)
        x = (x.expand(-1, 3, -1, -1) - self.mean) * self.scale
        features: Tensor = self.network(x)
        return features


class Extractor:
    """Gives the features of many pictures: by ONNX Runtime where that pays, else by torch.

    Args:
        like: Pictures ``(rows, height, width, channels)`` of the shape and type to come.
        num_pictures: How many there will be in all.
    """

    def __init__(self, backbone: Backbone, *, like: "Array", num_pictures: int) -> None:
        self._backbone, self._like = backbone, np.zeros((2, *like.shape[1:]), like.dtype)
        height, width = backbone.facts.size
        self._many = num_pictures * height * width > WORTH_A_GRAPH_PIXELS

    @cached_property
    def _graph(self) -> Graph:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "backbone.onnx"
            batch = {"pixels": torch.from_numpy(self._like)}
            write_graph(
                self._backbone, batch, path, outputs=("features",), finish=lambda raw: (raw,)
            )
            return open_graph(path.read_bytes(), name="the backbone")

    def __call__(self, pictures: "Array") -> "Array":
        """Float32 ``(rows, num_features)``."""
        found = np.empty((len(pictures), self._backbone.num_features), np.float32)
        for start in range(0, len(pictures), BATCH_SIZE):
            here = slice(start, start + BATCH_SIZE)
            found[here] = self._batch(np.array(pictures[here]))
        return found

    def _batch(self, pictures: "Array") -> "Array":
        if self._many:
            return self._graph([pictures])[0]
        with evaluating(self._backbone), torch.inference_mode():
            features: Array = self._backbone(torch.from_numpy(pictures)).numpy()
        return features


def features(backbone: Backbone, pictures: "Array") -> "Array":
    """Features of some pictures at once, float32 ``(rows, num_features)``.

    Args:
        pictures: ``(rows, height, width, channels)``, from 0 to 255.
    """
    return Extractor(backbone, like=pictures, num_pictures=len(pictures))(pictures)
