"""Words that question and document share, by how rare they are and how often they occur."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from daylight.core.config import Config, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.saturate import Parameters, weighed
from daylight.training.lexical import choose_weights, count_words


class Settings(Config):
    """What counts as the same word.

    Attributes:
        stem: ``"plural"`` takes the endings of English plurals away.
    """

    stem: Literal["none", "plural"] = "plural"


def processing(schema: Schema, settings: Settings) -> Processing:
    """Counts words, of questions and documents alike."""
    return count_words(schema, stem=settings.stem)


@dataclass(frozen=True, slots=True)
class Bm25:
    """Two numbers, and the usual length of a document."""

    parameters: Parameters

    def predict(self, inputs: Columns) -> Columns:
        """Terms and weights of texts; the rarity of a term is for the index to say."""
        num = len(inputs["terms"])
        return {
            "terms": inputs["terms"],
            "weights": weighed(inputs["counts"], self.parameters),
            "vector": Column(np.zeros((num, 0), np.float32)),
            "balance": Column(np.zeros(num, np.float32)),
        }

    def save(self, folder: Path) -> None:
        """Writes ``config.json``."""
        write_atomic(folder / "config.json", pretty_json(self.parameters))

    def export(self, folder: Path) -> tuple[Node, ...]:  # noqa: ARG002 - one signature
        """No graph is needed."""
        constants: dict[str, float | list[float]] = {"vector": [], "balance": 0.0}
        return (
            Node(
                operation="saturate",
                inputs=("counts",),
                outputs=("weights",),
                parameters=self.parameters.to_dict(),
            ),
            *(
                Node(
                    operation="constant",
                    inputs=("terms",),
                    outputs=(name,),
                    parameters={"row": row},
                )
                for name, row in constants.items()
            ),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> Bm25:  # noqa: ARG001
    """Takes the two numbers by which training questions find their documents best."""
    return Bm25(choose_weights(prepared))


def load(folder: Path) -> Bm25:
    """Reads what ``save`` wrote."""
    data = (folder / "config.json").read_bytes()
    return Bm25(msgspec.json.decode(data, type=Parameters))
