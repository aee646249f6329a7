"""Splits that barely move when data is added, keep shares, and never cut a group in two."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np

from daylight.core.errors import DataError
from daylight.core.hashing import sha256_bytes
from daylight.core.types import SplitName

if TYPE_CHECKING:
    from daylight.core.types import Array

SPLITS: tuple[SplitName, ...] = get_args(SplitName)


def split(
    ids: Sequence[str],
    *,
    groups: Sequence[str],
    strata: Sequence[str],
    given: Sequence[str | None],
    fractions: Mapping[SplitName, float],
    seed: int,
) -> "Mapping[SplitName, Array]":
    """Gives the rows of each split, in their order.

    Each stratum is sorted by a hash of its groups' names and cut at exact shares, so that an added
    example moves at most the ones at the cuts.

    Args:
        ids: Names of the examples, one per row.
        groups: Examples with an equal group stay together; by default the id itself.
        strata: Shares are kept within each (class names); equal for all rows if they don't matter.
        given: The split that the data itself names, if any. A split that is named by no row is cut
            from ``train``.
        fractions: Of ``validation`` and ``test``.
        seed: Changes every assignment that is not given.

    Raises:
        DataError: A group is given in two splits, or a stratum is too small to be cut.
    """
    named = {name for name in given if name}
    missing = [name for name in SPLITS if name not in named and name != "train"]
    homes = _homes(groups, given)
    open_groups = [group for group, home in homes.items() if home == "train"]
    stratum_of = dict(zip(groups, strata, strict=True))
    by_stratum: dict[str, list[str]] = defaultdict(list)
    for group in sorted(open_groups, key=lambda group: sha256_bytes(f"{seed}/{group}".encode())):
        by_stratum[stratum_of[group]].append(group)
    noun = "example" if len(homes) == len(ids) else "group"
    for stratum, members in by_stratum.items():
        _cut(stratum, members, missing, fractions=fractions, homes=homes, noun=noun)
    placed: dict[SplitName, list[int]] = {name: [] for name in SPLITS}
    for row, group in enumerate(groups):
        placed[homes[group]].append(row)
    if empty := [name for name, rows in placed.items() if not rows]:
        raise DataError(
            f"{len(ids)} examples leave none for {empty[0]}.", hint="Add data, or name no splits."
        )
    return {name: np.array(rows, np.int64) for name, rows in placed.items()}


def _homes(groups: Sequence[str], given: Sequence[str | None]) -> dict[str, SplitName]:
    homes: dict[str, SplitName] = {}
    for group, name in zip(groups, given, strict=True):
        home: SplitName = "train"
        if name:
            if name not in SPLITS:
                raise DataError(f"{name!r} is not a split.", hint=f"Known: {', '.join(SPLITS)}.")
            home = name
        if homes.setdefault(group, home) != home:
            raise DataError(
                f"{group} is given in two splits, {homes[group]} and {home}.",
                hint="Keep each group in one split: otherwise the scores are too good.",
            )
    return homes


def _cut(
    stratum: str,
    members: list[str],
    missing: Sequence[SplitName],
    *,
    fractions: Mapping[SplitName, float],
    homes: dict[str, SplitName],
    noun: str,
) -> None:
    """Moves at least one group, and the given share, from ``train`` to each missing split."""
    if len(members) <= len(missing):
        found = f"{len(members)} {noun}{'s' * (len(members) != 1)}"
        has, of_each, otherwise = "only", f"{noun}s", ""
        if stratum:
            has, of_each = f"{stratum!r} has", f"{noun}s of each answer"
            otherwise = f", or take {stratum!r} out of the data"
        raise DataError(
            f"{has} {found}, too few to train and test.",
            hint=f"Have at least {len(missing) + 1} {of_each}{otherwise}.",
        )
    start = 0
    for later, name in enumerate(missing, 1 - len(missing)):
        most = len(members) - start - 1 + later
        count = min(most, max(1, round(fractions[name] * len(members))))
        for group in members[start : start + count]:
            homes[group] = name
        start += count
