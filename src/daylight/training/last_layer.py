"""A linear layer on features that stay as they are."""

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split, SplitName
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training
from daylight.training.texts import Answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daylight.core.types import Array


class LastLayer(nn.Module):
    """Features, brought to mean 0 and deviation 1, to answers.

    Args:
        num_features: Of a vector.
        num_classes: 0 for a number.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("scale", torch.ones(num_features))
        self.answers = Answers(num_features, num_classes)
        nn.init.zeros_(self.answers.scores.weight)  # nothing to unlearn
        nn.init.zeros_(self.answers.scores.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Float32 ``(rows, num_features)`` to raw answers."""
        answers: Tensor = self.answers((features - self.mean) * self.scale)
        return answers


def fit(
    layer: LastLayer,
    features: "Mapping[SplitName, Array]",
    prepared: Prepared,
    training: Training,
    context: Context,
) -> None:
    """Trains the layer in place.

    Args:
        layer: Of the features' size.
        features: Float32 ``(rows, num_features)`` of the splits ``train`` and ``validation``.
        prepared: Has their targets.
        training: How.
        context: Its decisions and checkpoints are kept under ``last-layer``.
    """
    train = features["train"]
    layer.mean = torch.from_numpy(train.mean(axis=0))
    layer.scale = torch.from_numpy(1 / (train.std(axis=0) + 1e-3 * train.std()))
    layer.answers.measure(prepared)
    splits = {
        name: Split({"features": Column(each)}, prepared.splits[name].targets)
        for name, each in features.items()
    }
    on_features = replace(prepared, splits=splits, names=("features",))
    network = Network.of(layer, on_features, {})
    loop.fit(network, on_features, training, context, stage="last-layer")
