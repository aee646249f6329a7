"""Seeds to numbers that look as if they were drawn from a normal distribution.

Equal seeds give equal numbers, on any machine and with any version of NumPy: only the bits of the
generator are NumPy's, whose streams are promised to stay; what is made of them is said here.

Source: Philox4x64-10 of Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (2011), keyed by
the seed; Box & Muller, A Note on the Generation of Random Normal Deviates (1958).
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


class Parameters(Config):
    """Shape of each row's numbers."""

    shape: tuple[Annotated[int, msgspec.Meta(ge=1)], ...]


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives float32 ``(rows, *shape)`` for int64 seeds ``(rows,)``: mean 0, variance 1."""
    count = math.prod(parameters.shape)

    def run(column: Column) -> Sequence[Column]:
        numbers = np.empty((len(column), count), np.float32)
        for row, seed in enumerate(column.values.tolist()):
            numbers[row] = _normal(seed, count)
        return (Column(numbers.reshape(len(column), *parameters.shape)),)

    return run


def _normal(seed: int, count: int) -> "Array":
    pairs = -(-count // 2)
    bits = np.random.Philox(key=seed).random_raw(2 * pairs)
    # The upper 53 bits, and a half: never 0, never 1.
    uniform = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    radius, angle = np.sqrt(-2 * np.log(uniform[:pairs])), 2 * np.pi * uniform[pairs:]
    numbers: Array = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count]
    return numbers


OPERATION = Operation(Parameters, open_)
