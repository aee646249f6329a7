"""One pass over all pictures: everything that checks want to know of each, in columns."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from daylight.core.errors import DataError
from daylight.core.hashing import sha256_file
from daylight.core.log import Log
from daylight.runtime.operations.image import (
    Parameters,
    TooLargeError,
    flattened,
    opened,
    resized,
    upright_size,
)

if TYPE_CHECKING:
    from daylight.core.types import Array

CHUNK = 512
MAX_SIDE = 32
"""Pixels a side of the thumbnails that checks compare; smaller pictures keep their own size."""

ONE_COLOR = 8
"""A picture whose values lie no further apart, of 255, shows nothing."""

THREADED_FROM = 128 * 128
"""Pixels of a picture from which threads pay: decoding a smaller one is mostly Python's work."""

STILL = frozenset({"MPO"})
"""Formats of photos whose second picture is a preview of the first."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was seen, by row; where a picture cannot be read, its row holds nothing.

    Attributes:
        paths: Of the files.
        digests: SHA-256 of each file's bytes.
        formats: By content, as Pillow calls them.
        modes: As Pillow calls them, with ``"+alpha"`` where there is transparency.
        sizes: int32 ``(rows, 2)``: upright width and height in pixels.
        spreads: uint8 ``(rows,)``: between the darkest and the brightest value of a channel.
        animated: bool ``(rows,)``: whether there is more than one frame.
        thumbnails: uint8 ``(rows, height, width, channels)``.
        unreadable: Rows of pictures that cannot be read, with the reason.
        too_large: Likewise, because they would take too much memory.
    """

    paths: Sequence[Path]
    digests: list[str]
    formats: list[str]
    modes: list[str]
    sizes: "Array"
    spreads: "Array"
    animated: "Array"
    thumbnails: "Array"
    unreadable: dict[int, str] = field(default_factory=dict)
    too_large: dict[int, str] = field(default_factory=dict)

    @property
    def readable(self) -> "Array":
        """The rows that can be read; int64."""
        lost = self.unreadable.keys() | self.too_large.keys()
        return np.array([row for row in range(len(self.digests)) if row not in lost], np.int64)


@dataclass(frozen=True, slots=True)
class _Seen:
    digest: str
    format: str
    mode: str
    size: tuple[int, int]
    spread: int
    animated: bool
    thumbnail: "Array"


@contextmanager
def scan(
    paths: Sequence[Path], facts: dict[str, Any], *, folder: Path, log: Log
) -> Iterator[Pictures]:
    """Opens and decodes each picture once, as training would.

    Args:
        paths: Of the pictures.
        facts: ``height``, ``width`` and ``gray`` of the field.
        folder: Where the thumbnails lie until the block ends: they need not fit into memory.
        log: Receives ``"check"`` (what, done, total).
    """
    parameters = Parameters(
        height=min(MAX_SIDE, facts["height"]),
        width=min(MAX_SIDE, facts["width"]),
        mode="gray" if facts["gray"] else "rgb",
    )
    num = len(paths)
    shape = (num, parameters.height, parameters.width, 1 if facts["gray"] else 3)
    threads_pay = facts["height"] * facts["width"] >= THREADED_FROM
    with TemporaryFile(dir=folder) as file, ThreadPoolExecutor(os.cpu_count()) as pool:
        in_turn = pool.map if threads_pay else map
        found = Pictures(
            paths=paths,
            digests=[""] * num,
            formats=[""] * num,
            modes=[""] * num,
            sizes=np.zeros((num, 2), np.int32),
            spreads=np.zeros(num, np.uint8),
            animated=np.zeros(num, bool),
            thumbnails=np.memmap(file, np.uint8, "w+", shape=shape),
        )
        for start in range(0, num, CHUNK):
            log("check", what="pictures", done=start, total=num)
            chunk = paths[start : start + CHUNK]
            looked = in_turn(lambda path: _look(path, parameters), chunk)
            for row, seen in enumerate(looked, start):
                if isinstance(seen, DataError):
                    reason = seen.message.removeprefix(f"{paths[row]} ").rstrip(".")
                    is_large = isinstance(seen, TooLargeError)
                    (found.too_large if is_large else found.unreadable)[row] = reason
                    continue
                found.digests[row], found.formats[row] = seen.digest, seen.format
                found.modes[row], found.sizes[row] = seen.mode, seen.size
                found.spreads[row], found.animated[row] = seen.spread, seen.animated
                found.thumbnails[row] = seen.thumbnail
        log("check", what="pictures", done=num, total=num)
        yield found


def _look(path: Path, parameters: Parameters) -> _Seen | DataError:
    try:
        with opened(path) as image:
            content, mode = image.format or "", image.mode
            transparent = image.has_transparency_data
            size = upright_size(image)
            flat = flattened(image, parameters)
            extrema = np.reshape(flat.getextrema(), (-1, 2))
            thumbnail = resized(flat, parameters)
            animated = _is_animated(image)
        digest = sha256_file(path)
    except DataError as error:
        return error
    except OSError as error:
        return DataError(f"{path} cannot be read ({error.strerror})")
    return _Seen(
        digest=digest,
        format=content,
        mode=mode + ("+alpha" if transparent else ""),
        size=size,
        spread=int((extrema[:, 1] - extrema[:, 0]).max()),
        animated=animated,
        thumbnail=thumbnail,
    )


def _is_animated(image: Image.Image) -> bool:
    """Training sees the first frame only, so damage behind it is no reason to refuse a picture."""
    if image.format in STILL:
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except (OSError, SyntaxError, ValueError, EOFError):
        return True
