"""What networks over texts share: embeddings of hashed words, means over runs, answers."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from daylight.core.context import Context
from daylight.core.types import Field, Node, Prepared, Processing, Schema
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training


def text_field(schema: Schema) -> Field:
    """The one input of a task about texts."""
    [field] = [field for field in schema["examples"] if field.role == "input"]
    return field


def hash_processing(
    schema: Schema, *, words: int, characters: tuple[int, int] = (0, 0), max_length: int
) -> Processing:
    """Texts to ragged uint32 ``grams``: hashed words in their order, then longer runs.

    Args:
        schema: With one field of texts.
        words: The longest run of words.
        characters: The shortest and the longest run of characters.
        max_length: Where they are cut.
    """
    runs = {"words": words, "characters": list(characters)}
    return Processing(
        inputs=(
            Node(
                operation="ngrams",
                inputs=(text_field(schema).name,),
                outputs=("all_grams",),
                parameters=runs,
            ),
            Node(
                operation="truncate",
                inputs=("all_grams",),
                outputs=("grams",),
                parameters={"max_length": max_length},
            ),
        ),
        prepared=("grams",),
    )


def inside(padded: Tensor, lengths: Tensor) -> Tensor:
    """Which places of a matrix hold values: bool ``(rows, width)``."""
    return torch.arange(padded.shape[1]) < lengths[:, None]


def mean_over(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of the places that hold values, 0 where none does.

    Args:
        values: ``(rows, width, size)``.
        mask: Bool ``(rows, width)``.
    """
    weights = mask[:, :, None].to(values.dtype)
    mean: Tensor = (values * weights).sum(1) / weights.sum(1).clamp(min=1)
    return mean


class HashedWords(nn.Module):
    """A vector for each word: the sum of two rows of a table, which it shares with others.

    Two words share both rows very rarely, so that a small table tells many words apart.

    Args:
        rows: Of the table.
        size: Of a vector.
        drop: Share of the words that are left out in a training step.

    Source: Serrà & Karatzoglou, arXiv:1706.03993; leaving words out: Iyyer et al., ACL (2015).
    """

    def __init__(self, rows: int, size: int, *, drop: float = 0.0) -> None:
        super().__init__()
        self.table = nn.Embedding(rows, size)
        nn.init.normal_(self.table.weight, std=0.1)
        self.drop = nn.Dropout1d(drop)

    def forward(self, words: Tensor) -> Tensor:
        """Uint32 ``(rows, width)`` to ``(rows, width, size)``."""
        words, count = words.long(), self.table.num_embeddings
        vectors = self.table(words % count) + self.table(words // count % count)
        dropped: Tensor = self.drop(vectors)
        return dropped


class Answers(nn.Module):
    """A last layer: class scores, or a number in the target's own unit.

    Args:
        size: Of a vector.
        num_classes: 0 for a number. Until ``measure`` is called, it is one around 0.
    """

    middle: Tensor
    spread: Tensor

    def __init__(self, size: int, num_classes: int) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.scores = nn.Linear(size, num_classes or 1)
        self.register_buffer("middle", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def measure(self, prepared: Prepared) -> None:
        """Takes mean and deviation of numbers from train; of classes there are none."""
        if not self.num_classes:
            target = prepared.splits["train"].targets["target"].values
            self.middle = torch.tensor(float(target.mean()))
            self.spread = torch.tensor(max(float(target.std()), 1e-6))

    def forward(self, vectors: Tensor) -> Tensor:
        """``(rows, size)`` to raw scores ``(rows, classes)``, or to numbers ``(rows,)``."""
        scores: Tensor = self.scores(vectors)
        return scores if self.num_classes else scores.squeeze(1).float() * self.spread + self.middle


def train(
    build: Callable[[Mapping[str, Any]], nn.Module],
    prepared: Prepared,
    *,
    sizes: Mapping[str, Any],
    training: Training,
    context: Context,
) -> Network:
    """Trains a new network by back-propagation.

    Args:
        build: Is given ``num_classes`` and ``sizes``.
        prepared: With one ragged column.
        sizes: The family's own.
        training: How.
        context: Decides the weights and the order.
    """
    torch.manual_seed(context.key("weights") % 2**63)
    facts = {**sizes, "num_classes": len(prepared.labels)}
    module = build(facts)
    measure(module, prepared)
    network = Network.of(module, prepared, facts)
    loop.fit(network, prepared, training, context)
    return network


def measure(module: nn.Module, prepared: Prepared) -> None:
    """Lets every last layer in a network know the range of what it is to answer."""
    for part in module.modules():
        if isinstance(part, Answers):
            part.measure(prepared)
