"""Vectors of whole texts by an encoder that others trained; it stays as it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor
from torch.nn import functional

from daylight.core.config import Config
from daylight.core.context import Decisions
from daylight.core.files import write_atomic
from daylight.core.types import Columns, Node
from daylight.runtime.operations import tokenize
from daylight.training.backbones import encoder
from daylight.training.backbones.encoder import Encoder, EncoderFacts
from daylight.training.network import evaluating, write_graph
from daylight.training.rows import LONGEST, lengths, to_tensors
from daylight.training.tokenized import BYTES, FILE, TOKENS, Tokenizer

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_SIZE = 64
WEIGHTS, GRAPH = "encoder.safetensors", "encoder.onnx"


class SentenceState(Config):
    """What has to be known to open an encoder again, besides its weights and its tokenizer."""

    encoder: EncoderFacts
    tokenizer: tokenize.Parameters


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """An encoder behind its tokenizer: bytes of texts to vectors of length 1."""

    tokenizer: Tokenizer
    module: Encoder

    @classmethod
    def pretrained(
        cls, name: str, decisions: Decisions, *, max_tokens: int | None
    ) -> "SentenceVectors":
        """The encoder of this name; see ``encoder.find``.

        Raises:
            UserError: It cannot be had or not be used; says why.
        """
        checkpoint = encoder.find(name, decisions)
        module = encoder.pretrained(checkpoint, longest=max_tokens, pooling="mean")
        data = (checkpoint.folder / FILE).read_bytes()
        return cls(Tokenizer.of(data, max_tokens=module.facts.longest), module)

    @property
    def state(self) -> SentenceState:
        """What a configuration keeps."""
        return SentenceState(encoder=self.module.facts, tokenizer=self.tokenizer.parameters)

    def directions(self, inputs: Columns) -> "Array":
        """float32 ``(rows, features)``; rows of like length go together."""
        tokens = {TOKENS: self.tokenizer(inputs[BYTES])}
        runs = lengths(tokens, (TOKENS,))
        order = np.argsort(runs, kind="stable") if runs is not None else np.empty(0, np.int64)
        found = np.empty((len(order), self.module.num_features), np.float32)
        with evaluating(self.module), torch.inference_mode():
            for start in range(0, len(order), BATCH_SIZE):
                rows = order[start : start + BATCH_SIZE]
                [vectors] = _scaled(self.module(*to_tensors(tokens, (TOKENS,), rows)))
                found[rows] = vectors.numpy()
        return found

    def save(self, folder: Path) -> None:
        """Writes weights and tokenizer."""
        write_atomic(folder / FILE, self.tokenizer.data)
        weights = {n: t.contiguous().numpy() for n, t in self.module.state_dict().items()}
        save_file(weights, folder / WEIGHTS)

    @classmethod
    def load(cls, folder: Path, state: SentenceState) -> "SentenceVectors":
        """Reads what ``save`` wrote."""
        module = encoder.build(state.encoder)
        weights = load_file(folder / WEIGHTS)
        module.load_state_dict({name: torch.from_numpy(each) for name, each in weights.items()})
        data = (folder / FILE).read_bytes()
        return cls(Tokenizer(data, state.tokenizer), module.eval())

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes the graph; gives the nodes from bytes to ``vector``."""
        write_atomic(folder / FILE, self.tokenizer.data)
        padded, runs = f"{TOKENS}.padded", f"{TOKENS}.lengths"
        batch = {padded: torch.zeros(2, 3, dtype=torch.int32), runs: torch.tensor([3, 2])}
        write_graph(
            self.module,
            batch,
            folder / GRAPH,
            outputs=("vector",),
            finish=_scaled,
            widths=(padded,),
        )
        return (
            self.tokenizer.node(),
            Node(
                operation="pad",
                inputs=(TOKENS,),
                outputs=(padded, runs),
                parameters={"max_length": LONGEST},
            ),
            Node(
                operation="onnx",
                inputs=(padded, runs),
                outputs=("vector",),
                parameters={"file": GRAPH},
            ),
        )


def _scaled(vectors: Tensor) -> tuple[Tensor]:
    return (functional.normalize(vectors, dim=1),)
