"""The rectangle around the pixels of each class's brightness."""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.types import Column, Columns, Node, Prepared
from daylight.runtime.program import open_nodes
from daylight.training.network import save_graph
from daylight_shapes.middle_box import BOXES, SIDE, Settings, processing

__all__ = ["BrightBox", "Settings", "fit", "load", "processing"]


class Finder(nn.Module):
    def __init__(self, brightness: list[float]) -> None:
        super().__init__()
        self.register_buffer("brightness", torch.tensor(brightness))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        x = pixels.float()  # (rows, side, side, 1), against (classes,)
        near = ((x - self.brightness).abs() < 40).float()
        down, across = near.amax(dim=2), near.amax(dim=1)
        sides = [
            across.argmax(dim=1),
            down.argmax(dim=1),
            SIDE - across.flip(1).argmax(dim=1),
            SIDE - down.flip(1).argmax(dim=1),
        ]
        found = near.amax(dim=(1, 2))
        scores = found[:, :, None] * torch.eye(found.shape[1])
        return torch.stack(sides, dim=2).float() / SIDE, scores


@dataclass
class BrightBox:
    brightness: list[float]

    def predict(self, inputs: Columns) -> Columns:
        with torch.inference_mode():
            boxes, scores = Finder(self.brightness)(torch.tensor(inputs["pixels"].values))
        columns = {
            **inputs,
            "candidates": Column(boxes.numpy()),
            "candidate_scores": Column(scores.numpy()),
        }
        [run] = open_nodes((BOXES,), lambda name: b"")
        run(columns)
        return {name: columns[name] for name in BOXES.outputs}

    def save(self, folder: Path) -> None:
        state = {"brightness": self.brightness}
        (folder / "config.json").write_bytes(msgspec.json.encode(state))

    def export(self, folder: Path) -> tuple[Node, ...]:
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exported = torch.onnx.export(
                Finder(self.brightness).eval(),
                (torch.zeros(2, SIDE, SIDE, 1, dtype=torch.uint8),),
                dynamo=True,
                verbose=False,
                dynamic_shapes=({0: torch.export.Dim("rows")},),
            )
        save_graph(exported, folder / "model.onnx")
        outputs = ("candidates", "candidate_scores")
        file = {"file": "model.onnx"}
        return Node(operation="onnx", inputs=("pixels",), outputs=outputs, parameters=file), BOXES


def fit(prepared: Prepared, settings: Settings, context: object) -> BrightBox:
    """Takes the brightness in the middle of the boxes of each class."""
    split = prepared.splits["train"]
    seen: list[list[float]] = [[] for _ in prepared.labels]
    for row in range(len(split)):
        for box, label in zip(
            split.targets["shares"][row], split.targets["classes"][row], strict=True
        ):
            x, y = ((box[:2] + box[2:]) / 2 * SIDE).astype(int)
            seen[label].append(float(split.inputs["pixels"][row][y, x, 0]))
    return BrightBox([float(np.median(values)) for values in seen])


def load(folder: Path) -> BrightBox:
    return BrightBox(**msgspec.json.decode((folder / "config.json").read_bytes()))
