"""The mean of the vectors of a text's n-grams, of words and of characters, and a layer on top.

Source: Joulin et al., Bag of Tricks for Efficient Text Classification, arXiv:1607.01759; n-grams of
characters: Bojanowski et al., arXiv:1607.04606.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Choice, Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.network import Network
from daylight.training.settings import Share, Training
from daylight.training.texts import Answers, hash_processing, inside, mean_over, train

Length = Annotated[int, msgspec.Meta(ge=0, le=16)]


class Settings(Config):
    """What a text is taken apart into, and sizes.

    Attributes:
        words: Most words in a row that make an n-gram.
        characters: Fewest and most characters in a row; (0, 0) takes none.
        max_ngrams: Of a text, at most.
        buckets: Vectors that n-grams share.
        size: Of a vector.
        dropout: Share of the mean vector that is silent in a training step.
    """

    words: Annotated[int, msgspec.Meta(ge=1, le=5)] = 2
    characters: tuple[Length, Length] = (3, 5)
    max_ngrams: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 8192
    buckets: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1 << 17
    size: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 16
    dropout: Share = 0.3
    training: Training = Training(
        epochs=5,
        min_steps=300,
        batch_size=64,
        learning_rate=5e-3,
        weight_decay=0.05,
        averaging=0.99,
    )


SEARCH: Search = {
    "words": Choice(values=(1, 2, 3)),
    "dropout": Range(low=0.0, high=0.6),
    "training.learning_rate": Range(low=1e-3, high=2e-2, log=True),
    "training.weight_decay": Range(low=5e-3, high=0.5, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Hashed n-grams; those of words come first."""
    return hash_processing(
        schema,
        words=settings.words,
        characters=settings.characters,
        max_length=settings.max_ngrams,
    )


class FastText(nn.Module):
    """Numbers of n-grams to answers.

    Args:
        settings: ``buckets``, ``size``, ``dropout``, ``num_classes``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        size = settings["size"]
        self.vectors = nn.Embedding(settings["buckets"], size)
        nn.init.uniform_(self.vectors.weight, -1 / size, 1 / size)
        self.dropout = nn.Dropout(settings["dropout"])
        self.answers = Answers(size, settings["num_classes"])

    def forward(self, ngrams: Tensor, lengths: Tensor) -> Tensor:
        """Uint32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        places = ngrams.long() % self.vectors.num_embeddings
        mean = mean_over(self.vectors(places), inside(ngrams, lengths))
        answers: Tensor = self.answers(self.dropout(mean))
        return answers


def build(settings: Mapping[str, Any]) -> FastText:
    """The network of a configuration."""
    return FastText(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {"buckets": settings.buckets, "size": settings.size, "dropout": settings.dropout}
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
