"""A convolutional network that looks at a few words in a row, wherever they stand.

Source: Kim, Convolutional Neural Networks for Sentence Classification, arXiv:1408.5882.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.network import Network
from daylight.training.settings import Share, Training
from daylight.training.texts import Answers, HashedWords, hash_processing, inside, train


class Settings(Config):
    """Sizes.

    Attributes:
        max_words: Where texts are cut.
        table: Rows of the table of words; each word is the sum of two.
        size: Numbers that describe a word.
        spans: How many words in a row the filters look at.
        filters: Of each span.
        dropout: Share of what the filters found that is silent in a training step.
        word_dropout: Share of the words that are left out in a training step.
    """

    max_words: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 400
    table: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1 << 14
    size: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64
    spans: tuple[Annotated[int, msgspec.Meta(ge=1, le=16)], ...] = (1, 2, 3)
    filters: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 64
    dropout: Share = 0.5
    word_dropout: Share = 0.2
    training: Training = Training(
        epochs=5,
        min_steps=300,
        batch_size=64,
        learning_rate=3e-3,
        weight_decay=0.1,
        averaging=0.99,
    )

    def __post_init__(self) -> None:
        """Refuses a network without filters."""
        if not self.spans:
            raise ValueError("there has to be at least one span, such as [2]")


SEARCH: Search = {
    "filters": Choice(values=(32, 64, 128)),
    "word_dropout": Range(low=0.0, high=0.5),
    "training.learning_rate": Range(low=6e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=1e-2, high=1.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Hashed words in their order."""
    return hash_processing(schema, words=1, max_length=settings.max_words)


class TextCNN(nn.Module):
    """Hashed words to answers.

    Args:
        settings: ``table``, ``size``, ``spans``, ``filters``, ``dropout``, ``word_dropout``,
            ``num_classes``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        size, filters = settings["size"], settings["filters"]
        self.words = HashedWords(settings["table"], size, drop=settings["word_dropout"])
        self.spans: list[int] = settings["spans"]
        self.filters = nn.ModuleList(nn.Conv1d(size, filters, span) for span in self.spans)
        self.dropout = nn.Dropout(settings["dropout"])
        self.answers = Answers(filters * len(self.filters), settings["num_classes"])

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """Uint32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        mask = inside(words, lengths)[:, None]
        vectors = self.words(words).transpose(1, 2) * mask
        found = []
        for span, each in zip(self.spans, self.filters, strict=True):
            # Nothing stands before the first word and after the last, in a batch as alone; so many
            # places of nothing are added that every run that touches a word is looked at.
            maps = functional.relu(each(functional.pad(vectors, (span - 1, span - 1))))
            touched = torch.arange(maps.shape[2]) < (lengths + span - 1)[:, None, None]
            found.append((maps * touched).amax(2))
        answers: Tensor = self.answers(self.dropout(torch.cat(found, dim=1)))
        return answers


def build(settings: Mapping[str, Any]) -> TextCNN:
    """The network of a configuration."""
    return TextCNN(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {
        "table": settings.table,
        "size": settings.size,
        "spans": list(settings.spans),
        "filters": settings.filters,
        "dropout": settings.dropout,
        "word_dropout": settings.word_dropout,
    }
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
