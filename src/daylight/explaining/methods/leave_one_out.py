"""Takes one place after another out of a run, and sees how far the score falls.

Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, arXiv:1311.2901,
section 4.2, for places of a run instead of squares of a picture.
"""

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution
from daylight.explaining.runs import RunSubject
from daylight.explaining.texts import TextSubject


def explain(subject: RunSubject | TextSubject) -> Attribution:
    """A place's value is the fall of the score without it."""
    lengths = np.diff(subject.offsets)
    rows = np.repeat(np.arange(len(subject)), lengths)
    whole = subject.left(np.ones(len(rows), bool))
    # A copy of its row for each place, without that place.
    each = subject.take(rows)
    copied = lengths[rows]
    kept = np.ones(int(copied.sum()), bool)
    kept[np.cumsum(copied) - copied + np.arange(len(rows)) - subject.offsets[rows]] = False
    values = (whole[rows] - each.left(kept)).astype(np.float32)
    return Attribution(subject.column, Column(values, subject.offsets))
