"""Picture networks of the transformers library, from checkpoints that hold numbers only."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from daylight.core.errors import UserError
from daylight.core.hashing import sha256_file
from daylight.training.backbones import open_networks, scaling
from daylight.training.backbones.backbone import Backbone, BackboneFacts
from daylight.training.backbones.checkpoint import CONFIG, SCALING, WEIGHTS, Checkpoint

ATTENTION = "eager"
"""The one that exports."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network in transformers.

    Attributes:
        name: Stem of its classes.
        first_token: Whether the first token stands for the picture, rather than a pooled map.
        fixed_size: Whether it takes pictures of the size of its configuration only.
    """

    name: str
    first_token: bool = False
    fixed_size: bool = False


ARCHITECTURES = {
    "convnext": Architecture("ConvNext"),  # arXiv:2201.03545
    "convnextv2": Architecture("ConvNextV2"),  # arXiv:2301.00808
    "deit": Architecture("DeiT", first_token=True, fixed_size=True),  # arXiv:2012.12877
    "dinov2": Architecture("Dinov2", first_token=True),  # arXiv:2304.07193
    "efficientnet": Architecture("EfficientNet"),  # arXiv:1905.11946
    "mobilenet_v1": Architecture("MobileNetV1"),  # arXiv:1704.04861
    "mobilenet_v2": Architecture("MobileNetV2"),  # arXiv:1801.04381
    "regnet": Architecture("RegNet"),  # arXiv:2003.13678
    "resnet": Architecture("ResNet"),  # arXiv:1512.03385
    "swin": Architecture("Swin"),  # arXiv:2103.14030
    "vit": Architecture("ViT", first_token=True, fixed_size=True),  # arXiv:2010.11929
}


class Features(nn.Module):
    """A network of transformers that gives one vector per picture."""

    def __init__(self, model: nn.Module, *, first_token: bool) -> None:
        super().__init__()
        self.model, self.first_token = model, first_token

    def forward(self, x: Tensor) -> Tensor:
        """Normalised ``(rows, 3, height, width)`` to ``(rows, features)``."""
        found = self.model(pixel_values=x)
        vector: Tensor = (
            found.last_hidden_state[:, 0] if self.first_token else found.pooler_output.flatten(1)
        )
        return vector


def pretrained(checkpoint: Checkpoint, size: int | None) -> Backbone:
    """The backbone of a checkpoint with its trained weights, in evaluation mode.

    Args:
        checkpoint: From ``checkpoint.locate``.
        size: Height and width that pictures are brought to; by default what it was trained on.

    Raises:
        UserError: It is not an architecture of the table, wants code of its own to be run, or
            cannot take this size.
        IntegrityError: A file is damaged or does not fit the others.
        MissingExtraError: transformers is not installed.
    """
    facts = _facts(checkpoint, size)
    architecture, path = ARCHITECTURES[facts.architecture], checkpoint.folder / WEIGHTS
    model = open_networks.pretrained(
        architecture.name, facts.config, path, attention=ATTENTION, **_arguments(facts)
    )
    return _behind(model, facts).eval()


def build(facts: BackboneFacts) -> Backbone:
    """The backbone with random weights."""
    name = ARCHITECTURES[facts.architecture].name
    model = open_networks.build(
        name, facts.config, source=facts.source, attention=ATTENTION, **_arguments(facts)
    )
    return _behind(model, facts)


def _behind(model: nn.Module, facts: BackboneFacts) -> Backbone:
    first_token = ARCHITECTURES[facts.architecture].first_token
    return Backbone(Features(model, first_token=first_token), facts)


def _arguments(facts: BackboneFacts) -> dict[str, Any]:
    """The pooler of these two is trained for another end, and many checkpoints have none."""
    return {"add_pooling_layer": False} if facts.architecture in ("vit", "deit") else {}


def _facts(checkpoint: Checkpoint, size: int | None) -> BackboneFacts:
    values, source = checkpoint.read(CONFIG), checkpoint.source
    kind = open_networks.check(values, source, ARCHITECTURES)
    wanted = checkpoint.read(SCALING)
    sides = (size, size) if size else scaling.size(wanted, source)
    mean, deviation = scaling.normalisation(wanted, source)
    trained_on = scaling.side(values.get("image_size"))
    if ARCHITECTURES[kind].fixed_size and trained_on not in (None, sides):
        raise UserError(
            f"{source} takes pictures of {trained_on[0]} x {trained_on[1]} pixels only, "
            f"not of {sides[0]} x {sides[1]}.",
            hint=f"--set settings.size={trained_on[0]}",
        )
    return BackboneFacts(
        architecture=kind,
        source=source,
        weights_digest=sha256_file(checkpoint.folder / WEIGHTS),
        license=checkpoint.license,
        size=sides,
        mean=mean,
        deviation=deviation,
        config=open_networks.sizes(values, ARCHITECTURES[kind].name),
    )
