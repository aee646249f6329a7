"""Class names, as a vocabulary that can be learnt."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from daylight.core.errors import DataError


def labels_of(classes: Sequence[str], path: Path, *, more: str) -> list[str]:
    """The distinct names in their order: by value if all are whole numbers.

    Args:
        classes: One per example.
        path: What was read.
        more: What to do about a single class.

    Raises:
        DataError: There is one class.
    """
    counts = Counter(classes)
    if len(counts) == 1:
        [name] = counts
        raise DataError(
            f"{path} has one class ({name}); a classifier needs two or more.", hint=more
        )
    numbers = all(name.isdecimal() and name.isascii() for name in counts)
    return sorted(counts, key=lambda name: (int(name), name) if numbers else (0, name))


def check_learnable(classes: Sequence[str], splits: Sequence[str | None], path: Path) -> None:
    """Makes sure that train has an example of each class.

    Raises:
        DataError: Names a class of which it has none.
    """
    pairs = zip(classes, splits, strict=True)
    learnable = {label for label, split in pairs if split in (None, "train")}
    if lost := sorted(set(classes) - learnable):
        raise DataError(
            f"{path} has no example of {lost[0]!r} in train.",
            hint="Add some, or take the class out of the other splits.",
        )
