"""Probabilities of labels to those that are answered, where there may be several."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """From which probability on each label is answered, in the order of the labels."""

    thresholds: tuple[Annotated[float, msgspec.Meta(ge=0)], ...]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives bool ``(rows, labels)`` for float32 of that shape."""
    thresholds = np.array(parameters.thresholds, np.float32)

    def run(probabilities: Column) -> Sequence[Column]:
        return (Column(probabilities.values >= thresholds),)

    return run


OPERATION = Operation(Parameters, open_)
