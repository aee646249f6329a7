"""An encoder that others trained on much text, with a new last layer for these texts.

Every text goes through the encoder once, and a linear layer learns from the vectors that come out:
a few texts per class are enough. The encoder itself can be trained further afterwards, at a low
rate, once the new layer no longer pulls it apart.

Source: Reimers & Gurevych, arXiv:1908.10084, section 5 (a linear layer on fixed vectors of
sentences); Devlin et al., arXiv:1810.04805 (fine-tuning); Kumar et al., arXiv:2202.10054 (the layer
first, then all of it).
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.config import Config, convert
from daylight.core.context import Context
from daylight.core.files import write_atomic
from daylight.core.search import Range, Search
from daylight.core.types import Columns, Prepared, Processing, Schema, Split
from daylight.training import last_layer, loop, pace
from daylight.training.backbones import encoder
from daylight.training.backbones.encoder import Encoder, EncoderFacts
from daylight.training.last_layer import LastLayer
from daylight.training.network import Network, evaluating
from daylight.training.rows import lengths, to_tensors
from daylight.training.settings import Positive, Share, Training
from daylight.training.stages import Stages
from daylight.training.tokenized import (
    FILE,
    TOKENS,
    Tokenized,
    Tokenizer,
    byte_processing,
    tokenized,
)

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_SIZE = 64
CHUNK = 512
"""Texts whose vectors are kept at a time: what is lost when a fit is cut short."""


class FineTuning(Training):
    """Settings of the training of the whole network; see ``Training``."""

    epochs: Annotated[int, msgspec.Meta(ge=1)] = 3
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 32
    learning_rate: Positive = 5e-5
    warmup: Share = 0.1
    weight_decay: Annotated[float, msgspec.Meta(ge=0)] = 0.01
    max_gradient_norm: Positive = 1.0


class Settings(Config):
    """What to start from, and what to train.

    Attributes:
        backbone: ``"all-minilm-l6-v2"``, from an installed package; or ``"hf:owner/name"``,
            ``"hf:owner/name@revision"``, ``"hf:/folder"``: a checkpoint of the transformers library
            as safetensors with a ``tokenizer.json``, of an architecture in
            ``training.backbones.encoder``. Only ``hf:`` with a repository uses the network.
        max_tokens: Where texts are cut; by default at 256, or where the encoder has no more places.
        pooling: What stands for a text: the mean of its tokens' vectors, or the first one.
        training: Of the last layer, on vectors: the encoder stays as it is.
        fine_tune: Of everything, afterwards; none leaves the encoder as it is.
    """

    backbone: str = encoder.MINILM
    max_tokens: Annotated[int, msgspec.Meta(ge=8, le=8192)] | None = None
    pooling: Literal["mean", "first"] = "mean"
    training: Training = Training(
        epochs=20, min_steps=300, batch_size=64, learning_rate=2e-3, weight_decay=0.3
    )
    fine_tune: FineTuning | None = None


SEARCH: Search = {
    "training.learning_rate": Range(low=4e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=0.03, high=3.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Texts as bytes: their tokens are the encoder's business."""
    encoder.check(settings.backbone)
    return byte_processing(schema)


class TextTransfer(nn.Module):
    """Tokens to answers."""

    def __init__(self, body: Encoder, num_classes: int) -> None:
        super().__init__()
        self.encoder = body
        self.last_layer = LastLayer(body.num_features, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Int32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        answers: Tensor = self.last_layer(self.encoder(tokens, lengths))
        return answers


def build(settings: Mapping[str, Any]) -> TextTransfer:
    """The network of a configuration."""
    facts = convert(EncoderFacts, settings["encoder"], where="encoder of a package")
    return TextTransfer(encoder.build(facts), settings["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Tokenized:
    """Takes the vectors once, trains the last layer on them, then everything if asked to."""
    torch.manual_seed(context.key("weights") % 2**63)
    checkpoint = encoder.find(settings.backbone, context.decisions)
    body = encoder.pretrained(checkpoint, longest=settings.max_tokens, pooling=settings.pooling)
    data = (checkpoint.folder / FILE).read_bytes()
    tokenizer = Tokenizer.of(data, max_tokens=body.facts.longest)
    on_tokens = tokenized(prepared, tokenizer)
    module = TextTransfer(body, len(prepared.labels))
    stages = Stages(context.log)
    context = context.replace(log=stages)
    found = {
        name: _features(body, split, name, context) for name, split in on_tokens.splits.items()
    }
    last_layer.fit(module.last_layer, found, prepared, settings.training, context)
    facts = {
        "encoder": body.facts.to_dict(),
        "num_classes": len(prepared.labels),
        "tokenizer": tokenizer.parameters.to_dict(),
    }
    network = Network.of(module.eval(), on_tokens, facts, license=body.facts.license)
    if settings.fine_tune:
        stages.begin_next()
        loop.fit(network, on_tokens, settings.fine_tune, context, stage="fine-tuning")
    return Tokenized(tokenizer, network)


def load(folder: Path) -> Tokenized:
    """Reads what ``save`` wrote."""
    return Tokenized.load(folder, build)


def _features(body: Encoder, texts: Split, split: str, context: Context) -> "Array":
    """Of all texts of a split, the short ones first; chunks that an earlier fit left are read."""
    runs = lengths(texts.inputs, (TOKENS,))
    order = np.argsort(runs, kind="stable") if runs is not None else np.arange(len(texts))
    some = to_tensors(texts.inputs, (TOKENS,), order[len(order) // 2 :][:BATCH_SIZE])
    how = pace.decide(body, some, context.decisions.within("vectors"))
    found = np.empty((len(texts), body.num_features), np.float32)
    for start in range(0, len(order), CHUNK):
        context.log("prepare", split=f"vectors, {split}", done=start, total=len(order))
        rows = order[start : start + CHUNK]
        path = context.checkpoints and context.checkpoints / f"vectors-{split}-{start}.npy"
        if path and path.is_file():
            found[rows] = np.load(path, allow_pickle=False)
            continue
        found[rows] = _vectors(body, texts.inputs, rows, how)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = io.BytesIO()
            np.save(data, found[rows], allow_pickle=False)
            write_atomic(path, data.getvalue())
    return found


def _vectors(body: Encoder, inputs: Columns, rows: "Array", how: pace.Pace) -> "Array":
    parts = []
    with evaluating(body), torch.inference_mode(), how.held():
        for start in range(0, len(rows), BATCH_SIZE):
            batch = to_tensors(inputs, (TOKENS,), rows[start : start + BATCH_SIZE])
            parts.append(how.forward(body, batch).numpy())
    return np.concatenate(parts)
