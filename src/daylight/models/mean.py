"""The mean of train, whatever it is shown."""

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
class Mean:
    """What is answered to everything."""

    value: float

    def predict(self, inputs: Columns) -> Columns:
        """The same for every row."""
        return {"value": Column(np.full(len(inputs["rows"]), self.value, np.float32))}

    def save(self, folder: Path) -> None:
        """Writes ``config.json``."""
        write_atomic(folder / "config.json", pretty_json({"value": self.value}))

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed."""
        row = {"row": self.value}
        return (Node(operation="constant", inputs=("rows",), outputs=("value",), parameters=row),)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Mean:  # noqa: ARG001
    """Takes the mean."""
    return Mean(float(prepared.splits["train"].targets["target"].values.mean()))


def load(folder: Path) -> Mean:
    """Reads what ``save`` wrote."""
    return Mean(**msgspec.json.decode((folder / "config.json").read_bytes()))
