"""The first layer of networks that look at pictures: bytes to numbers around zero."""

import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.types import Column

NUM_MEASURED = 2048
CHUNK = 64


class Standardize(nn.Module):
    """Takes the mean of each channel away and divides by its standard deviation.

    Args:
        num_channels: 1 or 3. Until ``measure`` is called, values stay as they are.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, num_channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_channels, 1, 1))
        self.register_buffer("scale", torch.ones(num_channels, 1, 1))

    def measure(self, pixels: Column) -> None:
        """Takes both from at most ``NUM_MEASURED`` pictures of train, evenly spread.

        Args:
            pixels: Uint8 ``(rows, height, width, channels)``; read a few at a time.
        """
        sample = range(0, len(pixels), max(1, len(pixels) // NUM_MEASURED))
        total = squares = np.zeros(pixels.values.shape[-1])
        for start in range(0, len(sample), CHUNK):
            part = pixels.values[np.array(sample[start : start + CHUNK])].astype(np.float64)
            total = total + part.sum((0, 1, 2))
            squares = squares + (part**2).sum((0, 1, 2))
        count = len(sample) * np.prod(pixels.values.shape[1:3])
        mean = total / count
        deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
        self.mean = torch.tensor(mean, dtype=torch.float32).reshape(-1, 1, 1)
        self.scale = torch.tensor(1 / np.maximum(deviation, 1), dtype=torch.float32).reshape(
            -1, 1, 1
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, channels)`` to float32, channels before height."""
        return (pixels.permute(0, 3, 1, 2).float() - self.mean) * self.scale
