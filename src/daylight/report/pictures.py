"""Pictures small enough to lie inside the page."""

import base64
import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from daylight.core.errors import DataError
from daylight.runtime.operations.image import opened

MAX_SIDE = 160
PIXELATED_BELOW = 65
"""Smaller pictures are shown enlarged, pixel by pixel."""

ENLARGED_SIDE = 128

_BROKEN = (
    OSError,  # also what Pillow cannot identify
    SyntaxError,
    ValueError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
    DataError,
)
"""What is raised at broken files, at those that are too large, at names that no file can have."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture as a data URI, and the size at which it is shown, in CSS pixels."""

    uri: str
    width: int
    height: int
    pixelated: bool


def thumbnail(root: Path, name: str) -> Thumbnail | None:
    """Reads a picture of the data; ``None`` if it is missing, broken or outside of ``root``.

    What cameras write beside the pixels (place, time, owner) is not taken along.

    Args:
        root: Folder of the data.
        name: Path relative to it.
    """
    try:
        if Path(name).is_absolute() or ".." in Path(name).parts or not (root / name).is_file():
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _encoded(_read(root / name))
    except _BROKEN:
        return None


def _read(path: Path) -> Image.Image:
    """Upright, gray or RGB, at most ``MAX_SIDE`` pixels a side."""
    with opened(path) as file:
        file.draft("RGB", (MAX_SIDE, MAX_SIDE))
        file.load()
        image: Image.Image = ImageOps.exif_transpose(file)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 257)
    if image.has_transparency_data:
        layers = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(layers, image.convert("RGBA"))
    image = image.convert("L" if image.mode in ("1", "L", "I", "F") else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    image.info = {}
    return image


def _encoded(image: Image.Image) -> Thumbnail:
    width, height = image.size
    small = max(width, height) < PIXELATED_BELOW
    buffer = io.BytesIO()
    if small:
        image.save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "JPEG", quality=80, optimize=True)
    kind = "png" if small else "jpeg"
    scale = max(1, ENLARGED_SIDE // max(width, height)) if small else 1
    text = base64.b64encode(buffer.getvalue()).decode()
    return Thumbnail(f"data:image/{kind};base64,{text}", width * scale, height * scale, small)
