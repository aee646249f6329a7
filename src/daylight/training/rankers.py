"""Networks that rank items for a history: trained on whole histories, answered by scores."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.types import Column, Columns, Node, Prepared, Split
from daylight.training import loop
from daylight.training.histories import TAKEN, TOP, ranked
from daylight.training.network import (
    BATCH_SIZE,
    GRAPH,
    Network,
    NetworkConfig,
    evaluating,
    write_graph,
)
from daylight.training.rows import LONGEST, to_tensors
from daylight.training.settings import Training

if TYPE_CHECKING:
    from daylight.core.types import Array

PADDED, LENGTHS = f"{TAKEN}.padded", f"{TAKEN}.lengths"


@dataclass(frozen=True, slots=True)
class Ranker:
    """A ``Fitted`` around a module from histories to scores.

    The module takes padded items, int64 ``(rows, longest)``, where -1 is no item, and int64 lengths
    ``(rows,)``. In evaluation it gives float32 scores ``(rows, items)``; in training, what is given
    are whole histories, and it gives each row's loss, ``(rows,)``.
    """

    network: Network

    @property
    def module(self) -> nn.Module:
        """What is trained."""
        return self.network.module

    def scores(self, inputs: Columns) -> "Array":
        """Of all items; float32 ``(rows, items)``."""
        rows = len(inputs[TAKEN])
        parts = []
        with evaluating(self.module), torch.inference_mode():
            for start in range(0, rows, BATCH_SIZE):
                batch = to_tensors(inputs, [TAKEN], np.arange(start, min(rows, start + BATCH_SIZE)))
                parts.append(self.module(*batch).float().numpy())
        found: Array = np.concatenate(parts)
        return found

    def predict(self, inputs: Columns) -> Columns:
        """The best items that are not in the history."""
        return ranked(self.scores(inputs), inputs[TAKEN])

    def redrawn(self, random: np.random.Generator) -> "Ranker":
        """An equal network that has learned nothing."""
        return Ranker(self.network.redrawn(random))

    def save(self, folder: Path) -> None:
        """Writes the weights and the configuration."""
        self.network.save(folder)

    @classmethod
    def load(cls, folder: Path, build: Callable[[Mapping[str, Any]], nn.Module]) -> "Ranker":
        """Reads what ``save`` wrote."""
        return cls(Network.load(folder, build))

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph from histories to scores."""
        write_graph(
            self.module,
            {PADDED: torch.tensor([[0, 1, 0], [1, 0, 0]]), LENGTHS: torch.tensor([3, 2])},
            folder / GRAPH,
            outputs=["all_scores"],
            finish=lambda raw: (raw.float(),),
            widths=[PADDED],
        )
        pad = Node(
            operation="pad",
            inputs=(TAKEN,),
            outputs=(PADDED, LENGTHS),
            parameters={"max_length": LONGEST},
        )
        graph = Node(
            operation="onnx",
            inputs=(PADDED, LENGTHS),
            outputs=("all_scores",),
            parameters={"file": GRAPH},
        )
        return pad, graph, TOP


@dataclass(frozen=True, slots=True)
class _Learning:
    """A ranker as the training loop sees it."""

    ranker: Ranker

    @property
    def module(self) -> nn.Module:
        return self.ranker.module

    @property
    def config(self) -> NetworkConfig:
        return self.ranker.network.config

    @property
    def names(self) -> tuple[str, ...]:
        return self.ranker.network.names

    def predict(self, inputs: Columns) -> Columns:
        return self.ranker.predict(inputs)


def train(
    build: Callable[[Mapping[str, Any]], nn.Module],
    prepared: Prepared,
    *,
    sizes: Mapping[str, Any],
    training: Training,
    context: Context,
) -> Ranker:
    """Builds a network and trains it on whole histories: what was taken before, and next.

    Args:
        build: Makes the module from ``sizes`` with ``num_items``.
        prepared: Histories, as ``history_processing`` makes them.
        sizes: Of the network.
        training: How.
        context: Seed, time, checkpoints.
    """
    torch.manual_seed(context.key("weights") % 2**63)
    facts = {**sizes, "num_items": len(prepared.labels)}
    ranker = Ranker(Network.of(build(facts), prepared, facts))
    loop.fit(_Learning(ranker), _whole(prepared), training, context)
    return ranker


def _whole(prepared: Prepared) -> Prepared:
    """Train rows with what was taken next at the end of the history; those of one item are out."""
    split = prepared.splits["train"]
    runs = []
    for row in range(len(split)):
        run = np.concatenate([split.inputs[TAKEN][row], split.targets["target"][row]])
        run = run[run >= 0]
        if len(run) > 1:
            runs.append(run)
    if not runs:  # nobody took two items: there is nothing to learn, and nothing to break
        runs = [np.zeros(2, np.int64)]
    column = Column(np.concatenate(runs), np.cumsum([0, *map(len, runs)]))
    none = {"target": Column(np.zeros(len(runs), np.int64))}
    splits = {**prepared.splits, "train": Split({TAKEN: column}, none)}
    return replace(prepared, splits=splits)


def known(padded: Tensor, lengths: Tensor) -> Tensor:
    """Where a padded history holds an item; boolean ``(rows, longest)``."""
    places = torch.arange(padded.shape[1])
    return (places[None] < lengths[:, None]) & (padded >= 0)


def last(padded: Tensor, lengths: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The last items of each history, at the end of so many places, and where there are some."""
    places = lengths[:, None] - count + torch.arange(count)[None]
    items = padded.gather(1, places.clamp(min=0))
    inside = (places >= 0) & (items >= 0)
    return items.clamp(min=0), inside


def some(padded: Tensor, lengths: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """As ``last``, ending anywhere in histories that are longer: another part in every step."""
    spare = (lengths - count).clamp(min=0)
    drawn = (torch.rand(len(lengths)) * (spare + 1)).floor().long()
    return last(padded, lengths - torch.minimum(drawn, spare), count)
