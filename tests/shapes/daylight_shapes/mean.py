"""The mean of train."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema


class Settings(Config):
    """None."""


def processing(schema: Schema, settings: Settings) -> Processing:
    first = next(field.name for field in schema["examples"] if field.role == "input")
    return Processing((Node(operation="ignore", inputs=(first,), outputs=("rows",)),), ("rows",))


@dataclass
class Mean:
    value: float

    def predict(self, inputs: Columns) -> Columns:
        return {"value": Column(np.full(len(inputs["rows"]), self.value, np.float32))}

    def save(self, folder: Path) -> None:
        (folder / "config.json").write_bytes(msgspec.json.encode(self.value))

    def export(self, folder: Path) -> tuple[Node, ...]:
        parameters = {"row": self.value}
        return (
            Node(operation="constant", inputs=("rows",), outputs=("value",), parameters=parameters),
        )


def fit(prepared: Prepared, settings: Settings, context: object) -> Mean:
    return Mean(float(prepared.splits["train"].targets["target"].values.mean()))


def load(folder: Path) -> Mean:
    return Mean(msgspec.json.decode((folder / "config.json").read_bytes()))
