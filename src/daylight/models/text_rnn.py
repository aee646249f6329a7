"""A recurrent network that reads a text word by word, forwards and backwards.

Source: Cho et al., arXiv:1406.1078 (GRU); Hochreiter & Schmidhuber, Neural Computation 9 (1997)
(LSTM); both directions: Schuster & Paliwal, IEEE Trans. Signal Processing 45 (1997).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.network import Network
from daylight.training.settings import Share, Training
from daylight.training.texts import (
    Answers,
    HashedWords,
    hash_processing,
    inside,
    mean_over,
    train,
)


class Settings(Config):
    """Sizes.

    Attributes:
        max_words: Where texts are cut.
        table: Rows of the table of words; each word is the sum of two.
        size: Numbers that describe a word.
        cell: What remembers.
        units: Numbers that it remembers, in each direction.
        dropout: Share of what was remembered that is silent in a training step.
        word_dropout: Share of the words that are left out in a training step.
    """

    max_words: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 256
    table: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1 << 14
    size: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64
    cell: Literal["gru", "lstm"] = "gru"
    units: Annotated[int, msgspec.Meta(ge=1, le=2048)] = 64
    dropout: Share = 0.4
    word_dropout: Share = 0.2
    training: Training = Training(
        epochs=5,
        min_steps=300,
        batch_size=64,
        learning_rate=4e-3,
        weight_decay=0.1,
        averaging=0.99,
    )


SEARCH: Search = {
    "cell": Choice(values=("gru", "lstm")),
    "units": Choice(values=(32, 64, 128)),
    "training.learning_rate": Range(low=8e-4, high=2e-2, log=True),
    "training.weight_decay": Range(low=1e-2, high=1.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Hashed words in their order."""
    return hash_processing(schema, words=1, max_length=settings.max_words)


class TextRNN(nn.Module):
    """Hashed words to answers.

    Args:
        settings: ``table``, ``size``, ``cell``, ``units``, ``dropout``, ``word_dropout``,
            ``num_classes``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        cell = {"gru": nn.GRU, "lstm": nn.LSTM}[settings["cell"]]
        size, units = settings["size"], settings["units"]
        self.words = HashedWords(settings["table"], size, drop=settings["word_dropout"])
        self.forwards = cell(size, units, batch_first=True)
        self.backwards = cell(size, units, batch_first=True)
        self.dropout = nn.Dropout(settings["dropout"])
        self.answers = Answers(4 * units, settings["num_classes"])

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """Uint32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        mask = inside(words, lengths)
        vectors = self.words(words)
        # Each text is turned round by itself, so that what fills up the shorter ones is read last
        # in both directions, and changes nothing of what was remembered before.
        places = lengths[:, None] - 1 - torch.arange(words.shape[1])
        places = torch.where(mask, places, 0)[:, :, None].expand(-1, -1, vectors.shape[2])
        turned = torch.gather(vectors, 1, places)
        both = torch.cat([self.forwards(vectors)[0], self.backwards(turned)[0]], dim=2)
        highest = both.masked_fill(~mask[:, :, None], -1.0).amax(1)  # of numbers from -1 to 1
        pooled = torch.cat([mean_over(both, mask), highest], dim=1)
        answers: Tensor = self.answers(self.dropout(pooled))
        return answers


def build(settings: Mapping[str, Any]) -> TextRNN:
    """The network of a configuration."""
    return TextRNN(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {
        "table": settings.table,
        "size": settings.size,
        "cell": settings.cell,
        "units": settings.units,
        "dropout": settings.dropout,
        "word_dropout": settings.word_dropout,
    }
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
