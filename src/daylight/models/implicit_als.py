"""Tastes and items as points of one small space, found by alternating least squares.

Source: Hu, Koren & Volinsky, Collaborative filtering for implicit feedback datasets, ICDM (2008),
equations 3 to 5; every interaction counts alike.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import torch
from safetensors.numpy import load_file, save
from torch import Tensor

from daylight.core.config import Config, decode, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.fold_in import Parameters, fold_in
from daylight.training.histories import (
    TAKEN,
    TIE_BREAK,
    TOP,
    WEIGHTS,
    history_processing,
    interactions,
    popularity,
    ranked,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from daylight.core.types import Array

CONFIG = "config.json"
NUM_STEPS = 3
TINY = 1e-30


class Settings(Config):
    """The space, and what counts in it.

    Attributes:
        factors: Size of the space.
        confidence: How much more an item that was taken counts than one that was not.
        penalty: On the squared lengths of tastes and items.
        iterations: Each solves for all tastes, then for all items.
    """

    factors: Annotated[int, msgspec.Meta(ge=1)] = 64
    confidence: Annotated[float, msgspec.Meta(gt=0)] = 2.0
    penalty: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    iterations: Annotated[int, msgspec.Meta(ge=1)] = 15


SEARCH: Search = {
    "factors": Choice(values=(16, 32, 64, 128)),
    "confidence": Range(low=0.5, high=50.0, log=True),
    "penalty": Range(low=1.0, high=200.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Histories as places of items."""
    return history_processing(schema)


@dataclass(frozen=True, slots=True)
class Factors:
    """Items as points; a history becomes a taste when it is asked about.

    Attributes:
        tensors: As the operation ``fold_in`` takes them.
    """

    tensors: "dict[str, Array]"
    parameters: Parameters

    def scores(self, inputs: Columns) -> "Array":
        """Of all items; float32 ``(rows, items)``."""
        return fold_in(self.tensors, inputs[TAKEN], self.parameters)

    def predict(self, inputs: Columns) -> Columns:
        """The best items that are not in the history."""
        return ranked(self.scores(inputs), inputs[TAKEN])

    def redrawn(self, random: np.random.Generator) -> "Factors":
        """An equal model that has learned nothing: its numbers are shuffled."""
        factors = random.permuted(self.tensors["factors"])
        return Factors({**self.tensors, "factors": factors}, self.parameters)

    def save(self, folder: Path) -> None:
        """Writes the tensors, and the two numbers beside them."""
        write_atomic(folder / WEIGHTS, save(self.tensors))
        write_atomic(folder / CONFIG, pretty_json(self.parameters.to_dict()))

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """The program reads what ``save`` writes; no graph is needed."""
        scores = Node(
            operation="fold_in",
            inputs=(TAKEN,),
            outputs=("all_scores",),
            parameters=self.parameters.to_dict(),
        )
        return scores, TOP


def fit(prepared: Prepared, settings: Settings, context: Context) -> Factors:
    """Alternates; out of time, it stops after a whole iteration."""
    taken = interactions(prepared)
    by_person, by_item = _sparse(taken), _sparse(taken.T.tocsr())
    scale = 0.1 / np.sqrt(settings.factors)
    drawn = context.random("factors").normal(0, scale, (taken.shape[1], settings.factors))
    items = torch.from_numpy(drawn.astype(np.float32))
    tastes = torch.zeros((taken.shape[0], settings.factors))
    for number in range(settings.iterations):
        tastes = solved(by_person, items, tastes, settings)
        items = solved(by_item, tastes, items, settings)
        if context.stops("iterations", number + 1):
            break
    tensors = {"factors": items.numpy(), "bias": np.float32(TIE_BREAK) * popularity(taken)}
    parameters = Parameters(file=WEIGHTS, confidence=settings.confidence, penalty=settings.penalty)
    return Factors(tensors, parameters)


def _sparse(taken: "csr_array") -> Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Sparse CSR tensor support is in beta state"
        return torch.sparse_csr_tensor(
            torch.from_numpy(taken.indptr.astype(np.int64)),
            torch.from_numpy(taken.indices.astype(np.int64)),
            torch.from_numpy(taken.data),
            size=taken.shape,
            check_invariants=False,
        )


def solved(
    taken: Tensor, others: Tensor, near: Tensor, settings: Settings, *, steps: int = NUM_STEPS
) -> Tensor:
    """The point of each row, given those of the columns; float32 ``(rows, factors)``.

    Args:
        taken: Sparse ones; float32 ``(rows, columns)``.
        others: Points of the columns.
        near: Where to look first, such as at the last points.
        settings: What counts.
        steps: Of conjugate gradients, for all rows at once. Source: Takács, Pilászy & Tikk, RecSys
            (2011), section 4.
    """
    penalty = settings.penalty * torch.eye(others.shape[1])
    everything = others.T @ others + penalty
    turned = others.T.contiguous()

    def weighed(points: Tensor) -> Tensor:
        met = torch.sparse.sampled_addmm(taken, points, turned, beta=0.0)
        result: Tensor = points @ everything + settings.confidence * (met @ others)
        return result

    found = near * (taken.crow_indices().diff() > 0)[:, None]
    rest = (1 + settings.confidence) * (taken @ others) - weighed(found)
    way, size = rest, rest.square().sum(dim=1)
    for _ in range(steps):
        bent = weighed(way)
        far = size / (way * bent).sum(dim=1).clamp_min(TINY)
        found = found + far[:, None] * way
        rest = rest - far[:, None] * bent
        before, size = size, rest.square().sum(dim=1)
        way = rest + (size / before.clamp_min(TINY))[:, None] * way
    return found


def load(folder: Path) -> Factors:
    """Reads what ``save`` wrote."""
    parameters = decode(Parameters, (folder / CONFIG).read_bytes(), where=folder / CONFIG)
    return Factors(load_file(folder / WEIGHTS), parameters)
