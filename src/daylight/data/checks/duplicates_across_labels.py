"""Contradictions: copies that have different labels."""

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed, skipped

NAME = "duplicates-across-labels"


def look(data: Examined) -> Finding:
    """A failure if exact copies contradict each other, a warning if near ones do."""
    if data.copies is None:
        return skipped(NAME, "Equal inputs are no copies in such data.")
    exact, near = (
        [group for group in groups if len({data.labels[row] for row in group}) > 1]
        for groups in (data.copies.exact, data.copies.near)
    )
    if not exact and not near:
        return passed(NAME, "Copies have the same label.")
    evidence = [data.evidence(_spread(group, data), "equal bytes") for group in exact]
    evidence += [data.evidence(_spread(group, data), data.copies.likeness) for group in near]
    message = (
        f"{count(len(evidence), 'group')} of copies with different labels: "
        f"{len(exact):,} exact, {len(near):,} near."
    )
    fix = "Decide for one label, and remove the others."
    return found(NAME, "fail" if exact else "warn", message, evidence, fix=fix)


def _spread(group: tuple[int, ...], data: Examined) -> list[int]:
    """The first of each label in front, so that they are seen side by side."""
    firsts = {data.labels[row]: row for row in reversed(group)}
    heads = sorted(firsts.values())
    return heads + [row for row in group if row not in heads]


CHECK = Check(NAME, "Duplicates across labels", look, inputs=("image", "text"), answers=("label",))
