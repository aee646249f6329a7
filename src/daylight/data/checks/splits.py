"""Whether the data can be split at all."""

from collections import Counter

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, found, passed

NAME = "splits"


def look(data: Examined) -> Finding:
    """Training would stop with the same words."""
    if data.not_split:
        return found(NAME, "fail", data.not_split.message, [], fix=data.not_split.hint)
    counts = Counter(data.splits)
    sizes = ", ".join(f"{counts[name]:,} {name}" for name in ("train", "validation", "test"))
    return passed(NAME, f"The data can be split: {sizes}.")


CHECK = Check(NAME, "Splits", look)
