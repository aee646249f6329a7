"""Labels of which there are so few examples that they can hardly be learned, or none to learn."""

from collections import Counter

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed

NAME = "rare-labels"
MIN_EXAMPLES = 20
NUM_SHOWN = 4


def look(data: Examined) -> Finding:
    """Those that train has none of come first, then the smallest."""
    counts = Counter(label for labels in data.several for label in labels)
    learned = Counter(
        label
        for labels, split in zip(data.several, data.splits, strict=False)
        if split == "train"
        for label in labels
    )
    unlearned = {label for label in counts if data.splits and not learned[label]}
    rare = sorted(
        (label not in unlearned, number, label)
        for label, number in counts.items()
        if number < MIN_EXAMPLES or label in unlearned
    )
    if not rare:
        return passed(NAME, f"Every label has {MIN_EXAMPLES} examples or more.")
    evidence = []
    for is_learned, number, label in rare:
        rows = [row for row, own in enumerate(data.several) if label in own][:NUM_SHOWN]
        none = "" if is_learned else ", none of them to learn from"
        evidence.append(data.evidence(rows, f"{label}: {count(number, 'example')}{none}"))
    named = ", ".join(f"{label} ({number})" for _, number, label in rare[:5])
    more = f" and {len(rare) - 5:,} more" if len(rare) > 5 else ""
    message = f"{count(len(rare), 'label')} with fewer than {MIN_EXAMPLES} examples: {named}{more}"
    lost = f"; {count(len(unlearned), 'label')} never in train" if unlearned else ""
    fix = "Add examples, or merge or remove these labels."
    return found(NAME, "warn", f"{message}{lost}.", evidence, fix=fix)


CHECK = Check(NAME, "Rare labels", look, answers=("labels",))
