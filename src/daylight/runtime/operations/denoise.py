"""Removes specks from pictures: each pixel becomes the median of its neighborhood."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """Side of the square neighborhood, in pixels."""

    size: Literal[3, 5, 7] = 3


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives uint8 ``(rows, height, width, channels)`` for the same, channel by channel."""
    median = ImageFilter.MedianFilter(parameters.size)

    def run(column: Column) -> Sequence[Column]:
        planes = np.moveaxis(column.values, 3, 1)
        cleaned = np.empty_like(planes)
        for place in np.ndindex(planes.shape[:2]):
            plane = Image.fromarray(np.ascontiguousarray(planes[place]))
            cleaned[place] = np.asarray(plane.filter(median))
        return [Column(np.ascontiguousarray(np.moveaxis(cleaned, 1, 3)))]

    return run


OPERATION = Operation(Parameters, open_)
