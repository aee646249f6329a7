"""A small transformer that reads a text word by word, trained from scratch.

Source: Vaswani et al., arXiv:1706.03762; norms before each part: Xiong et al., arXiv:2002.04745,
figure 1b; a first token that belongs to no word: Devlin et al., arXiv:1810.04805, section 3.
"""

import math
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
from daylight.training.texts import (
    Answers,
    HashedWords,
    hash_processing,
    inside,
    mean_over,
    train,
)

LONGEST_WAVE = 10_000.0
WAVES = 0.1
"""How large the numbers are that tell places apart, as large as those of the words at first."""


class Settings(Config):
    """Sizes.

    Attributes:
        max_words: Where texts are cut.
        table: Rows of the table of words; each word is the sum of two.
        width: Numbers that describe a word.
        depth: Blocks of attention and perceptron.
        heads: Of each attention; they share the width.
        dropout: Share of values that are silent in a training step, and of words that are left out.
    """

    max_words: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 256
    table: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1 << 14
    width: Annotated[int, msgspec.Meta(ge=2, le=2048)] = 128
    depth: Annotated[int, msgspec.Meta(ge=1, le=48)] = 2
    heads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4
    dropout: Share = 0.2
    training: Training = Training(
        epochs=4,
        min_steps=300,
        batch_size=64,
        learning_rate=2e-3,
        weight_decay=0.1,
        label_smoothing=0.1,
        averaging=0.99,
    )

    def __post_init__(self) -> None:
        """Refuses a width that heads, and sines and cosines, cannot share out."""
        step = math.lcm(2, self.heads)
        if self.width % step:
            more = step * math.ceil(self.width / step)
            raise ValueError(
                f"a width of {self.width} cannot be shared out to {self.heads} heads; {more} can"
            )


SEARCH: Search = {
    "depth": Choice(values=(1, 2, 4)),
    "dropout": Range(low=0.0, high=0.5),
    "training.learning_rate": Range(low=5e-4, high=1e-2, log=True),
    "training.weight_decay": Range(low=1e-2, high=1.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Hashed words in their order."""
    return hash_processing(schema, words=1, max_length=settings.max_words)


class Block(nn.Module):
    """Attention and a perceptron of four times the width, each beside a shortcut."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_perceptron = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked, self.result = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.perceptron = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """``(rows, width, size)`` to the same.

        Args:
            x: A vector for each place.
            seen: Bool ``(rows, 1, 1, width)``: places that hold words.
        """
        query, key, value = (
            each.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for each in self.asked(self.before_attention(x)).chunk(3, dim=2)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        x = x + self.dropout(self.result(mixed.transpose(1, 2).flatten(2)))
        result: Tensor = x + self.dropout(self.perceptron(self.before_perceptron(x)))
        return result


class Transformer(nn.Module):
    """Hashed words to answers.

    Args:
        settings: ``table``, ``width``, ``depth``, ``heads``, ``dropout``, ``num_classes``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__()
        width, dropout = settings["width"], settings["dropout"]
        self.words = HashedWords(settings["table"], width, drop=dropout)
        self.first = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(
            Block(width, settings["heads"], dropout) for _ in range(settings["depth"])
        )
        self.norm = nn.LayerNorm(width)
        self.answers = Answers(width, settings["num_classes"])

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """Uint32 ``(rows, width)`` and lengths ``(rows,)`` to raw answers."""
        vectors = self.words(words)
        first = self.first.expand(words.shape[0], 1, -1)
        x = torch.cat([first, vectors + WAVES * waves(words.shape[1], vectors.shape[2])], dim=1)
        # The first place is always seen, so that a text without words has something to attend to.
        mask = functional.pad(inside(words, lengths), (1, 0), value=True)
        for block in self.blocks:
            x = block(x, mask[:, None, None, :])
        answers: Tensor = self.answers(mean_over(self.norm(x), mask))
        return answers


def waves(places: int, width: int) -> Tensor:
    """Places as sines and cosines: float32 ``(places, width)``. Source: Vaswani, section 3.5."""
    speeds = LONGEST_WAVE ** -(torch.arange(width // 2) / max(1, width // 2 - 1))
    angles = torch.arange(places)[:, None] * speeds
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def build(settings: Mapping[str, Any]) -> Transformer:
    """The network of a configuration."""
    return Transformer(settings)


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Trains by back-propagation."""
    sizes = {
        "table": settings.table,
        "width": settings.width,
        "depth": settings.depth,
        "heads": settings.heads,
        "dropout": settings.dropout,
    }
    return train(build, prepared, sizes=sizes, training=settings.training, context=context)


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)
