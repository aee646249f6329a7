"""Sizes and shapes far from the usual one: all are stretched to one in training."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "mixed-sizes"
MAX_SCALE = 4.0
"""Times the median side, or a part of it."""

MAX_STRETCH = 2.0
"""Times the median ratio of width to height, or a part of it."""


def look(data: Examined) -> Finding:
    """The most unusual first."""
    pictures = data.pictured()
    rows = pictures.readable
    if not len(rows):
        return passed(NAME, "There is no size to compare.")
    sizes = pictures.sizes[rows].astype(np.float64)
    scale = _apart(np.sqrt(sizes.prod(axis=1)))
    stretch = _apart(sizes[:, 0] / sizes[:, 1])
    odd = np.flatnonzero((scale > MAX_SCALE) | (stretch > MAX_STRETCH))
    if not len(odd):
        return passed(NAME, "All pictures are of similar size and shape.")
    odd = odd[np.argsort(-np.maximum(scale / MAX_SCALE, stretch / MAX_STRETCH)[odd], kind="stable")]
    evidence = []
    for place in odd.tolist():
        width, height = pictures.sizes[rows[place]]
        evidence.append(data.evidence([int(rows[place])], f"{width} by {height} pixels"))
    width, height = np.median(sizes, axis=0).astype(int)
    num_stretched = int((stretch > MAX_STRETCH).sum())
    message = (
        f"{count(len(odd), 'picture')} far from the usual {width} by {height} pixels: "
        f"{num_stretched:,} would be stretched more than {MAX_STRETCH:g} times, "
        f"{int((scale > MAX_SCALE).sum()):,} are more than {MAX_SCALE:g} times larger or smaller."
    )
    fix = "Crop them to the usual shape, or take them out."
    return found(NAME, "warn", message, evidence, fix=fix)


def _apart(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> np.ndarray:
    """How many times larger or smaller than the median; 1 or more."""
    ratio = values / np.median(values)
    return np.maximum(ratio, 1 / ratio)


CHECK = Check(NAME, "Mixed sizes", look, inputs=("image",))
