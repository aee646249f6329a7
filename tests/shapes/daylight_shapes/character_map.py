"""Each character by the one that most often stands in its place; written token by token."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model

from daylight.core.config import Config
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.characters import END, NUM_RESERVED, START


class Settings(Config):
    """None."""


PAD = Node(operation="pad", inputs=("characters",), outputs=("padded", "lengths"))


def processing(schema: Schema, settings: Settings) -> Processing:
    return Processing(
        (Node(operation="characters", inputs=("shapes_source",), outputs=("characters",)),),
        ("characters",),
        targets=(Node(operation="characters", inputs=("target",), outputs=("written",)),),
    )


@dataclass
class CharacterMap:
    """``places[i]`` is the number that stands for source character ``i``."""

    places: list[int]
    vocabulary: str

    def predict(self, inputs: Columns) -> Columns:
        characters = [""] * NUM_RESERVED + list(self.vocabulary)
        column = inputs["characters"]
        rows = [column[row] for row in range(len(column))]
        texts = ["".join(characters[self.places[i]] for i in row) for row in rows]
        return {"text": Column(np.array(texts, np.dtypes.StringDType()))}

    def save(self, folder: Path) -> None:
        state = {"places": self.places, "vocabulary": self.vocabulary}
        (folder / "config.json").write_bytes(msgspec.json.encode(state))

    def export(self, folder: Path) -> tuple[Node, ...]:
        save_model(self._decoder(), folder / "decoder.onnx")
        return (
            PAD,
            Node(
                operation="generate",
                inputs=("padded", "lengths"),
                outputs=("tokens",),
                parameters={"file": "decoder.onnx", "start": START, "end": END},
            ),
            Node(
                operation="text_from_characters",
                inputs=("tokens",),
                outputs=("text",),
                parameters={"vocabulary": self.vocabulary},
            ),
        )

    def _decoder(self) -> Any:
        """Scores of the next token from the source and the tokens so far."""
        constants = {
            "places": np.array(self.places, np.int64),
            "one": np.array(1, np.int64),
            "axis": np.array([1], np.int64),
            "end": np.array(END, np.int64),
            "depth": np.array(NUM_RESERVED + len(self.vocabulary), np.int64),
            "values": np.array([0, 1], np.float32),
        }
        int64 = TensorProto.INT64
        nodes = [
            helper.make_node("Shape", ["tokens"], ["length"], start=1, end=2),
            helper.make_node("Sub", ["length", "one"], ["place"]),
            helper.make_node("Shape", ["padded"], ["width"], start=1, end=2),
            helper.make_node("Sub", ["width", "one"], ["last"]),
            helper.make_node("Min", ["place", "last"], ["inside"]),
            helper.make_node("Gather", ["padded", "inside"], ["column"], axis=1),
            helper.make_node("Squeeze", ["column", "axis"], ["character"]),
            helper.make_node("Gather", ["places", "character"], ["mapped"]),
            helper.make_node("Less", ["place", "lengths"], ["goes_on"]),
            helper.make_node("Where", ["goes_on", "mapped", "end"], ["following"]),
            helper.make_node("OneHot", ["following", "depth", "values"], ["scores"]),
        ]
        graph = helper.make_graph(
            nodes,
            "decoder",
            [
                helper.make_tensor_value_info("padded", int64, ["rows", "width"]),
                helper.make_tensor_value_info("lengths", int64, ["rows"]),
                helper.make_tensor_value_info("tokens", int64, ["rows", "length"]),
            ],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rows", "depth"])],
            [numpy_helper.from_array(value, name) for name, value in constants.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def fit(prepared: Prepared, settings: Settings, context: object) -> CharacterMap:
    vocabulary = prepared.target_nodes[0].parameters["vocabulary"]
    source = prepared.nodes[0].parameters["vocabulary"]
    counts = np.zeros((NUM_RESERVED + len(source), NUM_RESERVED + len(vocabulary)), int)
    split = prepared.splits["train"]
    for row in range(len(split)):
        written = split.targets["written"][row]
        shown = split.inputs["characters"][row][: len(written)]
        np.add.at(counts, (shown, written[: len(shown)]), 1)
    return CharacterMap(counts.argmax(axis=1).tolist(), vocabulary)


def load(folder: Path) -> CharacterMap:
    return CharacterMap(**msgspec.json.decode((folder / "config.json").read_bytes()))
