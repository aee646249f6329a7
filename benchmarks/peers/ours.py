"""Our families, trained by our loop with their defaults."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from daylight.core.context import Context
from daylight.core.types import Column, Columns, Prepared, Split
from daylight.models import cnn, single_layer
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.pictures import new_module
from daylight.training.settings import Training
from peers.pictures import Pictures
from peers.watch import Train, Watch


@dataclass(frozen=True, slots=True)
class _Watched(Network):
    """A network whose answers the watch takes note of while it stands still."""

    watch: Watch

    def predict(self, inputs: Columns) -> Columns:
        with self.watch.paused():
            outputs = Network.predict(self, inputs)
        self.watch.note(outputs["probabilities"].values.argmax(1))
        return outputs


CNN = cnn.Settings().training
CNN_LONG = msgspec.structs.replace(CNN, epochs=30)
CNN_SHORT = msgspec.structs.replace(CNN, epochs=1, flip=False, shift=0.0)
"""In one epoch no picture is seen twice, and changed ones only make it harder."""


def train_cnn(training: Training) -> Train:
    """Family ``cnn``."""

    def train(pictures: Pictures, watch: Watch) -> None:
        _fit(new_cnn(pictures), pictures, training, watch)

    return train


def train_layer(pictures: Pictures, watch: Watch) -> None:
    """Family ``single-layer``: the article's network."""
    settings = single_layer.Settings()
    facts = {
        "num_inputs": pictures.train[0].size,
        "num_units": settings.units,
        "num_classes": pictures.num_classes,
    }
    torch.manual_seed(0)
    _fit(single_layer.build(facts), pictures, settings.training, watch)


def new_cnn(pictures: Pictures) -> nn.Module:
    """The network of family ``cnn``, with new weights, channels last."""
    facts: dict[str, Any] = {
        "shape": [*pictures.train.shape[1:], 1],
        "width": cnn.Settings().width,
        "num_classes": pictures.num_classes,
    }
    return new_module(cnn.build, facts, _prepared(pictures), Context())


def flop_per_picture(pictures: Pictures) -> float:
    """Of a forward and a backward pass of family ``cnn``: convolutions and matrices."""
    module = new_cnn(pictures).train()
    rows = slice(cnn.Settings().training.batch_size)
    with FlopCounterMode(display=False) as counter:
        raw = module(torch.from_numpy(pictures.train[rows, ..., None]))
        nn.functional.cross_entropy(raw, torch.from_numpy(pictures.train_labels[rows])).backward()
    return counter.get_total_flops() / len(raw)


def _fit(module: nn.Module, pictures: Pictures, training: Training, watch: Watch) -> None:
    prepared = _prepared(pictures)

    def before_forward(called: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if called is module and called.training:  # not a copy on which the pace is measured
            watch.step(len(inputs[0]))

    module.register_forward_pre_hook(before_forward)
    config = Network.of(module, prepared, {}).config
    loop.fit(_Watched(module, config, watch), prepared, training, Context())


def _prepared(pictures: Pictures) -> Prepared:
    """As ``prepare`` gives them; the loop looks at the test pictures, but learns nothing there."""

    def split(pixels: np.ndarray, labels: np.ndarray) -> Split:
        return Split({"pixels": Column(pixels[..., None])}, {"target": Column(labels)})

    test = split(pictures.test, pictures.test_labels)
    train = split(pictures.train, pictures.train_labels)
    return Prepared(
        splits={"train": train, "validation": test, "test": test},
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("pixels",),
        answer="label",
        labels=tuple(map(str, range(pictures.num_classes))),
    )
