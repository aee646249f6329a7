"""Pictures small enough to lie inside the page."""

import base64
import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

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
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow's decoders raise at broken files."""


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
        name: Id of an example; a row of a table may carry ``#<number>`` at its end.
    """
    path = _find(root, name)
    if path is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _encoded(_read(path))
    except _BROKEN:
        return None


def _find(root: Path, name: str) -> Path | None:
    for each in (name, re.sub(r"#\d+$", "", name)):
        try:
            if Path(each).is_absolute() or ".." in Path(each).parts:
                continue
            if (root / each).is_file():
                return root / each
        except (OSError, ValueError):  # a name that no file can have
            continue
    return None


def _read(path: Path) -> Image.Image:
    """Upright, gray or RGB, at most ``MAX_SIDE`` pixels a side."""
    with Image.open(path) as opened:
        opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
        opened.load()
        image: Image.Image = ImageOps.exif_transpose(opened)
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
