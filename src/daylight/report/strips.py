"""Strips of pictures, enlarged where they are small."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN_SIDE = 64
"""CSS pixels at which a picture should be seen; they are only enlarged, by whole numbers."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Pictures side by side, at the size at which they are shown, in CSS pixels."""

    title: str
    uri: str
    width: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class Strips:
    """A sheet of strips, and what there is to say about it."""

    rows: tuple[Strip, ...]
    note: str
    titled: bool


def strips(found: Mapping[str, Any]) -> Strips:
    """Reads a figure of kind ``pictures``."""
    rows = tuple(_strip(row) for row in found["rows"])
    return Strips(rows, found["note"], titled=any(row.title for row in rows))


def _strip(row: Mapping[str, Any]) -> Strip:
    side = max(row["height_px"], row["width_px"] // max(1, row["count"]))
    scale = max(1, SHOWN_SIDE // side)
    return Strip(
        row["title"], row["uri"], row["width_px"] * scale, row["height_px"] * scale, row["count"]
    )
