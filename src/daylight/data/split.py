"""Splits that barely move when data is added, keep shares, and never cut a group in two."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    num_examples = Counter(stratum_of[group] for group in groups if homes[group] == "train")
    for stratum, members in by_stratum.items():
        if len(members) <= len(missing):
            raise _too_few(stratum, len(members), num_examples[stratum], len(missing) + 1)
        _cut(members, missing, fractions=fractions, homes=homes)
    placed: dict[SplitName, list[int]] = {name: [] for name in SPLITS}
    for row, group in enumerate(groups):
        placed[homes[group]].append(row)
    if empty := [name for name, rows in placed.items() if not rows]:
        raise DataError(
            f"{len(ids)} examples leave none for {empty[0]}.", hint="Add data, or name no splits."
        )
    return {name: np.array(rows, np.int64) for name, rows in placed.items()}


def split_by_time(
    ids: Sequence[str],
    *,
    groups: Sequence[str],
    times: Sequence[str],
    fractions: Mapping[SplitName, float],
) -> "Mapping[SplitName, Array]":
    """The newest examples for test, those before them for validation.

    Args:
        ids: Names of the examples, one per row.
        groups: Examples with an equal group stay together, where the newest of them is.
        times: Texts that sort by time; empty ones are the oldest.
        fractions: Of ``validation`` and ``test``.

    Raises:
        DataError: There are too few groups.

    >>> times = ["2024", "2021", "2023", "2022"]
    >>> rows = split_by_time(
    ...     times, groups=times, times=times, fractions={"validation": 0.25, "test": 0.25}
    ... )
    >>> rows["train"].tolist(), rows["validation"].tolist(), rows["test"].tolist()
    ([1, 3], [2], [0])
    """
    newest: dict[str, str] = {}
    for group, time in zip(groups, times, strict=True):
        newest[group] = max(newest.get(group, ""), time)
    homes: dict[str, SplitName] = dict.fromkeys(newest, "train")
    if len(newest) < len(SPLITS):
        raise _too_few("", len(newest), len(ids), len(SPLITS))
    members = sorted(newest, key=lambda group: (newest[group], group), reverse=True)
    _cut(members, ("test", "validation"), fractions=fractions, homes=homes)
    placed = {name: [row for row, g in enumerate(groups) if homes[g] == name] for name in SPLITS}
    return {name: np.array(rows, np.int64) for name, rows in placed.items()}


def joined(
    groups: Sequence[str],
    ids: Sequence[str],
    given: Sequence[str | None],
    copies: Iterable[Sequence[str]],
) -> list[str]:
    """Makes one group of those that hold copies of each other, unless the data parts them itself.

    Args:
        groups: One per row.
        ids: Names of the examples, one per row.
        given: The split that the data itself names, if any.
        copies: Ids of examples that are copies of each other.

    Returns:
        Groups, one per row; joined ones are called by the first of their names.

    >>> joined(["a", "b", "c"], ["1", "2", "3"], [None, None, None], [["1", "3"]])
    ['a', 'b', 'a']
    >>> joined(["a", "b", "c"], ["1", "2", "3"], ["train", None, "test"], [["1", "3"]])
    ['a', 'b', 'c']
    """
    row_of = {name: row for row, name in enumerate(ids)}
    above: dict[str, str] = {}

    def top(group: str) -> str:
        while (higher := above.get(group, group)) != group:
            group = higher
        return group

    for members in copies:
        first: dict[str, str] = {}
        for name in members:
            row = row_of[name]
            home = given[row] or "train"
            one, other = sorted((top(groups[row]), top(first.setdefault(home, groups[row]))))
            if one != other:
                above[other] = one
    return [top(group) for group in groups]


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


def _too_few(stratum: str, num_groups: int, num_examples: int, needed: int) -> DataError:
    noun = "example" if num_groups == num_examples else "group"
    found = f"{num_groups} {noun}{'s' * (num_groups != 1)}"
    has, of_each, otherwise = "only", f"{noun}s", ""
    if stratum:
        has, of_each = f"{stratum!r} has", f"{noun}s of each answer"
        otherwise = f", or take {stratum!r} out of the data"
    why = ""
    if noun == "group":
        why = f" ({num_examples} examples, but copies and members of a group stay together)"
    return DataError(
        f"{has} {found}, too few to train and test{why}.",
        hint=f"Have at least {needed} {of_each}{otherwise}.",
    )


def _cut(
    members: list[str],
    missing: Sequence[SplitName],
    *,
    fractions: Mapping[SplitName, float],
    homes: dict[str, SplitName],
) -> None:
    """Moves at least one group, and the given share, from ``train`` to each missing split."""
    start = 0
    for later, name in enumerate(missing, 1 - len(missing)):
        most = len(members) - start - 1 + later
        count = min(most, max(1, round(fractions[name] * len(members))))
        for group in members[start : start + count]:
            homes[group] = name
        start += count
