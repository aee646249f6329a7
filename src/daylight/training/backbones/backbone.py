"""What every backbone shares: bytes of any size and one or three channels in, features out."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.training.network import evaluating

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_SIZE = 64


class Backbone(nn.Module):
    """A network behind the scaling that it was trained with.

    Args:
        network: ``(rows, 3, height, width)``, normalised, to ``(rows, num_features)``.
        num_features: Numbers per picture.
        size: Height and width that pictures are brought to, in pixels.
        mean: Of each channel, red, green, blue, between 0 and 255.
        deviation: Likewise.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        network: nn.Module,
        *,
        num_features: int,
        size: tuple[int, int],
        mean: tuple[float, float, float],
        deviation: tuple[float, float, float],
    ) -> None:
        super().__init__()
        self.network = network
        self.num_features = num_features
        self.size = size
        self.register_buffer("mean", torch.tensor(mean).reshape(3, 1, 1))
        self.register_buffer("scale", 1 / torch.tensor(deviation).reshape(3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Pictures to features ``(rows, num_features)``, float32.

        Args:
            pixels: ``(rows, height, width, channels)``, from 0 to 255 in any type; one channel
                (gray) or three.
        """
        x = pixels.permute(0, 3, 1, 2).float()
        if x.shape[2:] != self.size:
            smaller = x.shape[2] > self.size[0] or x.shape[3] > self.size[1]
            x = functional.interpolate(x, self.size, mode="bilinear", antialias=smaller)
        x = (x.expand(-1, 3, -1, -1) - self.mean) * self.scale
        features: Tensor = self.network(x)
        return features


def features(backbone: Backbone, pictures: "Array") -> "Array":
    """Features of many pictures, float32 ``(rows, num_features)``, in evaluation mode.

    Args:
        pictures: ``(rows, height, width, channels)``, from 0 to 255.
    """
    found = np.empty((len(pictures), backbone.num_features), np.float32)
    with evaluating(backbone), torch.inference_mode():
        for start in range(0, len(pictures), BATCH_SIZE):
            here = slice(start, start + BATCH_SIZE)
            found[here] = backbone(torch.from_numpy(np.array(pictures[here]))).float().numpy()
    return found
