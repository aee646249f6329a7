"""Boxes in pixels to shares of the picture's width and height."""

from collections.abc import Sequence

import numpy as np

from daylight.core.types import Column
from daylight.runtime.operation import NoParameters, Operation, Read, Run


def open_(parameters: NoParameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged float32 ``(total, 4)`` in [0, 1] for boxes and sizes ``(rows, 2)``."""

    def run(boxes: Column, sizes: Column) -> Sequence[Column]:
        counts = np.diff(boxes.offsets) if boxes.offsets is not None else 1
        scale = np.repeat(np.tile(sizes.values, 2), counts, axis=0)
        return (Column((boxes.values / scale).astype(np.float32), boxes.offsets),)

    return run


OPERATION = Operation(NoParameters, open_)
