"""The mean box of train, as each class."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Columns, Node, Prepared, Processing, Schema
from daylight.runtime.program import open_nodes

SIDE = 32
BOXES = Node(
    operation="select_boxes",
    inputs=("candidates", "candidate_scores", "size"),
    outputs=("boxes", "classes", "scores"),
)


class Settings(Config):
    """None."""


def processing(schema: Schema, settings: Settings) -> Processing:
    image = Node(
        operation="image",
        inputs=("image",),
        outputs=("pixels", "size"),
        parameters={"height": SIDE, "width": SIDE, "mode": "gray"},
    )
    shares = Node(operation="normalize_boxes", inputs=("boxes", "size"), outputs=("shares",))
    return Processing((image,), ("pixels", "size"), targets=(shares,))


@dataclass
class MiddleBox:
    box: list[float]
    num_classes: int

    def nodes(self) -> tuple[Node, ...]:
        rows = {
            "candidates": [self.box] * self.num_classes,
            "candidate_scores": (0.5 * np.eye(self.num_classes)).tolist(),
        }
        constants = (
            Node(operation="constant", inputs=("size",), outputs=(name,), parameters={"row": row})
            for name, row in rows.items()
        )
        return *constants, BOXES

    def predict(self, inputs: Columns) -> Columns:
        columns = dict(inputs)
        for node in open_nodes(self.nodes(), lambda name: b""):
            node(columns)
        return {name: columns[name] for name in BOXES.outputs}

    def save(self, folder: Path) -> None:
        state = {"box": self.box, "num_classes": self.num_classes}
        (folder / "config.json").write_bytes(msgspec.json.encode(state))

    def export(self, folder: Path) -> tuple[Node, ...]:
        return self.nodes()


def fit(prepared: Prepared, settings: Settings, context: object) -> MiddleBox:
    boxes = prepared.splits["train"].targets["shares"].values
    return MiddleBox(boxes.mean(axis=0).tolist(), len(prepared.labels))


def load(folder: Path) -> MiddleBox:
    return MiddleBox(**msgspec.json.decode((folder / "config.json").read_bytes()))
