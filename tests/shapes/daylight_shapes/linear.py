"""A linear model over standardised numbers and indicators, trained by the common loop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Node, Prepared, Processing, Schema
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training


class Settings(Config):
    training: Training = Training(epochs=60, batch_size=16, learning_rate=0.1, weight_decay=0.0)


def processing(schema: Schema, settings: Settings) -> Processing:
    inputs = [field for field in schema["examples"] if field.role == "input"]
    numbers = tuple(field.name for field in inputs if field.type == "number")
    categories = tuple(field.name for field in inputs if field.type == "category")
    scaled = tuple(f"{name}.scaled" for name in numbers)
    wide = tuple(f"{name}.wide" for name in categories)
    return Processing(
        (
            Node(operation="standardize", inputs=numbers, outputs=scaled),
            *(
                Node(operation="one_hot", inputs=(name,), outputs=(to,))
                for name, to in zip(categories, wide, strict=True)
            ),
            Node(operation="concatenate", inputs=(*scaled, *wide), outputs=("features",)),
        ),
        ("features",),
    )


class Linear(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weights = nn.Linear(size, 1)

    def forward(self, features: Tensor) -> Tensor:
        value: Tensor = self.weights(features).squeeze(1)
        return value


def build(settings: Mapping[str, Any]) -> Linear:
    return Linear(settings["size"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    torch.manual_seed(context.key("weights") % 2**63)
    split = prepared.splits["train"]
    module = build(facts := {"size": split.inputs["features"].values.shape[1]})
    with torch.no_grad():
        module.weights.bias.fill_(float(split.targets["target"].values.mean()))
    network = Network.of(module, prepared, facts)
    loop.fit(network, prepared, settings.training, context)
    return network


def load(folder: Path) -> Network:
    return Network.load(folder, build)
