"""Cheap numbers that tell pictures apart well enough for a linear model."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from daylight.core.types import Array

CHUNK = 512
"""Pictures at a time: on the way to its features each takes some fifty times its bytes."""

CELL = 4
"""Pixels a side of the squares in which directions of edges are counted."""

NUM_DIRECTIONS = 9

EDGE_WEIGHT = 4
"""Against colors; the agreement with the labels of the embedded pictures is flat from 3 to 5."""


def features(thumbnails: "Array") -> "Array":
    """Directions of edges by place, and the colors at half the size.

    Source: Dalal & Triggs, "Histograms of Oriented Gradients for Human Detection" (2005), with one
    norm for the whole picture, and the square root of each share (their L1-sqrt, section 6.4).

    Args:
        thumbnails: uint8 ``(rows, height, width, channels)``.

    Returns:
        float32 ``(rows, features)``.
    """
    starts = range(0, len(thumbnails), CHUNK)
    return np.concatenate([_features(thumbnails[start : start + CHUNK]) for start in starts])


def _features(thumbnails: "Array") -> "Array":
    pixels = thumbnails.astype(np.float32) / 255
    directions = _directions(pixels.mean(axis=3))
    found: Array = np.concatenate([EDGE_WEIGHT * directions, _halved(pixels)], axis=1)
    return found


def _directions(gray: "Array") -> "Array":
    padded = np.pad(gray, ((0, 0), (1, 1), (1, 1)), "edge")
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    strength = np.hypot(across, down)
    place = np.arctan2(down, across) % np.pi / np.pi * NUM_DIRECTIONS
    lower = place.astype(np.int64) % NUM_DIRECTIONS
    share = place - np.floor(place)
    counts = []
    for direction in range(NUM_DIRECTIONS):
        here = (lower == direction) * (1 - share) + (
            (lower + 1) % NUM_DIRECTIONS == direction
        ) * share
        counts.append(_summed(strength * here, CELL).reshape(len(gray), -1))
    found = np.concatenate(counts, axis=1)
    total = found.sum(axis=1, keepdims=True)
    shares: Array = np.sqrt(found / np.maximum(total, 1e-6))
    return shares


def _halved(pixels: "Array") -> "Array":
    planes = np.moveaxis(pixels, 3, 1).reshape(-1, *pixels.shape[1:3])
    return _summed(planes, 2).reshape(len(pixels), -1) / 4


def _summed(planes: "Array", side: int) -> "Array":
    """Sums of squares of pixels; what is left over at the far edges is not counted."""
    num, height, width = planes.shape
    side = min(side, height, width)
    rows, columns = height // side, width // side
    cut = planes[:, : rows * side, : columns * side]
    summed: Array = cut.reshape(num, rows, side, columns, side).sum(axis=(2, 4))
    return summed
