"""A vector for each token from a table that others distilled, and a layer on their mean.

The quickest start from an open model: no network runs over the text, and a package is a table.

Source: Arora, Liang & Ma, A Simple but Tough-to-Beat Baseline for Sentence Embeddings, ICLR (2017).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.config import Config, convert
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training import last_layer
from daylight.training.backbones import static
from daylight.training.backbones.static import StaticFacts, StaticVectors
from daylight.training.last_layer import LastLayer
from daylight.training.network import Network
from daylight.training.rows import to_tensors
from daylight.training.settings import Training
from daylight.training.tokenized import TOKENS, Tokenized, Tokenizer, byte_processing, tokenized

if TYPE_CHECKING:
    from daylight.core.types import Array, Split, SplitName

BATCH_SIZE = 256


class Settings(Config):
    """What to start from, and how the last layer is trained.

    Attributes:
        backbone: ``"wordllama"``, from an installed package; or ``"hf:owner/name"``,
            ``"hf:owner/name@revision"``, ``"hf:/folder"``: a table as Model2Vec writes it. Only
            ``hf:`` with a repository uses the network.
        max_tokens: Where texts are cut.
        training: Of the last layer; the table stays as it is.
    """

    backbone: str = static.WORDLLAMA
    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=8192)] = 512
    training: Training = Training(
        epochs=20, min_steps=300, batch_size=64, learning_rate=2e-3, weight_decay=0.3
    )


SEARCH: Search = {
    "training.learning_rate": Range(low=4e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=0.03, high=3.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Texts as bytes: their tokens are the table's business."""
    static.check(settings.backbone)
    return byte_processing(schema)


class StaticEmbedding(nn.Module):
    """Tokens to answers."""

    def __init__(self, vectors: StaticVectors, num_classes: int) -> None:
        super().__init__()
        self.vectors = vectors
        self.last_layer = LastLayer(vectors.num_features, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Int32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        answers: Tensor = self.last_layer(self.vectors(tokens, lengths))
        return answers


def build(settings: Mapping[str, Any]) -> StaticEmbedding:
    """The network of a configuration."""
    facts = convert(StaticFacts, settings["vectors"], where="vectors of a package")
    return StaticEmbedding(StaticVectors(facts), settings["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Tokenized:
    """Takes the means once, and trains the last layer on them."""
    torch.manual_seed(context.key("weights") % 2**63)
    found = static.find(settings.backbone, context.decisions)
    vectors = static.pretrained(found)
    data = found.tokenizer.read_bytes()
    tokenizer = Tokenizer.of(data, max_tokens=settings.max_tokens, special=False)
    on_tokens = tokenized(prepared, tokenizer)
    module = StaticEmbedding(vectors, len(prepared.labels))
    features: dict[SplitName, Array] = {
        name: _features(vectors, split) for name, split in on_tokens.splits.items()
    }
    last_layer.fit(module.last_layer, features, prepared, settings.training, context)
    facts = {
        "vectors": vectors.facts.to_dict(),
        "num_classes": len(prepared.labels),
        "tokenizer": tokenizer.parameters.to_dict(),
    }
    network = Network.of(module.eval(), on_tokens, facts, license=vectors.facts.license)
    return Tokenized(tokenizer, network)


def load(folder: Path) -> Tokenized:
    """Reads what ``save`` wrote."""
    return Tokenized.load(folder, build)


def _features(vectors: StaticVectors, split: "Split") -> "Array":
    with torch.inference_mode():
        return np.concatenate(
            [
                vectors(*to_tensors(split.inputs, (TOKENS,), slice(start, start + BATCH_SIZE)))
                for start in range(0, len(split), BATCH_SIZE)
            ]
        )
