"""Leakage: copies of what is learnt from among what is tested on."""

from collections import Counter

from daylight.core.sections import Evidence, Finding
from daylight.data.examined import Check, Examined, count, found, passed, skipped

NAME = "duplicates-across-splits"


def look(data: Examined) -> Finding:
    """Copies, exact or near, in two splits that the data itself names; others are never parted."""
    if data.copies is None:
        return skipped(NAME, "Equal inputs are no copies in such data.")
    if not data.splits:
        return skipped(NAME, "The data cannot be split.")
    evidence: list[Evidence] = []
    leaked: Counter[str] = Counter()
    both = (("equal bytes", data.copies.exact), (data.copies.likeness, data.copies.near))
    for kind, groups in both:
        for group in groups:
            homes = sorted({data.splits[row] for row in group}, key=_ORDER.index)
            if len(homes) > 1:
                leaked.update(data.splits[row] for row in group if data.splits[row] != homes[0])
                evidence.append(data.evidence(_spread(group, data), kind))
    if not evidence:
        return passed(NAME, "No copy of an example is in another split.")
    where = " and ".join(count(number, f"{name} example") for name, number in leaked.items())
    message = f"{where} {_are(leaked.total())} copied in another split: scores would be too good."
    return found(
        NAME,
        "fail",
        message,
        evidence,
        fix=f"Remove the copies, or accept it: --set data.waive='[\"{NAME}\"]'",
    )


_ORDER = ("train", "validation", "test")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _spread(group: tuple[int, ...], data: Examined) -> list[int]:
    """The first of each split in front, so that they are seen side by side."""
    order = sorted(group, key=lambda row: _ORDER.index(data.splits[row]))
    firsts = {data.splits[row]: row for row in reversed(order)}
    heads = [firsts[name] for name in _ORDER if name in firsts]
    return heads + [row for row in order if row not in heads]


CHECK = Check(NAME, "Duplicates across splits", look, inputs=("image", "text"), blocks=True)
