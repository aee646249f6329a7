"""Arrays of bytes as PNG: the base of every picture that an answer or a section holds.

Source: W3C, Portable Network Graphics (third edition), sections 5.2 to 5.4, 9.2 and 11.2.
"""

import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daylight.core.types import Array

_COLOR_TYPES = {1: 0, 3: 2}
"""Channels to PNG's color type: gray, RGB."""


def encode(pixels: "Array") -> bytes:
    """A whole PNG file.

    Args:
        pixels: Uint8 ``(height, width, channels)``, of one (gray) or three (RGB) channels.
    """
    height, width, channels = pixels.shape
    size = width.to_bytes(4) + height.to_bytes(4)
    header = size + bytes([8, _COLOR_TYPES[channels], 0, 0, 0])
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)  # 0: as it is, not filtered
    data = zlib.compress(lines, 9)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def data_uri(pixels: "Array") -> str:
    """The same as text that can stand in JSON and in a page."""
    return f"data:image/png;base64,{b64encode(encode(pixels)).decode()}"


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
