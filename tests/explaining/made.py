"""Models whose reasons are known, to be explained."""

import numpy as np
import torch
from torch import nn

from daylight.core.types import Column
from daylight.explaining.explainer import Subject
from daylight.training.network import Network, NetworkConfig, TensorSpec


def pictures(rows, *, side=12, channels=1, seed=0):
    shape = (rows, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def subject(values, answer, *, absent=None, classes=None, fitted=None):
    """What explains ``answer``: pixels to the probability of class 0, out of two."""

    def columns(inputs):
        first = np.asarray(answer(inputs["pixels"].values), np.float32)
        return {"probabilities": Column(np.stack([first, 1 - first], axis=1))}

    return Subject(
        answer=columns,
        column="pixels",
        values=values,
        classes=np.zeros(len(values), np.int64) if classes is None else classes,
        absent=np.zeros(values.shape[1:], np.uint8) if absent is None else absent,
        fitted=fitted,
    )


def subject_of(fitted, values, *, absent=None, classes=None):
    """What explains a fitted model, which stands for its own package."""
    found = subject(values, None, absent=absent, classes=classes, fitted=fitted)
    return Subject(
        fitted.predict, "pixels", found.values, found.classes, found.absent, fitted=fitted
    )


def network(module, shape):
    spec = TensorSpec(dtype="uint8", shape=shape)
    return Network(
        module.eval(), NetworkConfig(answer="label", inputs={"pixels": spec}, settings={})
    )


class Linear(nn.Module):
    """Two scores that are linear in the pixels: the second is always 0."""

    def __init__(self, shape, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.scores = nn.Linear(int(np.prod(shape)), 2)
        with torch.no_grad():
            self.scores.weight[1] = 0
            self.scores.bias.zero_()

    def forward(self, pixels):
        return self.scores(pixels.flatten(1).float() / 255)


class Bright(nn.Module):
    """Class 0 is bright anywhere: the maps of one convolution, added up."""

    def __init__(self, scale=1.0):
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
        self.scale = scale
        with torch.no_grad():
            self.maps[0].weight.fill_(1 / 255)
            self.maps[0].bias.zero_()

    def forward(self, pixels):
        mean = self.maps(pixels.permute(0, 3, 1, 2).float()).mean((1, 2, 3)) * self.scale
        return torch.stack([mean, -mean], dim=1)
