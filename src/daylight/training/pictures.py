"""What networks over pictures or rows share: numbers around zero, and one way to be trained."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.types import Column, Prepared
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training

NUM_MEASURED = 2048
CHUNK = 64

M = TypeVar("M", bound=nn.Module)


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


class InUnits(nn.Module):
    """Turns numbers around zero, the last layer's, into the unit of the target.

    Until ``measure`` is called, values stay as they are.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    def measure(self, target: Column) -> None:
        """Takes mean and standard deviation of the targets of train."""
        self.mean.fill_(float(target.values.mean()))
        self.scale.fill_(float(target.values.std()) or 1.0)

    def forward(self, raw: Tensor) -> Tensor:
        """``(rows, 1)`` to ``(rows,)``, or ``(rows, members, 1)`` to ``(rows, members)``."""
        return raw.squeeze(-1).float() * self.scale + self.mean


def convolution(
    num_in: int, num_out: int, kernel: int = 3, stride: int = 1
) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    """A convolution that keeps the size, divided by ``stride``, and the norm that goes after it."""
    layer = nn.Conv2d(num_in, num_out, kernel, stride, kernel // 2, bias=False)
    return layer, nn.BatchNorm2d(num_out)


def facts_of(prepared: Prepared, sizes: Mapping[str, Any]) -> dict[str, Any]:
    """From which a family builds its network: its own sizes and what the data says.

    ``shape`` is that of a picture or of a row, ``num_classes`` is 0 where the answer is a number.
    """
    [name] = prepared.names
    shape = prepared.splits["train"].inputs[name].values.shape[1:]
    return {**sizes, "shape": list(shape), "num_classes": len(prepared.labels)}


def for_rows(training: Training, prepared: Prepared) -> Training:
    """Settings as they are meant for rows, whose probabilities have to be right."""
    best_by = training.best_by or ("log_loss" if prepared.answer == "label" else "")
    smoothing = training.label_smoothing or 0.0
    return msgspec.structs.replace(training, best_by=best_by, label_smoothing=smoothing)


def flat_numbers(shape: Sequence[int]) -> nn.Sequential:
    """Pictures or rows to float32 ``(rows, features)`` around zero."""
    if len(shape) == 3:
        return nn.Sequential(Standardize(shape[-1]), nn.Flatten())
    return nn.Sequential(nn.Flatten())


def new_module(
    build: Callable[[Mapping[str, Any]], M],
    facts: Mapping[str, Any],
    prepared: Prepared,
    context: Context,
) -> M:
    """A network with new weights, whose parts that measure the data have done so on ``train``."""
    torch.manual_seed(context.key("weights") % 2**63)
    module = build(facts)
    for part in module.modules():
        if isinstance(part, Standardize):
            part.measure(prepared.splits["train"].inputs["pixels"])
        if isinstance(part, InUnits):
            part.measure(prepared.splits["train"].targets["target"])
    return module


def train(
    build: Callable[[Mapping[str, Any]], nn.Module],
    prepared: Prepared,
    *,
    sizes: Mapping[str, Any],
    training: Training,
    context: Context,
) -> Network:
    """Trains a new network by back-propagation.

    Args:
        build: Is given what ``facts_of`` gives.
        prepared: With one column, of pictures or of rows.
        sizes: The family's own.
        training: How.
        context: Decides the weights and the order.
    """
    facts = facts_of(prepared, sizes)
    network = Network.of(new_module(build, facts, prepared, context), prepared, facts)
    loop.fit(network, prepared, training, context)
    return network
