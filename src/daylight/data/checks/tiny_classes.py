"""Classes with so few examples that they can hardly be learnt, and not be tested."""

from collections import Counter

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "tiny-classes"
MIN_EXAMPLES = 20
NUM_SHOWN = 4


def look(data: Examined) -> Finding:
    """The smallest first."""
    counts = Counter(data.labels)
    tiny = sorted((number, label) for label, number in counts.items() if number < MIN_EXAMPLES)
    if not tiny:
        return passed(NAME, f"Every class has {MIN_EXAMPLES} examples or more.")
    evidence = []
    for number, label in tiny:
        rows = [row for row, own in enumerate(data.labels) if own == label][:NUM_SHOWN]
        evidence.append(data.evidence(rows, f"{label}: {count(number, 'example')}"))
    named = ", ".join(f"{label} ({number})" for number, label in tiny[:5])
    more = f" and {len(tiny) - 5:,} more" if len(tiny) > 5 else ""
    message = f"{count(len(tiny), 'class')} with fewer than {MIN_EXAMPLES} examples: {named}{more}."
    fix = "Add examples, or merge or remove these classes."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Tiny classes", look, answers=("label",))
