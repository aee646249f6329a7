"""Picture networks of the transformers library, from checkpoints that hold numbers only.

What a checkpoint says is data: its ``model_type`` is looked up in a table here, only the sizes are
taken of its ``config.json``, and the weights are safetensors. No code of its own is ever run.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from daylight.core.errors import IntegrityError, UserError
from daylight.core.hashing import sha256_file
from daylight.training.backbones import scaling
from daylight.training.backbones.backbone import Backbone, BackboneFacts
from daylight.training.backbones.checkpoint import CONFIG, SCALING, WEIGHTS, Checkpoint, missing


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
    path = checkpoint.folder / WEIGHTS
    facts = _facts(checkpoint, size)
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise _damaged(path, f"it is damaged ({error})") from None
    model_class, _ = _classes(facts.architecture)
    try:
        with _quiet():
            # With a state and no name, transformers looks for no file and asks no hub.
            model, report = model_class.from_pretrained(
                None,
                config=_configuration(facts),
                state_dict=state,
                dtype=torch.float32,
                output_loading_info=True,
                **_arguments(facts),
            )
    except (RuntimeError, ValueError, KeyError) as error:
        raise _damaged(path, f"its weights do not fit {CONFIG} ({_first_line(error)})") from None
    if lacking := sorted(report["missing_keys"]):
        raise _damaged(path, f"it lacks {len(lacking)} weights, such as {lacking[0]}")
    return _behind(model, facts).eval()


def build(facts: BackboneFacts) -> Backbone:
    """The backbone with random weights."""
    model_class, _ = _classes(facts.architecture)
    return _behind(model_class(_configuration(facts), **_arguments(facts)), facts)


def _behind(model: nn.Module, facts: BackboneFacts) -> Backbone:
    first_token = ARCHITECTURES[facts.architecture].first_token
    return Backbone(Features(model, first_token=first_token), facts)


def _arguments(facts: BackboneFacts) -> dict[str, Any]:
    """The pooler of these two is trained for another end, and many checkpoints have none."""
    return {"add_pooling_layer": False} if facts.architecture in ("vit", "deit") else {}


def _classes(architecture: str) -> tuple[Any, Any]:
    """Of the model and of its configuration."""
    try:
        import transformers  # noqa: PLC0415 - takes seconds
    except ModuleNotFoundError as error:
        raise missing(error.name or "transformers") from None
    name = ARCHITECTURES[architecture].name
    return getattr(transformers, f"{name}Model"), getattr(transformers, f"{name}Config")


def _configuration(facts: BackboneFacts) -> Any:
    from huggingface_hub.errors import StrictDataclassError  # noqa: PLC0415 - takes a while

    _, config_class = _classes(facts.architecture)
    try:
        return config_class(**facts.config, attn_implementation="eager")  # the one that exports
    except (StrictDataclassError, TypeError, ValueError) as error:
        raise IntegrityError(
            f"{facts.source}: {CONFIG} makes no network: {_first_line(error)}."
        ) from None


def _facts(checkpoint: Checkpoint, size: int | None) -> BackboneFacts:
    values, source = checkpoint.read(CONFIG), checkpoint.source
    kind = values.get("model_type")
    if kind not in ARCHITECTURES:
        raise UserError(
            f"{source} is of the architecture {kind!r}, which is not known here.",
            hint=f"Known: {', '.join(ARCHITECTURES)}.",
        )
    if "auto_map" in values:
        raise UserError(
            f"{source} wants code of its own to be run (auto_map in {CONFIG}).",
            hint="Daylight runs no code from model files; choose a model without.",
        )
    _, config_class = _classes(kind)
    # Only what shapes the network is taken: a configuration may also name kernels to be fetched.
    own = [key for key in config_class.__annotations__ if not key.startswith("_")]
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
        config={key: values[key] for key in own if key in values},
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".:")


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{path}: {why}.", hint="Get the checkpoint again from where it was published."
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own report of what it loaded: ours is an error or nothing."""
    from transformers.utils import logging as reports  # noqa: PLC0415 - takes seconds

    verbosity, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity(logging.ERROR)
    reports.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        reports.set_verbosity(verbosity)
        if bars:
            reports.enable_progress_bar()  # type: ignore[no-untyped-call]
