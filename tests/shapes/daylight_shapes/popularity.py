"""The items that are taken most often, less those that a person has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from daylight.core.config import Config
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.top_k import OPERATION, Parameters

TOP = Node(
    operation="top_k",
    inputs=("all_scores", "taken"),
    outputs=("items", "scores"),
    parameters={"k": 10},
)


class Settings(Config):
    """None."""


def processing(schema: Schema, settings: Settings) -> Processing:
    return Processing(
        (Node(operation="lookup", inputs=("history",), outputs=("taken",)),), ("taken",)
    )


def top(scores: Any, taken: Column) -> Columns:
    run = OPERATION.open(Parameters(k=10), lambda name: b"")
    items, best = run(Column(scores), taken)
    return {"items": items, "scores": best}


@dataclass
class Popularity:
    counts: Any

    def predict(self, inputs: Columns) -> Columns:
        taken = inputs["taken"]
        return top(np.tile(self.counts, (len(taken), 1)), taken)

    def save(self, folder: Path) -> None:
        save_file({"counts": self.counts}, folder / "model.safetensors")

    def export(self, folder: Path) -> tuple[Node, ...]:
        constant = Node(
            operation="constant",
            inputs=("taken",),
            outputs=("all_scores",),
            parameters={"row": self.counts.tolist()},
        )
        return constant, TOP


def count(prepared: Prepared) -> Any:
    targets = prepared.splits["train"].targets["target"].values
    return np.bincount(targets, minlength=len(prepared.labels)).astype(np.float32)


def fit(prepared: Prepared, settings: Settings, context: object) -> Popularity:
    return Popularity(count(prepared))


def load(folder: Path) -> Popularity:
    return Popularity(load_file(folder / "model.safetensors")["counts"])
