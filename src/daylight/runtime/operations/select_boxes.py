"""Candidate boxes with scores to the boxes that count, in the picture's own pixels."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """Lowest score that is kept, in [0, 1]."""

    min_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Keeps each candidate whose best class scores enough, best first.

    Takes boxes ``(rows, candidates, 4)`` as x0, y0, x1, y1 in [0, 1], class scores ``(rows,
    candidates, classes)`` and picture sizes ``(rows, 2)`` in pixels; gives ragged float32 boxes in
    pixels, int64 classes and float32 scores.
    """

    def run(boxes: Column, scores: Column, sizes: Column) -> Sequence[Column]:
        best = scores.values.max(axis=2)
        classes = scores.values.argmax(axis=2)
        order = np.argsort(-best, axis=1, kind="stable")
        kept = np.take_along_axis(best, order, axis=1) >= parameters.min_score
        rows = np.repeat(np.arange(len(best)), kept.sum(axis=1))
        picks = order[kept]
        offsets = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
        pixels = boxes.values[rows, picks] * np.tile(sizes.values, 2)[rows]
        return (
            Column(pixels.astype(np.float32), offsets),
            Column(classes[rows, picks].astype(np.int64), offsets),
            Column(best[rows, picks].astype(np.float32), offsets),
        )

    return run


OPERATION = Operation(Parameters, open_)
