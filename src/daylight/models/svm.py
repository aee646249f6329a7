"""A support vector machine: compares with known examples, by a bell curve of the distance.

Each class has a score, a weighted sum of how near a picture or row is to each of some training
examples, the centers; the weights are those of the widest margin to the rest. With as many centers
as there are training examples this is the machine itself; with fewer it is Nystroem's
approximation, whose weights still come from all of them. A number is such a sum, too, with the
weights of the least squares.

Source: Boser, Guyon & Vapnik, COLT (1992); Cortes & Vapnik, Machine Learning 20 (1995); each class
against the rest Rifkin & Klautau, JMLR 5 (2004); solved in the primal Chapelle, Neural Computation
19 (2007); centers Williams & Seeger, NIPS 13 (2001), equation 9; probabilities Guo et al.,
arXiv:1706.04599, section 4.2; numbers Suykens & Vandewalle, Neural Processing Letters 9 (1999).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
import torch
from scipy.linalg import cholesky, solve_triangular
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.shown import numbers_processing
from daylight.training.convex import (
    LinearScores,
    fit_scores,
    fit_temperature,
    squared_error,
    squared_hinge,
)
from daylight.training.network import Network
from daylight.training.pictures import facts_of, flat_numbers, new_module
from daylight.training.settings import Positive

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_SIZE = 32
"""Pixels per side unless set; distances gain little from finer pictures."""

BATCH_SIZE = 512

JITTER = 1e-4
"""Added to how near each center is to itself, so that equal centers do no harm."""


class Settings(Config):
    """Sizes, and how soft the margin is.

    Attributes:
        size: Height and width of the pictures in pixels; by default their own, up to ``MAX_SIZE``.
        num_centers: At most so many training examples are compared with; memory for training grows
            with their number times that of all training examples, time to answer with their number.
        cost: Of missing a margin, against its width; called C in the literature.
        gamma: How quickly nearness fades, as a multiple of one over the number of pixels or
            features (whose deviation is 1).
    """

    size: Annotated[int, msgspec.Meta(ge=1, le=512)] | None = None
    num_centers: Annotated[int, msgspec.Meta(ge=1)] = 4500
    cost: Positive = 2.0
    gamma: Positive = 1.0


SEARCH: Search = {
    "cost": Range(low=0.2, high=20.0, log=True),
    "gamma": Range(low=0.2, high=5.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Small pictures of one size, gray if all are; or rows of numbers around zero."""
    return numbers_processing(schema, scaled=True, max_size=MAX_SIZE, size=settings.size)


class KernelMachine(nn.Module):
    """Pictures or rows to class scores, or to a number.

    Args:
        settings: ``shape``, ``num_centers``, ``num_classes`` (0 for a number), ``gamma``.
    """

    centers: Tensor
    temperature: Tensor

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        shape, num_centers = settings["shape"], settings["num_centers"]
        self.gamma = settings["gamma"] / np.prod(shape).item()
        self.flatten = flat_numbers(shape)
        kind = torch.uint8 if len(shape) == 3 else torch.float32
        self.register_buffer("centers", torch.zeros(num_centers, *shape, dtype=kind))
        self.is_number = not settings["num_classes"]
        self.weights = nn.Parameter(torch.zeros(num_centers, settings["num_classes"] or 1))
        self.bias = nn.Parameter(torch.zeros(settings["num_classes"] or 1))
        self.register_buffer("temperature", torch.ones(()))

    def nearness(self, shown: Tensor) -> Tensor:
        """To each center, in (0, 1]: float64 ``(rows, centers)``."""
        rows, centers = (self.flatten(each) for each in (shown, self.centers))
        ours, theirs = (each.double().square().sum(dim=1) for each in (rows, centers))
        distance = ours[:, None] + theirs - 2 * (rows @ centers.T).double()
        return torch.exp(-self.gamma * distance.clamp(min=0))

    def forward(self, shown: Tensor) -> Tensor:
        """Pictures or rows to raw scores ``(rows, classes)``, or to ``(rows,)``."""
        # Thousands of weights cancel: what float32 rounds alike for all of them would be seen.
        scores = self.nearness(shown) @ self.weights.double() + self.bias
        scores = (scores / self.temperature).float()
        return scores.squeeze(1) if self.is_number else scores


def build(settings: Mapping[str, Any]) -> KernelMachine:
    """The machine of a configuration."""
    return KernelMachine(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Finds the widest margins on train, then the temperature on validation."""
    train, validation = prepared.splits["train"], prepared.splits["validation"]
    [column] = prepared.names
    shown = train.inputs[column].values
    num_centers = min(settings.num_centers, len(shown))
    chosen = np.sort(context.random("centers").permutation(len(shown))[:num_centers])
    facts = facts_of(prepared, {"num_centers": num_centers, "gamma": settings.gamma})
    machine = new_module(build, facts, prepared, context)
    machine.centers = torch.from_numpy(np.array(shown[chosen]))
    target = train.targets["target"].values
    middle, spread = 0.0, 1.0
    if machine.is_number:
        middle, spread = float(target.mean()), float(target.std()) or 1.0
        target = (target - middle) / spread
    weights, bias = _weights(machine, shown, target, settings.cost, context)
    with torch.no_grad():
        machine.weights.copy_(torch.from_numpy(spread * weights))
        machine.bias.copy_(torch.from_numpy(spread * bias + middle))
    if not machine.is_number:
        with torch.inference_mode():
            scores = [machine(each) for each in _batches(validation.inputs[column].values)]
        target = validation.targets["target"].values
        machine.temperature.fill_(fit_temperature(torch.cat(scores).numpy(), target))
    return Network.of(machine, prepared, facts)


def _weights(
    machine: KernelMachine, shown: "Array", target: "Array", cost: float, context: Context
) -> "tuple[Array, Array]":
    """Weights of the centers and bias, by class.

    With K = L L^T between the centers, features L^-1 k turn weights whose length counts as w^T K w
    into ones whose length counts as itself.
    """
    with torch.inference_mode():
        between = torch.cat([machine.nearness(each) for each in _batches(machine.centers.numpy())])
        lower = cholesky(between.numpy() + JITTER * np.eye(len(between)), lower=True)
        single = lower.astype(np.float32)
        features = np.empty((len(shown), len(between)), np.float32)
        for number, batch in enumerate(_batches(shown)):
            near = machine.nearness(batch).float().numpy()
            rows = slice(number * BATCH_SIZE, number * BATCH_SIZE + len(near))
            features[rows] = solve_triangular(single, near.T, lower=True).T
    found = fit_scores(
        features,
        target,
        loss=squared_error if machine.is_number else squared_hinge,
        penalty=1 / (cost * len(target)),
        start=LinearScores.zero(features.shape[1], machine.weights.shape[1]),
        context=context,
    )
    return solve_triangular(lower, found.weights, lower=True, trans="T"), found.bias


def _batches(shown: "Array") -> Iterator[Tensor]:
    for start in range(0, len(shown), BATCH_SIZE):
        yield torch.from_numpy(np.array(shown[start : start + BATCH_SIZE]))


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
