"""A vector for each token, whatever stands around it: tables that others distilled.

Source: Tissier et al., arXiv:1803.05651, on why a mean of such vectors goes far; the tables of
WordLlama (MIT) and of Model2Vec, each a tensor in a safetensors file beside a ``tokenizer.json``.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Decisions
from daylight.core.errors import IntegrityError, UserError, unknown
from daylight.core.hashing import sha256_file
from daylight.training.backbones import checkpoint as checkpoints
from daylight.training.backbones import wordllama
from daylight.training.backbones.checkpoint import CONFIG, OF_TEXTS, TOKENIZER, WEIGHTS
from daylight.training.texts import inside, mean_over

OPEN = "hf:"
WORDLLAMA = "wordllama"

_NAMES = ("embedding.weight", "embeddings")
"""Of the one tensor: WordLlama's and sentence-transformers', Model2Vec's."""


class StaticFacts(Config):
    """What has to be known to build a table again; a package's ``config.json`` keeps it.

    Attributes:
        source: Where it came from; a repository at a commit, or a name.
        weights_digest: SHA-256 of the file that held it.
        license: As the Hub spells it; ``"unknown"`` if nobody said.
        shape: Tokens and numbers for each.
    """

    source: str
    weights_digest: str
    license: str
    shape: tuple[int, int]


class StaticVectors(nn.Module):
    """Tokens to the mean of their vectors."""

    table: Tensor

    def __init__(self, facts: StaticFacts) -> None:
        super().__init__()
        self.facts = facts
        self.num_features = facts.shape[1]
        self.register_buffer("table", torch.zeros(facts.shape, dtype=torch.float16))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Int32 ``(rows, width)`` and lengths ``(rows,)`` to float32 ``(rows, num_features)``."""
        return mean_over(self.table[tokens.long()].float(), inside(tokens, lengths))


@dataclass(frozen=True, slots=True)
class Found:
    """Where the files of a table are."""

    weights: Path
    tokenizer: Path
    source: str
    license: str


def check(name: str) -> None:
    """Makes sure that a name can be that of a table; looks nowhere.

    Raises:
        UserError: It cannot.
    """
    if name.startswith(OPEN):
        checkpoints.check_name(name.removeprefix(OPEN))
    elif name != WORDLLAMA:
        raise unknown("backbone", name, (WORDLLAMA, "hf:owner/name"))


def find(name: str, decisions: Decisions) -> Found:
    """Where the files are.

    Args:
        name: ``"wordllama"``, from an installed package, or ``"hf:"`` and a repository or a folder.
        decisions: Keep the commit that a repository's name stood for.

    Raises:
        UserError: It cannot be had or not be used; says why.
    """
    check(name)
    if not name.startswith(OPEN):
        paths, source = wordllama.INSTALLED.paths(), wordllama.INSTALLED.source
        table, tokenizer = paths[wordllama.TABLE], paths[wordllama.TOKENIZER]
        return Found(table, tokenizer, source, wordllama.LICENSE)
    checkpoint = checkpoints.locate(name.removeprefix(OPEN), decisions, OF_TEXTS)
    if "auto_map" in checkpoint.read(CONFIG):
        raise UserError(
            f"{checkpoint.source} wants code of its own to be run (auto_map in {CONFIG}).",
            hint="Daylight runs no code from model files; choose a model without.",
        )
    folder = checkpoint.folder
    return Found(folder / WEIGHTS, folder / TOKENIZER, checkpoint.source, checkpoint.license)


def pretrained(found: Found) -> StaticVectors:
    """The table with its vectors.

    Raises:
        UserError: The file holds another kind of model.
        IntegrityError: It is damaged.
    """
    try:
        state = load_file(found.weights)
    except SafetensorError as error:
        raise IntegrityError(
            f"{found.weights}: it is damaged ({error}).",
            hint="Get the checkpoint again from where it was published.",
        ) from None
    tables = [tensor for name, tensor in state.items() if name in _NAMES and tensor.ndim == 2]
    if len(state) != 1 or not tables:
        raise UserError(
            f"{found.source} holds more than a table of vectors ({len(state)} tensors).",
            hint="Choose a static model, such as one of Model2Vec; encoders are for text-transfer.",
        )
    facts = StaticFacts(
        source=found.source,
        weights_digest=sha256_file(found.weights),
        license=found.license,
        shape=(len(tables[0]), tables[0].shape[1]),
    )
    vectors = StaticVectors(facts)
    vectors.table = tables[0].to(torch.float16)
    return vectors.eval()
