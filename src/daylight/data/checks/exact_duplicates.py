"""Examples that are there twice, byte for byte."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed, skipped

NAME = "exact-duplicates"


def look(data: Examined) -> Finding:
    """Whatever their labels and splits are."""
    if data.copies is None:
        return skipped(NAME, "Equal inputs are no copies in such data.")
    groups = sorted(data.copies.exact, key=len, reverse=True)
    if not groups:
        return passed(NAME, "No two examples are equal.")
    evidence = [data.evidence(group, "equal bytes") for group in groups]
    surplus = sum(len(group) - 1 for group in groups)
    many, where = count(surplus, "example"), count(len(groups), "group")
    message = f"{many} too many, in {where} of exact copies."
    fix = "Keep one of each: the others count it several times."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Exact duplicates", look, inputs=("image", "text"))
