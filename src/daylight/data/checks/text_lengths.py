"""Texts far longer than the usual, of which a model may see the beginning only."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "text-lengths"
MAX_RATIO = 20
MIN_LONG = 2000
"""Characters; a shorter text is never too long."""


def look(data: Examined) -> Finding:
    """By the ratio to the median."""
    lengths = np.array([len(text) for text in data.written()])
    median = max(1, int(np.median(lengths)))
    rows = np.flatnonzero(lengths > max(MIN_LONG, MAX_RATIO * median))
    usual = f"the median is {median:,} characters, the longest {int(lengths.max()):,}"
    if not len(rows):
        return passed(NAME, f"No text is far longer than the usual: {usual}.")
    rows = rows[np.argsort(-lengths[rows], kind="stable")]
    evidence = [data.evidence([row], f"{lengths[row]:,} characters") for row in rows.tolist()]
    message = (
        f"{count(len(rows), 'text')} more than {MAX_RATIO} times as long as the usual: {usual}."
    )
    fix = "Are several texts stuck together? If not, look at the scores by length."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Lengths of texts", look, inputs=("text",))
