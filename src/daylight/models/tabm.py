"""Several small networks over the rows of a table, in one: they share most of their weights.

Each member learns by itself, and the answer is the mean of all. What a member has of its own are
scales of what goes into and out of each layer, and its last layer. Numbers are also shown as how
far they reach into each of several bins between quantiles, so that a small change can matter.

Source: Gorishniy, Kotelnikov & Babenko, arXiv:2410.24210 (TabM, section 3.3); scales of members:
Wen, Tran & Ba, arXiv:2002.06715; bins: Gorishniy, Rubachev & Babenko, arXiv:2203.05556, section
3.2.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.rows import ROW, row_processing
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.pictures import InUnits, facts_of, for_rows, new_module
from daylight.training.settings import Share, Training

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_MEASURED = 20_000
"""Rows of train from which bins are taken, evenly spread."""


class Settings(Config):
    """Sizes.

    Attributes:
        members: Networks whose answers are averaged.
        units: Width of every hidden layer.
        layers: How many hidden layers there are.
        bins: Of each number, at most.
        embedding: Numbers that become of each number's bins.
        dropout: Share of hidden units that are silent in a training step.
    """

    members: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16
    units: Annotated[int, msgspec.Meta(ge=1)] = 128
    layers: Annotated[int, msgspec.Meta(ge=1)] = 2
    bins: Annotated[int, msgspec.Meta(ge=1, le=256)] = 48
    embedding: Annotated[int, msgspec.Meta(ge=1)] = 16
    dropout: Share = 0.1
    training: Training = Training(
        epochs=20,
        min_steps=600,
        batch_size=256,
        learning_rate=3e-3,
        weight_decay=3e-4,
        averaging=0.99,
    )


SEARCH: Search = {
    "units": Choice(values=(64, 128, 256)),
    "dropout": Range(low=0.0, high=0.5),
    "training.learning_rate": Range(low=6e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=3e-5, high=0.3, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Rows of numbers around zero."""
    return row_processing(schema, scaled=True)


class Bins(nn.Module):
    """Numbers to how far they reach into each of their bins, and from there to a few numbers.

    Args:
        places: Of the numbers in a row.
        count: Bins of each. Until ``measure`` is called they are of no width, and give nothing.
        size: Numbers that become of each.
    """

    low: Tensor
    width: Tensor
    places: Tensor

    def __init__(self, places: "Array", count: int, size: int) -> None:
        super().__init__()
        self.register_buffer("places", torch.tensor(places, dtype=torch.int64))
        self.register_buffer("low", torch.zeros(len(places), count))
        self.register_buffer("width", torch.zeros(len(places), count))
        self.weight = nn.Parameter(torch.empty(len(places), count, size))
        self.bias = nn.Parameter(torch.empty(len(places), size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weights anew."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def measure(self, rows: "Array") -> None:
        """Lays the edges of bins at quantiles; float32 ``(rows, features)``.

        Half of them are those of the rows, and half of their distinct values: where most rows have
        the same number, the others differ, too.
        """
        count = self.low.shape[1]
        shares = [np.linspace(0, 1, max(2, half)) for half in (count // 2 + 1, (count + 3) // 2)]
        for at, place in enumerate(self.places.tolist()):
            values = rows[:, place]
            found = [
                np.quantile(of, share, method="inverted_cdf")
                for of, share in zip((values, np.unique(values)), shares, strict=True)
            ]
            edges = np.unique(np.concatenate(found))
            if len(edges) < 2:
                continue
            self.low[at] = float(edges[-1])
            self.low[at, : len(edges) - 1] = torch.from_numpy(edges[:-1])
            self.width[at, : len(edges) - 1] = torch.from_numpy(np.diff(edges))

    def forward(self, rows: Tensor) -> Tensor:
        """``(rows, features)`` to ``(rows, numbers * size)``."""
        away = rows[:, self.places].unsqueeze(2) - self.low
        reached = (away / self.width.clamp(min=1e-12)).clamp(0, 1) * (self.width > 0)
        found = torch.einsum("rnb,nbs->rns", reached, self.weight) + self.bias
        return functional.relu(found).flatten(1)


class Shared(nn.Module):
    """A layer whose weights are those of all members, between scales of their own.

    Args:
        num_in: Numbers that go in.
        num_out: Numbers that come out.
        members: How many.
        is_first: Whether members are told apart here: their scales are 1 or -1 by chance.
    """

    def __init__(self, num_in: int, num_out: int, members: int, *, is_first: bool) -> None:
        super().__init__()
        self._is_first = is_first
        self.weight = nn.Parameter(torch.empty(num_out, num_in))
        self.before = nn.Parameter(torch.empty(members, num_in))
        self.after = nn.Parameter(torch.empty(members, num_out))
        self.bias = nn.Parameter(torch.empty(members, num_out))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weights anew; all members begin with one bias."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.ones_(self.after)
        nn.init.ones_(self.before)
        with torch.no_grad():
            self.bias.copy_(torch.empty(self.bias.shape[1]).uniform_(-bound, bound))
            if self._is_first:
                self.before.copy_(torch.randint(0, 2, self.before.shape) * 2.0 - 1.0)

    def forward(self, rows: Tensor) -> Tensor:
        """``(rows, members, num_in)`` to ``(rows, members, num_out)``."""
        return functional.linear(rows * self.before, self.weight) * self.after + self.bias


class Last(nn.Module):
    """A linear layer of each member's own."""

    def __init__(self, num_in: int, num_out: int, members: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(members, num_in, num_out))
        self.bias = nn.Parameter(torch.empty(members, num_out))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weights anew."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, rows: Tensor) -> Tensor:
        """``(rows, members, num_in)`` to ``(rows, members, num_out)``."""
        return torch.einsum("rmi,mio->rmo", rows, self.weight) + self.bias


class TabM(nn.Module):
    """The network: rows as they are beside their binned numbers, and the members over both."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        [features], numbers = settings["shape"], settings["numbers"]
        members, size = settings["members"], settings["embedding"]
        self.bins = Bins(np.array(numbers, np.int64), settings["bins"], size)
        widths = [features + len(numbers) * size, *[settings["units"]] * settings["layers"]]
        layers: list[nn.Module] = []
        for place, (before, now) in enumerate(pairwise(widths)):
            layers += [
                Shared(before, now, members, is_first=place == 0),
                nn.ReLU(),
                nn.Dropout(settings["dropout"]),
            ]
        self.layers = nn.Sequential(*layers)
        self.last = Last(widths[-1], settings["num_classes"] or 1, members)
        self.end = nn.Identity() if settings["num_classes"] else InUnits()

    def forward(self, rows: Tensor) -> Tensor:
        """``(rows, features)`` to scores ``(rows, members, labels)``, or ``(rows, members)``."""
        shown = torch.cat([rows, self.bins(rows)], dim=1).unsqueeze(1)
        found: Tensor = self.end(self.last(self.layers(shown)))
        return found


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    rows = np.asarray(prepared.splits["train"].inputs[ROW].values)
    rows = rows[:: -(-len(rows) // NUM_MEASURED)]
    numbers = [place for place in range(rows.shape[1]) if len(np.unique(rows[:, place])) > 2]
    sizes = {**settings.to_dict(), "numbers": numbers}
    sizes.pop("training")
    facts = facts_of(prepared, sizes)
    module = new_module(TabM, facts, prepared, context)
    module.bins.measure(rows)
    network = Network.of(module, prepared, facts)
    loop.fit(network, prepared, for_rows(settings.training, prepared), context)
    return network


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, TabM)
