"""Near copies: pictures compressed, scaled or shifted a little, texts with a few words changed."""

from daylight.core.sections import Finding
from daylight.data.copies import MAX_COMPARED
from daylight.data.examined import UNTIMELY, Check, Examined, count, found, passed, skipped

NAME = "near-duplicates"


def look(data: Examined) -> Finding:
    """Whatever their labels and splits are."""
    if data.copies and data.copies.late:
        return skipped(NAME, UNTIMELY)
    if data.copies is None or not data.copies.searched:
        return skipped(NAME, f"Not searched among more than {MAX_COMPARED:,} examples.")
    groups = sorted(data.copies.near, key=len, reverse=True)
    if not groups:
        return passed(NAME, "No example is a near copy of another.")
    evidence = [data.evidence(group, data.copies.likeness) for group in groups]
    surplus = sum(len(group) - 1 for group in groups)
    many, where = count(surplus, "example"), count(len(groups), "group")
    message = f"{many} too many, in {where} of near copies."
    fix = "Keep one of each, unless all are wanted, such as frames of one film."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Near duplicates", look, inputs=("image", "text"))
