"""Pairs of a person and an item that stand in the table several times."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed, skipped

NAME = "repeated-interactions"


def look(data: Examined) -> Finding:
    """By how many rows repeat an earlier one."""
    repeated = data.taken().facts.get("num_repeated")
    if repeated is None:
        return skipped(NAME, "Histories are given as they are.")
    if not repeated:
        return passed(NAME, "Nobody took an item twice.")
    said = f"{count(repeated, 'row')} of somebody and an item that they took before."
    fix = (
        "Each pair counts once, where it stands first. If people take things again, what they have "
        "will still never be recommended."
    )
    return found(NAME, "warn", said, [data.evidence([], "repeated")], fix=fix)


CHECK = Check(NAME, "Repeated interactions", look, inputs=("history",))
