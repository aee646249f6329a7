"""Labels that always come together, or with every example: a model cannot tell them apart."""

from collections import defaultdict

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "joint-labels"
MIN_TOGETHER = 3
"""Of fewer examples chance may bring two labels together."""

NUM_SHOWN = 4


def look(data: Examined) -> Finding:
    """Groups of labels that have the very same examples, and labels that all examples have."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, labels in enumerate(data.several):
        for label in dict.fromkeys(labels):
            rows[label].append(row)
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for label, mine in rows.items():
        if len(mine) >= MIN_TOGETHER:
            alike[tuple(mine)].append(label)
    joint = {mine: sorted(labels) for mine, labels in alike.items() if len(labels) > 1}
    everywhere = [label for label, mine in rows.items() if len(mine) == len(data.several)]
    if not joint and not everywhere:
        return passed(NAME, "No two labels always come together.")
    evidence = [
        data.evidence(mine[:NUM_SHOWN], f"{' and '.join(labels)}: {count(len(mine), 'example')}")
        for mine, labels in sorted(joint.items(), key=lambda each: -len(each[0]))
    ]
    says = []
    if joint:
        first = " and ".join(next(iter(joint.values())))
        groups = count(len(joint), "group") + (" of labels" if len(joint) > 1 else "")
        says.append(f"{groups} that always come together, such as {first}")
    if everywhere:
        says.append(f"all examples have {', '.join(everywhere)}")
    fix = "Make one label of those that always come together; leave out what all examples have."
    return found(NAME, "warn", f"{_capital('; '.join(says))}.", evidence, fix=fix)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


CHECK = Check(NAME, "Labels that always come together", look, answers=("labels",))
