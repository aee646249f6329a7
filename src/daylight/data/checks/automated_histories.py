"""Histories that are longer than people's are: programs, shops, or many people under one name."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed, skipped

NAME = "automated-histories"
TIMES_MEDIAN = 30
MIN_ITEMS = 100


def look(data: Examined) -> Finding:
    """By how many items they hold, beside the median of those that are learned from."""
    lengths = data.taken().lengths
    if not data.splits:
        return skipped(NAME, "The data cannot be split.")
    rows = np.flatnonzero(np.array(data.splits) == "train")
    median = max(1.0, float(np.median(lengths[rows])))
    long = rows[lengths[rows] > max(MIN_ITEMS, TIMES_MEDIAN * median)]
    if not len(long):
        return passed(NAME, f"No history holds more than {TIMES_MEDIAN} times the median.")
    long = long[np.argsort(-lengths[long], kind="stable")]
    said = f"{count(len(long), 'example')} of over {TIMES_MEDIAN} times the median of {median:g}."
    evidence = [data.evidence([row], f"{lengths[row]:,} items") for row in long.tolist()]
    fix = "If they are no single people, take them out: each counts as much as thirty others."
    return found(NAME, "warn", said, evidence, fix=fix)


CHECK = Check(NAME, "Automated histories", look, inputs=("history",))
