"""A network behind a tokenizer that came with its weights: bytes of texts in, answers out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from daylight.core.config import convert
from daylight.core.files import write_atomic
from daylight.core.types import (
    Column,
    Columns,
    Node,
    Prepared,
    Processing,
    Schema,
    Split,
    SplitName,
)
from daylight.runtime.operations import tokenize
from daylight.training.network import Network, NetworkConfig
from daylight.training.texts import text_field

BYTES = "utf8"
TOKENS = "tokens"
FILE = "tokenizer.json"


def byte_processing(schema: Schema) -> Processing:
    """Texts as bytes: which tokens they are made of is known only where a network is opened."""
    node = Node(operation="utf8", inputs=(text_field(schema).name,), outputs=(BYTES,))
    return Processing(inputs=(node,), prepared=(BYTES,))


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A ``tokenizer.json``, and how it is used.

    Attributes:
        data: The bytes of the file.
        parameters: Of the operation ``tokenize``.
    """

    data: bytes
    parameters: tokenize.Parameters

    @classmethod
    def of(cls, data: bytes, *, max_tokens: int, special: bool = True) -> "Tokenizer":
        """A tokenizer that cuts texts at so many tokens."""
        return cls(data, tokenize.Parameters(file=FILE, max_tokens=max_tokens, special=special))

    def __call__(self, column: Column) -> Column:
        """Ragged bytes to ragged tokens, as in the package."""
        [tokens] = tokenize.open_(self.parameters, {FILE: self.data}.__getitem__)(column)
        return tokens

    def node(self) -> Node:
        """The same in a program."""
        return Node(
            operation="tokenize",
            inputs=(BYTES,),
            outputs=(TOKENS,),
            parameters=self.parameters.to_dict(),
        )


def tokenized(prepared: Prepared, tokenizer: Tokenizer) -> Prepared:
    """What a network is trained on: the splits ``train`` and ``validation``, as tokens."""
    names: tuple[SplitName, ...] = ("train", "validation")
    splits = {name: prepared.splits[name] for name in names}
    on_tokens = {
        name: Split({TOKENS: tokenizer(split.inputs[BYTES])}, split.targets)
        for name, split in splits.items()
    }
    return replace(prepared, splits=on_tokens, names=(TOKENS,))


@dataclass(frozen=True, slots=True)
class Tokenized:
    """A ``Fitted``.

    Attributes:
        network: Takes ``tokens``; its settings hold the tokenizer's parameters.
    """

    tokenizer: Tokenizer
    network: Network

    @property
    def module(self) -> nn.Module:
        """Tokens to raw outputs."""
        return self.network.module

    @property
    def config(self) -> NetworkConfig:
        """What ``config.json`` holds."""
        return self.network.config

    def predict(self, inputs: Columns) -> Columns:
        """Answers for the column of bytes."""
        return self.network.predict({TOKENS: self.tokenizer(inputs[BYTES])})

    def redrawn(self, random: np.random.Generator) -> "Tokenized":
        """An equal network that has learned nothing, behind the same tokenizer."""
        return Tokenized(self.tokenizer, self.network.redrawn(random))

    def save(self, folder: Path) -> None:
        """Writes the weights, the configuration and the tokenizer."""
        write_atomic(folder / FILE, self.tokenizer.data)
        self.network.save(folder)

    @classmethod
    def load(cls, folder: Path, build: Callable[[Mapping[str, Any]], nn.Module]) -> "Tokenized":
        """Reads what ``save`` wrote; ``build`` makes the module from the settings."""
        network = Network.load(folder, build)
        parameters = convert(
            tokenize.Parameters,
            network.config.settings["tokenizer"],
            where="a tokenizer",
        )
        return cls(Tokenizer((folder / FILE).read_bytes(), parameters), network)

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph and the tokenizer."""
        write_atomic(folder / FILE, self.tokenizer.data)
        return (self.tokenizer.node(), *self.network.export(folder))
