"""A network that others trained on many photographs, with a new last layer for these pictures.

The network turns pictures into features, and a linear layer learns classes from them: a few
pictures per class are enough, and each goes through the network once only. The network itself can
be trained further afterwards, at a low rate, once the new layer no longer pulls it apart.

Source: Kornblith, Shlens & Le, arXiv:1805.08974 (a linear layer on fixed features, against
fine-tuning); Kumar et al., arXiv:2202.10054 (the layer first, then all of it).
"""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from daylight.core.config import Config, convert
from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.files import write_atomic
from daylight.core.search import Range, Search
from daylight.core.types import Column, Prepared, Processing, Schema, Split, SplitName
from daylight.data.images import picture_field, picture_processing
from daylight.training import loop
from daylight.training.backbones import opening
from daylight.training.backbones.backbone import Backbone, BackboneFacts, Extractor
from daylight.training.network import Network
from daylight.training.settings import Positive, Share, Training
from daylight.training.stages import Stages

if TYPE_CHECKING:
    from daylight.core.types import Array

CHUNK = 512
"""Pictures whose features are kept at a time: what is lost when a fit is cut short."""


class FineTuning(Training):
    """Settings of the training of the whole network; see ``Training``."""

    epochs: Annotated[int, msgspec.Meta(ge=1)] = 10
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 32
    learning_rate: Positive = 3e-4
    weight_decay: Annotated[float, msgspec.Meta(ge=0)] = 0.01
    label_smoothing: Share = 0.1
    flip: bool = True
    shift: Share = 0.1


class Settings(Config):
    """What to start from, and what to train.

    Attributes:
        backbone: ``"efficientnet-lite0"``, from an installed package; or ``"hf:owner/name"``,
            ``"hf:owner/name@revision"``, ``"hf:/folder"``: a checkpoint of the transformers library
            as safetensors, of an architecture in ``training.backbones.open_models``. Only ``hf:``
            with a repository uses the network.
        size: Height and width at which the backbone sees pictures, in pixels. By default what a
            checkpoint asks for; for EfficientNet-lite0 the pictures' own, from 128 to 224.
        training: Of the last layer, on features: the backbone stays as it is.
        fine_tune: Of everything, afterwards; none leaves the backbone as it is.
    """

    backbone: str = "efficientnet-lite0"
    size: Annotated[int, msgspec.Meta(ge=32, le=1024)] | None = None
    training: Training = Training(
        epochs=20, min_steps=300, batch_size=64, learning_rate=1e-3, weight_decay=0.3
    )
    fine_tune: FineTuning | None = None


SEARCH: Search = {
    "training.learning_rate": Range(low=2e-4, high=5e-3, log=True),
    "training.weight_decay": Range(low=0.03, high=3.0, log=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:
    """Pictures no larger than the backbone sees them; the network enlarges small ones itself."""
    opening.check(settings.backbone)
    field = picture_field(schema)
    height, width = (
        min(settings.size or opening.TRAINED_ON, field.facts[side]) for side in ("height", "width")
    )
    return picture_processing(field, height=height, width=width, gray=field.facts["gray"])


class Transfer(nn.Module):
    """Bytes to class scores, through features of mean 0 and deviation 1."""

    mean: Tensor
    scale: Tensor

    def __init__(self, backbone: Backbone, num_classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.register_buffer("mean", torch.zeros(backbone.num_features))
        self.register_buffer("scale", torch.ones(backbone.num_features))
        self.scores = nn.Linear(backbone.num_features, num_classes)
        nn.init.zeros_(self.scores.weight)  # nothing to unlearn
        nn.init.zeros_(self.scores.bias)

    def train(self, mode: bool = True) -> "Transfer":  # noqa: FBT001, FBT002 - torch's signature
        """As ``nn.Module.train``, but batch norms keep the statistics they came with."""
        super().train(mode)
        for each in self.backbone.modules():
            if isinstance(each, nn.BatchNorm2d):
                each.eval()
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 ``(rows, height, width, channels)`` to raw scores ``(rows, classes)``."""
        scores: Tensor = self.scores((self.backbone(pixels) - self.mean) * self.scale)
        return scores


def build(settings: Mapping[str, Any]) -> Transfer:
    """The network of a configuration."""
    facts = convert(BackboneFacts, settings["backbone"], where="backbone of a package")
    return Transfer(opening.build(facts), settings["num_classes"])


def fit(prepared: Prepared, settings: Settings, context: Context) -> Network:
    """Takes the features once, trains the last layer on them, then everything if asked to."""
    _check_augmentation(settings)
    torch.manual_seed(context.key("weights") % 2**63)
    pixels = prepared.splits["train"].inputs["pixels"].values
    backbone = opening.open_backbone(
        settings.backbone,
        size=settings.size,
        longest_side=max(pixels.shape[1:3]),
        decisions=context.decisions,
    )
    module = Transfer(backbone, len(prepared.labels))
    stages = Stages(context.log)
    context = context.replace(log=stages)
    _train_last_layer(module, prepared, settings.training, context)
    facts = {"backbone": backbone.facts.to_dict(), "num_classes": len(prepared.labels)}
    network = Network.of(module, prepared, facts, license=backbone.facts.license)
    if settings.fine_tune:
        stages.begin_next()
        loop.fit(network, prepared, settings.fine_tune, context, stage="fine-tuning")
    return network


def load(folder: Path) -> Network:
    """Reads what ``save`` wrote."""
    return Network.load(folder, build)


def _check_augmentation(settings: Settings) -> None:
    training = settings.training
    if training.flip or training.shift or training.erase:
        raise UserError(
            "The last layer is trained on features, and pictures are not changed at random for it.",
            hint="Change them in fine-tuning, such as --set settings.fine_tune.flip=true",
        )


def _train_last_layer(
    module: Transfer, prepared: Prepared, training: Training, context: Context
) -> None:
    names: tuple[SplitName, ...] = ("train", "validation")
    splits = {name: prepared.splits[name] for name in names}
    shown = {name: split.inputs["pixels"].values for name, split in splits.items()}
    num_pictures = sum(map(len, shown.values()))
    extract = Extractor(module.backbone, like=shown["train"], num_pictures=num_pictures)
    found = {name: _features(extract, shown[name], name, context) for name in names}
    mean, deviation = found["train"].mean(axis=0), found["train"].std(axis=0)
    module.mean = torch.from_numpy(mean)
    module.scale = torch.from_numpy(1 / (deviation + 0.01))  # some features hardly ever differ
    scaled = {
        name: Split(
            {"features": Column((each - mean) * module.scale.numpy())}, splits[name].targets
        )
        for name, each in found.items()
    }
    on_features = replace(prepared, splits=scaled, names=("features",))
    last_layer = Network.of(module.scores, on_features, {})
    loop.fit(last_layer, on_features, training, context, stage="last-layer")


def _features(extract: Extractor, pictures: "Array", split: str, context: Context) -> "Array":
    """Of all pictures of a split; chunks that an earlier fit left behind are read."""
    folder = context.checkpoints
    parts = []
    for start in range(0, len(pictures), CHUNK):
        context.log("prepare", split=f"features, {split}", done=start, total=len(pictures))
        path = folder and folder / f"features-{split}-{start}.npy"
        if path and path.is_file():
            parts.append(np.load(path, allow_pickle=False))
            continue
        parts.append(extract(pictures[start : start + CHUNK]))
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = io.BytesIO()
            np.save(data, parts[-1], allow_pickle=False)
            write_atomic(path, data.getvalue())
    return np.concatenate(parts)
