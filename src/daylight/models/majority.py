"""The commonest class or labels, with the share of each in train as its probability."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from daylight.core.config import Config, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema


class Settings(Config):
    """There is nothing to set."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Does not look at the input."""
    first = next(field for field in schema["examples"] if field.role == "input")
    node = Node(operation="ignore", inputs=(first.name,), outputs=("rows",))
    return Processing(inputs=(node,), prepared=("rows",))


@dataclass(frozen=True, slots=True)
class Majority:
    """Each class's share in train."""

    shares: tuple[float, ...]

    def predict(self, inputs: Columns) -> Columns:
        """The same for every row."""
        rows = len(next(iter(inputs.values())))
        return {"probabilities": Column(np.tile(np.array(self.shares, np.float32), (rows, 1)))}

    def save(self, folder: Path) -> None:
        """Writes ``config.json``."""
        write_atomic(folder / "config.json", pretty_json({"shares": self.shares}))

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed."""
        parameters = {"row": list(self.shares)}
        return (
            Node(
                operation="constant",
                inputs=("rows",),
                outputs=("probabilities",),
                parameters=parameters,
            ),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> Majority:  # noqa: ARG001
    """Counts."""
    targets = prepared.splits["train"].targets["target"].values
    if targets.ndim == 2:  # any number of labels
        return Majority(tuple(targets.mean(axis=0).astype(np.float32).tolist()))
    counts = np.bincount(targets, minlength=len(prepared.labels))
    return Majority(tuple((counts / counts.sum()).astype(np.float32).tolist()))


def load(folder: Path) -> Majority:
    """Reads what ``save`` wrote."""
    return Majority(tuple(msgspec.json.decode((folder / "config.json").read_bytes())["shares"]))
