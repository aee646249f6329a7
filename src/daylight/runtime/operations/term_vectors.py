"""Terms to the direction of the sum of their vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

if TYPE_CHECKING:
    from daylight.core.types import Array


class Parameters(Config):
    """The file with ``terms``, ascending, and a row of ``vectors`` for each."""

    file: str


def open_(parameters: Parameters, read: Read) -> Run:
    """Gives float32 ``(rows, features)`` of length 1 for ragged terms; see ``directions``."""
    arrays = load(read(parameters.file))

    def run(terms: Column) -> Sequence[Column]:
        return (Column(directions(terms, arrays["terms"], arrays["vectors"])),)

    return run


def directions(terms: Column, known: "Array", vectors: "Array") -> "Array":
    """The sum of the vectors of a row's terms, scaled to length 1; zeros if none is known."""
    if terms.offsets is None:
        raise ValueError("terms are ragged")
    places = np.searchsorted(known, terms.values)
    places[places == len(known)] = 0
    inside = known[places] == terms.values
    rows = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))[inside]
    summed = np.zeros((len(terms), vectors.shape[1]), np.float32)
    if len(rows):
        first = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
        gathered = vectors[places[inside]].astype(np.float32)
        summed[rows[first]] = np.add.reduceat(gathered, first, axis=0)
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    scaled: Array = summed / np.maximum(lengths, 1e-9)
    return scaled


OPERATION = Operation(Parameters, open_)
