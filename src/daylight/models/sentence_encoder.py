"""An encoder that others trained on pairs of sentences: texts that mean the same lie near."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config, decode, pretty_json
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.types import Column, Columns, Node, Prepared, Processing, Schema
from daylight.runtime.operations.no_terms import none_of
from daylight.training.backbones import encoder
from daylight.training.sentence_vectors import SentenceState, SentenceVectors
from daylight.training.tokenized import BYTES, byte_processing


class Settings(Config):
    """Which encoder.

    Attributes:
        backbone: ``"all-minilm-l6-v2"``, from an installed package; or ``"hf:owner/name"``,
            ``"hf:owner/name@revision"``, ``"hf:/folder"``: a checkpoint of the transformers library
            as safetensors with a ``tokenizer.json``.
        max_tokens: Where passages are cut; by default at 256, or where the encoder has no more
            places.
    """

    backbone: str = encoder.MINILM
    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=8192)] | None = None


class State(Config):
    """What ``config.json`` holds; the license is that of the weights."""

    vectors: SentenceState
    license: str


def processing(schema: Schema, settings: Settings) -> Processing:
    """Texts as bytes: their tokens are the encoder's business."""
    encoder.check(settings.backbone)
    return byte_processing(schema)


@dataclass(frozen=True, slots=True)
class SentenceEncoder:
    """Texts to directions."""

    vectors: SentenceVectors

    def predict(self, inputs: Columns) -> Columns:
        """Vectors of length 1, and no terms."""
        num = len(inputs[BYTES])
        terms, weights = none_of(num)
        return {
            "terms": terms,
            "weights": weights,
            "vector": Column(self.vectors.directions(inputs)),
            "balance": Column(np.ones(num, np.float32)),
        }

    def save(self, folder: Path) -> None:
        """Writes ``config.json``, the weights and the tokenizer."""
        state = self.vectors.state
        said = State(vectors=state, license=state.encoder.license)
        write_atomic(folder / "config.json", pretty_json(said))
        self.vectors.save(folder)

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph and the tokenizer."""
        one = {"row": 1.0}
        return (
            *self.vectors.export(folder),
            Node(operation="no_terms", inputs=(BYTES,), outputs=("terms", "weights")),
            Node(operation="constant", inputs=(BYTES,), outputs=("balance",), parameters=one),
        )


def fit(prepared: Prepared, settings: Settings, context: Context) -> SentenceEncoder:  # noqa: ARG001
    """Takes the encoder as it is."""
    return SentenceEncoder(
        SentenceVectors.pretrained(
            settings.backbone, context.decisions, max_tokens=settings.max_tokens
        )
    )


def load(folder: Path) -> SentenceEncoder:
    """Reads what ``save`` wrote."""
    file = folder / "config.json"
    state = decode(State, file.read_bytes(), where=file)
    return SentenceEncoder(SentenceVectors.load(folder, state.vectors))
