"""Pictures drawn from a normal distribution of their pixels, one per label: no network at all.

The mean picture, and the axes along which the training pictures differ most, are shared; each label
has a mean and a covariance along these axes.

Source: principal axes Pearson, Phil. Mag. 2 (1901); what is drawn from them, and the graph, is our
own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model
from safetensors.numpy import load as read
from safetensors.numpy import save

from daylight.core.config import Config, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.data.prompts import drawing_processing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daylight.core.types import Array

MAX_SIZE = 64
"""Pixels per side: larger pictures are scaled down."""

NUM_AXES = 64
MAX_MEASURED = 2000
"""Training pictures from which the axes are taken."""

WEIGHTS, GRAPH = "model.safetensors", "model.onnx"


class Settings(Config):
    """There is nothing to set."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """A number of noise per axis; pictures of one size."""
    [field] = [field for field in schema["examples"] if field.role == "target"]
    height, width = (min(MAX_SIZE, field.facts[side]) for side in ("height", "width"))
    return drawing_processing(schema, height=height, width=width, latent=NUM_AXES)


@dataclass(frozen=True, slots=True)
class PixelGaussian:
    """A mixture of normal distributions; pixels are from 0 to 1.

    Attributes:
        shape: Height, width and channels of a picture.
        state: ``mean`` ``(pixels,)``; ``axes`` ``(axes, pixels)``; ``centres`` ``(labels, axes)``;
            ``roots`` ``(labels, axes, axes)``, with the covariances as their outer products. One
            label where there are none.
    """

    shape: tuple[int, ...]
    state: "Mapping[str, Array]"

    def predict(self, inputs: Columns) -> Columns:
        """Noise, and indicators of labels if there are any, to pictures."""
        noise = inputs["noise"].values
        labels = np.zeros(len(noise), np.int64)
        if "classes" in inputs:
            labels = inputs["classes"].values.argmax(axis=1)
        turned = np.einsum("rj,rij->ri", noise, self.state["roots"][labels])
        flat = (turned + self.state["centres"][labels]) @ self.state["axes"] + self.state["mean"]
        pictures = flat.clip(0, 1).reshape(len(noise), *self.shape)
        return {"image": Column(pictures.astype(np.float32))}

    def save(self, folder: Path) -> None:
        """Writes the numbers and the shape."""
        write_atomic(folder / WEIGHTS, save(dict(self.state)))
        write_atomic(folder / "config.json", pretty_json({"shape": self.shape}))

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph: an indicator picks its label's numbers by multiplication."""
        num_labels, size, _ = self.state["roots"].shape
        inputs = ["noise", "classes"] if num_labels > 1 else ["noise"]
        constants = {
            "mean": self.state["mean"],
            "axes": self.state["axes"],
            "centres": self.state["centres"],
            "roots": self.state["roots"].reshape(num_labels, -1),
            "square": np.array([0, size, size], np.int64),  # 0: as many as come in
            "last": np.array([2], np.int64),
            "shape": np.array([0, *self.shape], np.int64),
            "black": np.float32(0),
            "white": np.float32(1),
        }
        picked = [
            helper.make_node("MatMul", ["classes", "roots"], ["flat_root"]),
            helper.make_node("MatMul", ["classes", "centres"], ["centre"]),
            helper.make_node("Reshape", ["flat_root", "square"], ["root"]),
        ]
        if num_labels == 1:
            constants["root"] = self.state["roots"]
            picked = [helper.make_node("Identity", ["centres"], ["centre"])]
        nodes = [
            *picked,
            helper.make_node("Unsqueeze", ["noise", "last"], ["upright"]),
            helper.make_node("MatMul", ["root", "upright"], ["turned"]),
            helper.make_node("Squeeze", ["turned", "last"], ["level"]),
            helper.make_node("Add", ["level", "centre"], ["along"]),
            helper.make_node("MatMul", ["along", "axes"], ["apart"]),
            helper.make_node("Add", ["apart", "mean"], ["whole"]),
            helper.make_node("Clip", ["whole", "black", "white"], ["clipped"]),
            helper.make_node("Reshape", ["clipped", "shape"], ["image"]),
        ]
        used = {name for node in nodes for name in node.input}
        graph = helper.make_graph(
            nodes,
            "pixel-gaussian",
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["rows", "size"]) for n in inputs],
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["rows", *self.shape])],
            [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items() if n in used],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        save_model(model, folder / GRAPH)
        file = {"file": GRAPH}
        return (Node(operation="onnx", inputs=tuple(inputs), outputs=("image",), parameters=file),)


def fit(prepared: Prepared, settings: Settings, context: Context) -> PixelGaussian:  # noqa: ARG001
    """Measures the training pictures."""
    split = prepared.splits["train"]
    pixels = split.targets["pixels"].values
    flat = np.asarray(pixels, np.float32).reshape(len(pixels), -1) / 255
    mean = flat.mean(axis=0)
    flat -= mean
    axes = _axes(flat[:: max(1, len(flat) // MAX_MEASURED)])
    along = (flat @ axes.T).astype(np.float64)
    if "classes" in split.inputs:
        labels = split.inputs["classes"].values.argmax(axis=1)
        crowds = [along[labels == each] for each in range(split.inputs["classes"].values.shape[1])]
        crowds = [crowd if len(crowd) else along for crowd in crowds]  # all may be unreadable
    else:
        crowds = [along]
    state = {
        "mean": mean,
        "axes": axes,
        "centres": np.stack([crowd.mean(axis=0) for crowd in crowds]),
        "roots": np.stack([_root(crowd) for crowd in crowds]),
    }
    return PixelGaussian(
        pixels.shape[1:], {name: value.astype(np.float32) for name, value in state.items()}
    )


def _axes(centred: "Array") -> "Array":
    """Directions of the largest variance, float32 ``(NUM_AXES, pixels)``; 0 if there are fewer."""
    wide = centred.astype(np.float64)
    rows, size = wide.shape
    if rows <= size:  # the smaller of the two products has all that is needed
        spread, turns = np.linalg.eigh(wide @ wide.T)
        found = turns.T @ wide / np.sqrt(spread.clip(min=1e-12))[:, None]
    else:
        spread, turns = np.linalg.eigh(wide.T @ wide)
        found = turns.T
    kept = [row for row in range(len(spread))[::-1] if spread[row] > 1e-9 * spread[-1]][:NUM_AXES]
    axes = np.zeros((NUM_AXES, size), np.float32)
    axes[: len(kept)] = found[kept]
    return axes


def _root(crowd: "Array") -> "Array":
    """A matrix whose product with its transpose is the covariance of the rows."""
    centred = crowd - crowd.mean(axis=0)
    spread, turns = np.linalg.eigh(centred.T @ centred / max(1, len(crowd) - 1))
    root: Array = turns * np.sqrt(spread.clip(min=0))
    return root


def load(folder: Path) -> PixelGaussian:
    """Reads what ``save`` wrote."""
    shape = tuple(msgspec.json.decode((folder / "config.json").read_bytes())["shape"])
    return PixelGaussian(shape, read((folder / WEIGHTS).read_bytes()))
