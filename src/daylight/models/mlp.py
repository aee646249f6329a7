"""A multilayer perceptron over pixels or rows, all of it in this file.

Source: Rumelhart, Hinton & Williams, Nature 323 (1986); rectified units Glorot, Bordes & Bengio,
AISTATS (2011); dropout Srivastava et al., JMLR 15 (2014).
"""

from collections.abc import Mapping
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Annotated, Any

import msgspec
from torch import nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.rows import ROW
from daylight.data.shown import numbers_processing
from daylight.training.network import Network
from daylight.training.pictures import InUnits, flat_numbers, for_rows, train
from daylight.training.settings import Share, Training

MAX_SIZE = 32
"""Pixels per side unless set; the first layer has a weight for each, so it grows quickly."""


SMOOTHING = 0.1
"""Of the labels of pictures, unless set."""


class Settings(Config):
    """Sizes.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        units: Width of every hidden layer.
        layers: How many hidden layers there are.
        dropout: Share of hidden units that are silent in a training step.
    """

    size: Annotated[int, msgspec.Meta(ge=1, le=512)] | None = None
    units: Annotated[int, msgspec.Meta(ge=1)] = 512
    layers: Annotated[int, msgspec.Meta(ge=1)] = 2
    dropout: Share = 0.2
    training: Training = Training(
        epochs=20,
        min_steps=300,
        batch_size=64,
        learning_rate=2e-3,
        weight_decay=0.05,
        label_smoothing=None,
        averaging=0.99,
        flip=True,
        shift=0.036,
    )


SEARCH: Search = {
    "units": Choice(values=(256, 512, 1024)),
    "dropout": Range(low=0.0, high=0.5),
    "training.learning_rate": Range(low=4e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=5e-3, high=0.5, log=True),
    "training.flip": Choice(values=(True, False)),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Small pictures of one size, gray if all are; or rows of numbers around zero."""
    return numbers_processing(schema, scaled=True, max_size=MAX_SIZE, size=settings.size)


def build(settings: Mapping[str, Any]) -> nn.Module:
    """The network of a configuration: pictures or rows to class scores, or to a number."""
    sizes = [prod(settings["shape"]), *[settings["units"]] * settings["layers"]]
    layers: list[nn.Module] = []
    for before, now in pairwise(sizes):
        layers += [nn.Linear(before, now), nn.ReLU(), nn.Dropout(settings["dropout"])]
    scores = nn.Linear(sizes[-1], settings["num_classes"] or 1)
    end = [] if settings["num_classes"] else [InUnits()]
    return nn.Sequential(*flat_numbers(settings["shape"]), *layers, scores, *end)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {"units": settings.units, "layers": settings.layers, "dropout": settings.dropout}
    training = settings.training
    if prepared.names == (ROW,):
        training = for_rows(training, prepared)
    elif training.label_smoothing is None:
        training = msgspec.structs.replace(training, label_smoothing=SMOOTHING)
    return train(build, prepared, sizes=sizes, training=training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
