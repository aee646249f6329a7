"""An explanation as a picture: what the model was shown, and beside it the values in colour.

Orange speaks for the class and blue against it, which people tell apart whatever colours they see.
The picture lies pale below, so that colours mean the same on light and on dark places.
"""

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from daylight.core.types import Array

FOR = np.array([196, 72, 0], float)
AGAINST = np.array([0, 88, 170], float)
PALEST, DARKEST = 255.0, 170.0
"""Of the picture below the colours."""

MIN_SIDE = 168
"""Smaller pictures are enlarged, pixel by pixel."""

GAP = 8
STRONGEST = 99.5
"""Percentile of the sizes of the values that gets the full colour."""


def overlay(picture: "Array", values: "Array") -> Image.Image:
    """Both side by side; transparent between them.

    Args:
        picture: What the model was shown; uint8 ``(height, width, channels)``.
        values: How much each place speaks for the class; float ``(height, width)``.
    """
    height, width, channels = picture.shape
    shown = np.broadcast_to(picture, (height, width, 3)) if channels == 1 else picture
    scale = max(1, round(MIN_SIDE / max(height, width)))
    size = (width * scale, height * scale)
    both = Image.new("RGBA", (2 * size[0] + GAP, size[1]), (255, 255, 255, 0))
    for place, pixels in ((0, shown), (size[0] + GAP, _coloured(picture, values))):
        image = Image.fromarray(np.ascontiguousarray(pixels))
        both.paste(image.resize(size, Image.Resampling.NEAREST), (place, 0))
    return both


def to_image(pixels: "Array") -> Image.Image:
    """Uint8 ``(height, width, channels)`` as it is, gray if there is one channel."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def png(image: Image.Image) -> bytes:
    """The file; equal pictures give equal bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _coloured(picture: "Array", values: "Array") -> "Array":
    strongest = float(np.percentile(np.abs(values), STRONGEST)) or float(np.abs(values).max()) or 1
    strength = np.clip(np.abs(values) / strongest, 0, 1)[..., None]
    colour = np.where(values[..., None] > 0, FOR, AGAINST)
    gray = picture.mean(axis=2, keepdims=True)
    pale = DARKEST + (PALEST - DARKEST) * gray / 255
    mixed: Array = (pale + (colour - pale) * strength).round().astype(np.uint8)
    return mixed
