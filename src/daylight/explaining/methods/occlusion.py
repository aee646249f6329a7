"""Covers one place or column after another, and sees how far the answer falls.

Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901,
section 4.2; the square shows the mean training picture instead of gray.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject
from daylight.explaining.rows import RowSubject

if TYPE_CHECKING:
    from daylight.core.types import Array

PATCH_SHARE = 0.2
"""Side of the square, relative to the picture's."""

NUM_PLACES = 9
"""Of the square along each side; neighbours overlap."""


def explain(subject: Subject | RowSubject) -> Attribution:
    """A pixel's value is the mean fall of the probability over the squares that cover it.

    A column's is the fall, or that of the answer's number, where a typical value stands in it.
    """
    if isinstance(subject, RowSubject):
        return _of_rows(subject)
    rows, height, width, _ = subject.values.shape
    whole = subject.probabilities(subject.values)
    fallen = np.zeros((rows, height, width))
    covered = np.zeros((height, width))
    for down in _places(height):
        for right in _places(width):
            shown = subject.values.copy()
            shown[:, down, right] = subject.absent[down, right]
            fallen[:, down, right] += (whole - subject.probabilities(shown))[:, None, None]
            covered[down, right] += 1
    return Attribution(subject.column, Column((fallen / covered).astype(np.float32)))


def _of_rows(subject: RowSubject) -> Attribution:
    whole = subject.amounts(subject.values)
    falls = [
        whole - subject.amounts(np.where(subject.places == place, subject.absent, subject.values))
        for place in range(len(subject.names))
    ]
    return Attribution(subject.column, Column(np.stack(falls, axis=1).astype(np.float32)))


def _places(size: int) -> list[slice]:
    """Where the square lies along one side, evenly spread from end to end."""
    patch = max(1, round(PATCH_SHARE * size))
    starts: Array = np.unique(np.linspace(0, size - patch, NUM_PLACES).round().astype(int))
    return [slice(start, start + patch) for start in starts.tolist()]
