"""Pictures of examples, small enough to lie inside the page."""

import base64
import io
import re
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_SIDE = 160
PIXELATED_BELOW = 64
"""Smaller pictures are shown enlarged, pixel by pixel."""


def data_uri(root: Path, name: str) -> str | None:
    """A PNG or JPEG of at most ``MAX_SIDE`` pixels a side; ``None`` if it cannot be read.

    Args:
        root: Folder of the data.
        name: Id of an example; a row of a table may carry ``#<line>`` at its end.
    """
    path = root / name
    if not path.is_file():
        path = root / re.sub(r"#\d+$", "", name)
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):
                image = image.point(lambda value: value / 257)
            image = image.convert("L" if image.mode in ("L", "1", "I;16", "I") else "RGB")
            image.thumbnail((MAX_SIDE, MAX_SIDE))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    small = max(image.size) < PIXELATED_BELOW
    buffer = io.BytesIO()
    if small:
        image.save(buffer, "PNG")
    else:
        image.save(buffer, "JPEG", quality=80)
    kind = "png" if small else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
