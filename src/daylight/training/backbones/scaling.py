"""How a checkpoint wants its pictures: size, mean and deviation, from ``preprocessor_config.json``.

Source: the image processors of the transformers library, which read the same file.
"""

from collections.abc import Mapping
from typing import Any

from daylight.core.errors import UserError
from daylight.training.backbones.backbone import Channels
from daylight.training.backbones.checkpoint import SCALING


def size(values: Mapping[str, Any], source: str) -> tuple[int, int]:
    """Height and width in pixels that are left of a picture once it was scaled and cut.

    Raises:
        UserError: The file does not say.
    """
    cut = values.get("do_center_crop", "crop_size" in values)
    found = side(values.get("crop_size")) if cut else None
    found = found or side(values.get("size"))
    if found is None:
        raise UserError(
            f"{source}: {SCALING} does not say what size pictures must have.",
            hint="Say it: --set settings.size=224",
        )
    return found


def side(value: Any) -> tuple[int, int] | None:
    """Height and width, in any of the ways in which checkpoints spell them.

    >>> side({"shortest_edge": 224}), side([384, 256]), side("large")
    ((224, 224), (384, 256), None)
    """
    match value:
        case int(length) | [int(length)] | {"shortest_edge": int(length)}:
            return length, length
        case [int(height), int(width)] | {"height": int(height), "width": int(width)}:
            return height, width
    return None


def normalisation(values: Mapping[str, Any], source: str) -> tuple[Channels, Channels]:
    """Mean and deviation of bytes: a network sees ``(byte - mean) / deviation``.

    EfficientNet's checkpoints may also move the range down by one (``rescale_offset``) and divide
    by the deviation once more (``include_top``).

    Raises:
        UserError: Mean or deviation are not three numbers, or a deviation is not above zero.
    """
    factor = values.get("rescale_factor", 1 / 255) if values.get("do_rescale", True) else 1.0
    offset = 1.0 if values.get("rescale_offset") else 0.0
    normalises, again = values.get("do_normalize", True), values.get("include_top", False)
    mean = _three(values.get("image_mean") if normalises else 0)
    deviation = _three(values.get("image_std") if normalises or again else 1)
    if not mean or not deviation or min(deviation) <= 0 or not _positive(factor):
        raise UserError(
            f"{source}: {SCALING} does not say how pictures are normalised.",
            hint="image_mean and image_std must be three numbers each, rescale_factor one.",
        )
    power = bool(normalises) + bool(again)
    red, green, blue = ((each + offset) / factor for each in mean)
    wide_red, wide_green, wide_blue = (each**power / factor for each in deviation)
    return (red, green, blue), (wide_red, wide_green, wide_blue)


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0


def _three(value: Any) -> Channels | None:
    match value:
        case int() | float():
            return float(value), float(value), float(value)
        case [int() | float() as red, int() | float() as green, int() | float() as blue]:
            return float(red), float(green), float(blue)
    return None
