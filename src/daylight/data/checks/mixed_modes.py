"""Gray beside color, transparency beside none, 16 bits beside 8."""

from collections import defaultdict

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, found, passed

NAME = "mixed-modes"
_GRAY = frozenset({"1", "L", "LA", "La"})


def look(data: Examined) -> Finding:
    """A model may learn the mode in place of what is shown, if the modes differ by class."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, mode in enumerate(data.pictured().modes):
        if mode:
            rows[_described(mode)].append(row)
    kinds = sorted(rows, key=lambda kind: len(rows[kind]))
    if len(kinds) < 2:
        return passed(NAME, f"All pictures are {''.join(kinds) or 'unreadable'}.")
    evidence = [data.evidence([row], kind) for kind in kinds[:-1] for row in rows[kind]]
    counts = ", ".join(f"{len(rows[kind]):,} {kind}" for kind in reversed(kinds))
    fix = "All are read as one mode."
    if data.labels:
        fix = "All are read as one mode; make sure that the mode does not tell the label."
    return found(NAME, "warn", f"Modes are mixed: {counts}.", evidence, fix=fix)


def _described(mode: str) -> str:
    name, _, alpha = mode.partition("+")
    depth = "16-bit gray" if name.startswith("I") else "gray" if name in _GRAY else "color"
    return f"{depth} with transparency" if alpha else depth


CHECK = Check(NAME, "Mixed modes", look, inputs=("image",))
