"""Examples without any label, which may be true or forgotten."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "no-labels"
MAX_SHARE = 0.2
"""Of more, one may doubt that they were looked at."""


def look(data: Examined) -> Finding:
    """They are learned from: that none of the labels is right."""
    bare = [row for row, labels in enumerate(data.several) if not labels]
    shown = f"{count(len(bare), 'example')} without a label"
    if len(bare) <= MAX_SHARE * len(data.several):
        return passed(NAME, f"{shown}." if bare else "Every example has a label.")
    evidence = [data.evidence([row], "no label") for row in bare]
    message = f"{shown}, {len(bare) / len(data.several):.0%} of all: learned from as such."
    return found(NAME, "warn", message, evidence, fix="Take out those that nobody has labelled.")


CHECK = Check(NAME, "Examples without a label", look, answers=("labels",))
