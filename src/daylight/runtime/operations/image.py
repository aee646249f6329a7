"""Pictures in any common format to equal arrays of bytes.

A picture is turned upright by its EXIF tag, laid on white where it is transparent, scaled from 16
to 8 bits where it has them, and stretched to one size. Training and serving read through here.
"""

import io
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np
from PIL import Image, UnidentifiedImageError

from daylight.core.config import Config
from daylight.core.errors import DataError
from daylight.core.types import Column
from daylight.runtime import threads
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded: 300 MB of memory each as RGB."""

ORIENTATION = 0x0112
"""The EXIF tag; 5 to 8 swap width and height. Source: EXIF 2.32, section 4.6.4."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = None  # Pillow only warns up to twice its limit; ours is checked below


class TooLargeError(DataError):
    """A picture would take too much memory."""

    code = "too_large"


class UnreadableError(DataError):
    """Some pictures cannot be read.

    Attributes:
        reasons: By row within the batch.
    """

    code = "unreadable"

    def __init__(self, reasons: dict[int, str]) -> None:
        first = next(iter(reasons.values()))
        more = f" ({len(reasons) - 1} more like it)" if len(reasons) > 1 else ""
        super().__init__(f"{first}{more}.", hint="Replace or remove the file.")
        self.reasons = reasons


class Parameters(Config):
    """Size in pixels, and whether one channel (gray) or three (rgb)."""

    height: Annotated[int, msgspec.Meta(ge=1, le=8192)]
    width: Annotated[int, msgspec.Meta(ge=1, le=8192)]
    mode: Literal["gray", "rgb"] = "rgb"


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives uint8 ``(rows, height, width, channels)``, and float32 ``(rows, 2)`` if asked.

    The second output is each upright picture's own width and height in pixels.

    Raises:
        UnreadableError: Names every picture of the batch that cannot be read.
    """
    number = threads.count()

    def run(column: Column) -> Sequence[Column]:
        def one(row: int) -> tuple[Any, tuple[int, int]] | str:
            try:
                return _read(column.values[row], parameters)
            except DataError as error:
                return error.message.rstrip(".")

        rows = range(len(column))
        if number == 1 or len(rows) < 8:
            found = [one(row) for row in rows]
        else:
            with ThreadPoolExecutor(number) as pool:
                found = list(pool.map(one, rows))
        reasons = {row: each for row, each in enumerate(found) if isinstance(each, str)}
        if reasons:
            raise UnreadableError(reasons)
        good = [each for each in found if not isinstance(each, str)]
        channels = 1 if parameters.mode == "gray" else 3
        shape = (len(good), parameters.height, parameters.width, channels)
        pixels = np.empty(shape, np.uint8)
        for row, (array, _) in enumerate(good):
            pixels[row] = array
        sizes = np.array([size for _, size in good], np.float32).reshape(-1, 2)
        return Column(pixels), Column(sizes)

    return run


def _read(source: Any, parameters: Parameters) -> "tuple[Array, tuple[int, int]]":
    with opened(source) as image:
        original = upright_size(image)
        return resized(flattened(image, parameters), parameters), original


@contextmanager
def opened(source: Any) -> Iterator[Image.Image]:
    """Reads a picture's header; what goes wrong within the block is told with its name.

    Raises:
        TooLargeError: It has more than ``MAX_PIXELS``.
        DataError: It is missing, damaged, or no picture.
    """
    name = str(source) if isinstance(source, str | Path) else "the picture"
    try:
        with _open(source, name) as image:
            if image.width * image.height > MAX_PIXELS:
                megapixels = image.width * image.height / 1e6
                raise TooLargeError(
                    f"{name} has {megapixels:,.0f} million pixels, over the limit of "
                    f"{MAX_PIXELS / 1e6:.0f} million",
                    hint="Scale it down first.",
                )
            yield image
    except FileNotFoundError:
        raise DataError(f"{name} does not exist", hint="Check the path.") from None
    except UnidentifiedImageError:
        raise DataError(f"{name} is not a picture that can be read") from None
    except PermissionError:
        raise DataError(f"{name} may not be read: permission denied") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(f"{name} is damaged ({error})") from None


def flattened(image: Image.Image, parameters: Parameters) -> Image.Image:
    """Decodes a picture: upright, gray or RGB, of any size (a JPEG not much larger than needed)."""
    mode = "L" if parameters.mode == "gray" else "RGB"
    size = (parameters.width, parameters.height)
    turned = upright_size(image) != image.size
    image.draft(mode, size[::-1] if turned else size)
    return _flatten(_upright(image)).convert(mode)


def resized(image: Image.Image, parameters: Parameters) -> "Array":
    """A flattened picture as uint8 ``(height, width, channels)``."""
    size = (parameters.width, parameters.height)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(image).reshape(parameters.height, parameters.width, -1)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height that a picture has once EXIF has turned it; reads the header only.

    Pillow turns TIFF by itself, and gives its size as turned already.
    """
    turned = image.format != "TIFF" and image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _upright(image: Image.Image) -> Image.Image:
    """Turns a picture by its tag, and minds no other: ``ImageOps`` fails on damaged ones."""
    image.load()  # turns TIFF
    turn = _TURNS.get(image.getexif().get(ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def _open(source: Any, name: str) -> Image.Image:
    if isinstance(source, Image.Image):
        return source.copy()
    if isinstance(source, bytes):
        return Image.open(io.BytesIO(source))
    if isinstance(source, np.ndarray):
        return Image.fromarray(source)
    if isinstance(source, str | Path):
        status = Path(source).stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError(f"{name} is a folder")
        if not stat.S_ISREG(status.st_mode):  # to open a pipe would wait for ever
            raise DataError(f"{name} is a pipe, a socket or a device")
        if status.st_size == 0:
            raise DataError(f"{name} is empty (0 bytes)")
        return Image.open(source)
    raise DataError(f"A picture is a path, bytes, a PIL image or an array, not {type(source)}")


def _flatten(image: Image.Image) -> Image.Image:
    """Any mode to L or RGB: 16 bits scaled, palettes looked up, transparency laid on white."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    if image.mode == "F":
        raise DataError("pictures of floating-point numbers have no agreed range")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


OPERATION = Operation(Parameters, open_)
