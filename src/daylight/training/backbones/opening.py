"""From the name of a backbone to the backbone, and from its facts to one of the same shape."""

from daylight.core.context import Decisions
from daylight.core.errors import unknown
from daylight.training.backbones import checkpoint, efficientnet_lite0, open_models
from daylight.training.backbones.backbone import Backbone, BackboneFacts

OPEN = "hf:"
TRAINED_ON = 224
"""Pixels per side that EfficientNet-lite0 was trained on."""

SMALLEST = 128
"""Small pictures are enlarged to this many pixels per side, for EfficientNet-lite0."""


def check(name: str) -> None:
    """Makes sure that a name can be that of a backbone; looks nowhere.

    Raises:
        UserError: It cannot.
    """
    if name.startswith(OPEN):
        checkpoint.check_name(name.removeprefix(OPEN))
    elif name != efficientnet_lite0.NAME:
        raise unknown("backbone", name, (efficientnet_lite0.NAME, "hf:owner/name"))


def open_backbone(
    name: str, *, size: int | None, longest_side: int, decisions: Decisions
) -> Backbone:
    """The backbone with its trained weights.

    Args:
        name: ``"efficientnet-lite0"``, or ``"hf:"`` and a repository or a folder.
        size: Height and width at which it sees pictures, in pixels; by default what a checkpoint
            asks for, and for EfficientNet-lite0 the pictures' own, within bounds.
        longest_side: Of the pictures, in pixels.
        decisions: Keep the commit that a repository's name stood for.

    Raises:
        UserError: It cannot be had or not be used; says why.
    """
    check(name)
    if name.startswith(OPEN):
        found = checkpoint.locate(name.removeprefix(OPEN), decisions)
        return open_models.pretrained(found, size)
    return efficientnet_lite0.pretrained(size or min(TRAINED_ON, max(SMALLEST, longest_side)))


def build(facts: BackboneFacts) -> Backbone:
    """A backbone of that shape, for weights to be put into."""
    if facts.architecture == efficientnet_lite0.NAME:
        return efficientnet_lite0.build(facts)
    return open_models.build(facts)
