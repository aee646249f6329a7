"""Rows that are equal to others: counted twice, across splits, or with different answers."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import MAX_EVIDENCE, Check, Examined, count, found, passed

NAME = "equal-rows"
MAX_SHARE = 0.01
"""Fewer may be of different people."""

NUM_SHOWN = 6


def look(data: Examined) -> Finding:
    """By all that is learned from; what is left out may tell them apart."""
    rows = data.tabled()
    digests = rows.digests()
    _, group, counts = np.unique(digests, return_inverse=True, return_counts=True)
    surplus = len(digests) - len(counts)
    if not surplus:
        return passed(NAME, "No two rows are equal.")
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(counts)
    groups = [order[end - size : end] for end, size in zip(ends, counts, strict=True) if size > 1]
    parted = [each for each in groups if data.splits and len({data.splits[i] for i in each}) > 1]
    torn = [each for each in groups if len(np.unique(rows.target[each])) > 1]
    said = (
        f"{count(surplus, 'row')} equal to another in all that is learned from: {len(parted):,} "
        f"of {count(len(groups), 'group')} are in several splits, {len(torn):,} have several "
        "answers."
    )
    if surplus <= MAX_SHARE * len(digests):
        return passed(NAME, f"Few enough to be of different people: {said}")
    told = {int(each[0]): 1 for each in parted} | {int(each[0]): 2 for each in torn}
    groups.sort(key=lambda each: (-told.get(int(each[0]), 0), -len(each)))
    facts = ("equal", "equal, in several splits", "equal, with several answers")
    evidence = [
        data.evidence(each[:NUM_SHOWN], facts[told.get(int(each[0]), 0)])
        for each in groups[:MAX_EVIDENCE]
    ]
    fix = "If they are copies, keep one of each; rows of one person belong together: data.group."
    return found(NAME, "warn", said, evidence, fix=fix)


CHECK = Check(NAME, "Equal rows", look, inputs=("row",))
