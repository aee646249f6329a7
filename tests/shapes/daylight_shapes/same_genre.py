"""Popular items of the genres that a person took: needs the items table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model
from safetensors.numpy import load_file, save_file

from daylight.core.config import Config
from daylight.core.types import Columns, Node, Prepared, Processing, Schema
from daylight_shapes.popularity import TOP, count, top


class Settings(Config):
    """None."""


PAD = Node(operation="pad", inputs=("taken",), outputs=("padded",), parameters={"fill": -1})


def processing(schema: Schema, settings: Settings) -> Processing:
    return Processing(
        (Node(operation="lookup", inputs=("history",), outputs=("taken",)),),
        ("taken",),
        tables={"items": (Node(operation="one_hot", inputs=("genre",), outputs=("genre.wide",)),)},
    )


@dataclass
class SameGenre:
    """``genres`` has a last row of zeros, which index -1 meets."""

    genres: Any
    counts: Any

    def predict(self, inputs: Columns) -> Columns:
        taken = inputs["taken"]
        liked = np.stack([self.genres[taken[row]].sum(axis=0) for row in range(len(taken))])
        scores = liked @ self.genres[:-1].T + self.counts / self.counts.sum()
        return top(scores.astype(np.float32), taken)

    def save(self, folder: Path) -> None:
        save_file({"genres": self.genres, "counts": self.counts}, folder / "model.safetensors")

    def export(self, folder: Path) -> tuple[Node, ...]:
        constants = {
            "genres": self.genres,
            "turned": np.ascontiguousarray(self.genres[:-1].T),
            "shares": self.counts / self.counts.sum(),
            "length": np.array([1], np.int64),
        }
        graph = helper.make_graph(
            [
                helper.make_node("Gather", ["genres", "padded"], ["each"], axis=0),
                helper.make_node("ReduceSum", ["each", "length"], ["liked"], keepdims=0),
                helper.make_node("MatMul", ["liked", "turned"], ["matched"]),
                helper.make_node("Add", ["matched", "shares"], ["all_scores"]),
            ],
            "same-genre",
            [helper.make_tensor_value_info("padded", TensorProto.INT64, ["rows", "length"])],
            [helper.make_tensor_value_info("all_scores", TensorProto.FLOAT, ["rows", "items"])],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        save_model(model, folder / "model.onnx")
        scores = Node(
            operation="onnx",
            inputs=("padded",),
            outputs=("all_scores",),
            parameters={"file": "model.onnx"},
        )
        return PAD, scores, TOP


def fit(prepared: Prepared, settings: Settings, context: object) -> SameGenre:
    genres = np.asarray(prepared.tables["items"]["genre.wide"].values)
    nothing = np.zeros((1, genres.shape[1]), np.float32)
    return SameGenre(np.concatenate([genres, nothing]), count(prepared))


def load(folder: Path) -> SameGenre:
    return SameGenre(**load_file(folder / "model.safetensors"))
