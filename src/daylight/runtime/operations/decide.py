"""Probabilities of two labels to the label that is answered, by a threshold of its own."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """From when on a label is answered, and why.

    Attributes:
        positive: The place of that label: 0 or 1.
        threshold: Probability from which on it is answered; more than 1 is never.
        missed: What another answer costs where it is true.
        false_alarm: What it costs where it is not.
    """

    positive: Annotated[int, msgspec.Meta(ge=0, le=1)]
    threshold: Annotated[float, msgspec.Meta(ge=0)]
    missed: Annotated[float, msgspec.Meta(ge=0)]
    false_alarm: Annotated[float, msgspec.Meta(ge=0)]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives int64 ``(rows,)``, places of labels, for float32 ``(rows, 2)``."""
    positive = parameters.positive

    def run(probabilities: Column) -> Sequence[Column]:
        is_answered = probabilities.values[:, positive] >= parameters.threshold
        return (Column(np.where(is_answered, positive, 1 - positive).astype(np.int64)),)

    return run


OPERATION = Operation(Parameters, open_)
