"""Tables of who took what: which column is what, and everybody's history in its order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Field, Source
from daylight.data.tables import TABLE_SUFFIXES, column_names, place, read_table, texts

if TYPE_CHECKING:
    import pyarrow as pa

    from daylight.core.types import Array

_NAMES: Mapping[str, frozenset[str]] = {
    "user": frozenset({"user", "customer", "visitor", "member", "person", "reader", "listener"}),
    "item": frozenset(
        {"item", "movie", "film", "product", "book", "song", "track", "artist", "article"}
        | {"game", "app", "recipe", "course", "place", "isbn", "sku", "asin"}
    ),
    "rating": frozenset({"rating", "ratings", "stars", "score", "preference", "overall"}),
    "time": frozenset({"timestamp", "time", "datetime", "date", "ts", "createdat", "ratedat"}),
}
"""Bare names of columns, by role: ``user_id``, ``userId``, ``user_id:token`` are all ``user``."""

_SIDE = {"items": "item", "users": "user"}
"""Which column is the key of each side table."""

MAX_CATEGORIES = 1000
"""A column of more different words is text."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where interactions are, and which of the table's columns is what.

    Attributes:
        roles: Column by role: ``user`` and ``item``, and perhaps ``rating`` and ``time``.
        sides: Path and key column by name of the side table.
    """

    table: Path
    roles: Mapping[str, str]
    sides: Mapping[str, tuple[Path, str]]

    @property
    def files(self) -> list[Path]:
        """All that is read."""
        return [self.table, *(path for path, _ in self.sides.values())]


@dataclass(frozen=True, slots=True)
class Interactions:
    """Who took what, each pair once, everybody's in the order of time.

    Attributes:
        users: Index into ``user_names``; int64, ascending.
        items: Index into ``item_names``; int64.
        is_timed: Whether times tell the order; without, it is that of the table.
        facts: As ``Histories`` has them.
    """

    user_names: Sequence[str]
    item_names: Sequence[str]
    users: "Array"
    items: "Array"
    is_timed: bool
    facts: Mapping[str, Any]


def bare(name: str) -> str:
    """A column's name without type, ending and punctuation.

    >>> bare("user_id:token"), bare("movieId"), bare("Time-Stamp")
    ('user', 'movie', 'timestamp')
    """
    name = re.sub(r"[^a-z0-9]", "", name.partition(":")[0].lower())
    return re.sub(r"(?<=.)(id|key|name|code)$", "", name)


def find(source: Source) -> Found | None:
    """Looks for the one table with people and items, and for tables about either.

    Raises:
        DataError: Two tables have people and items.
    """
    tables = [path for path in source.files if path.suffix.lower() in TABLE_SUFFIXES]
    is_file = source.path.suffix.lower() in TABLE_SUFFIXES and len(source.files) == 1
    if not is_file:  # a folder of class folders is not looked into
        tables = [path for path in tables if path.parent == source.path]
    columns = {path: [*column_names(path)] for path in tables}
    roles = {path: found for path, names in columns.items() if (found := _roles(names))}
    if not roles:
        return None
    [table, *others] = roles
    if others:
        raise DataError(
            f"{table.name} and {others[0].name} in {source.path} both tell who took what.",
            hint="Put them into one table, or name one of them.",
        )
    sides = {}
    for side, role in _SIDE.items():
        for path, names in columns.items():
            keys = [name for name in names if bare(name) in _NAMES[role]]
            if path != table and keys and side not in sides:
                sides[side] = (path, keys[0])
    return Found(table, roles[table], sides)


def _roles(names: Sequence[str]) -> dict[str, str] | None:
    """Column by role, where people and items are told by their names."""
    roles: dict[str, str] = {}
    for name in names:
        for role, known in _NAMES.items():
            if bare(name) in known:
                roles.setdefault(role, name)
    return roles if {"user", "item"} <= roles.keys() else None


def describe(found: Found, data: DataConfig) -> str:
    """What is taken for what, in a sentence."""
    roles = found.roles
    said = [f"{roles['user']!r} took {roles['item']!r}"]
    if "time" in roles:
        said.append(f"ordered by {roles['time']!r}")
    if "rating" in roles:
        at_least = f"of at least {data.min_rating:g}" if data.min_rating is not None else "of any"
        said.append(f"with {roles['rating']!r} {at_least} value")
    for side, (path, key) in found.sides.items():
        said.append(f"{side} by {key!r} in {path.name}")
    way = "at random" if _split_of(found, data) == "random" else "by each person's last"
    return f"who took what in {found.table.name}: {', '.join(said)}; tested {way}"


def _split_of(found: Found, data: DataConfig) -> str:
    return data.split or ("last" if "time" in found.roles else "random")


def read_interactions(found: Found, data: DataConfig) -> Interactions:
    """Reads the table.

    Raises:
        DataError: A person, item or time is missing, a rating is no number, or nothing is left.
    """
    path, roles = found.table, found.roles
    table = read_table(path, text=[roles["user"], roles["item"]])
    names = {role: _filled(table, roles[role], path) for role in ("user", "item")}
    keep = np.ones(table.num_rows, bool)
    if data.min_rating is not None:
        if "rating" not in roles:
            raise DataError(f"{path} has no ratings.", hint="Leave out data.min_rating.")
        keep = _numbers(table, roles["rating"], path) >= data.min_rating
    if not keep.any():
        raise DataError(f"{path}: nothing is rated so high.", hint="Lower data.min_rating.")
    times = _times(table, roles["time"], path) if "time" in roles else None
    user_names, users = np.unique(names["user"][keep], return_inverse=True)
    item_names, items = np.unique(names["item"][keep], return_inverse=True)
    when = np.arange(len(users)) if times is None else times[keep]
    order = np.lexsort((np.arange(len(users)), when, users))
    users, items, when = users[order], items[order], when[order]
    # A pair that stands there twice counts where it stands first.
    _, first = np.unique(users * len(item_names) + items, return_index=True)
    first.sort()
    facts: dict[str, Any] = {"num_repeated": len(users) - len(first)}
    if times is not None:
        near = users[first][1:] == users[first][:-1]
        tied = near & (when[first][1:] == when[first][:-1])
        facts["share_tied"] = float(tied.sum() / max(1, near.sum()))
    return Interactions(
        user_names.tolist(),
        item_names.tolist(),
        users[first],
        items[first],
        times is not None,
        facts,
    )


def _filled(table: "pa.Table", name: str, path: Path) -> "Array":
    values = texts(table, name, path)
    if None in values:
        where = place(path, values.index(None))
        raise DataError(f"{where}: column {name!r} is empty.", hint="Fill it in, or remove it.")
    return np.array(values, np.dtypes.StringDType())


def _numbers(table: "pa.Table", name: str, path: Path) -> "Array":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    try:
        values: Array = table[name].cast("double").to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(
            f"{path}: column {name!r} is {table[name].type}, not a number.",
            hint="Write numbers, or call the column something else.",
        ) from None
    return values


def _times(table: "pa.Table", name: str, path: Path) -> "Array":
    """Numbers that grow with time: of dates their place on the calendar."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    values = table[name]
    if pa.types.is_temporal(values.type):
        wide = "time64[us]" if pa.types.is_time(values.type) else "timestamp[us]"
        found: Array = values.cast(wide).cast("int64").to_numpy().astype(np.float64)
    else:
        found = _numbers(table, name, path).astype(np.float64)
    if np.isnan(found).any():
        where = place(path, int(np.isnan(found).argmax()))
        raise DataError(f"{where}: column {name!r} is empty.", hint="Fill it in, or remove it.")
    return found


def histories(taken: Interactions, data: DataConfig) -> "pa.Table":
    """An example per person and split: what was taken before, and what was taken next.

    By the last: each person's last item is for ``test``, the one before for ``validation``, the one
    before for ``train``. At random: shares of each person's items, whatever their times, by a hash.
    The history is all that the earlier splits of the same person hold.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    way = data.split or ("last" if taken.is_timed else "random")
    part = _last(taken) if way == "last" else _random(taken, data)
    # Earlier splits first, and each in the order of time.
    order = np.lexsort((np.arange(len(part)), part, taken.users))
    users, items, part = taken.users[order], taken.items[order], part[order]
    names = pa.array(taken.item_names, pa.string())
    columns: dict[str, list[Any]] = {"id": [], "history": [], "next": [], "split": []}
    starts = np.searchsorted(users, np.arange(len(taken.user_names)))
    for user, (start, stop) in enumerate(zip(starts, [*starts[1:], len(users)], strict=True)):
        mine, parts = items[start:stop], part[start:stop]
        for number, split in enumerate(("train", "validation", "test")):
            last = int(np.searchsorted(parts, number, side="right"))
            first = int(np.searchsorted(parts, number))
            if first == last:
                continue
            if number == 0:
                first = last - 1  # what was taken before is history, too
            columns["id"].append(f"{taken.user_names[user]}/{split}")
            columns["history"].append(mine[:first])
            columns["next"].append(mine[first:last])
            columns["split"].append(split)
    for name in ("history", "next"):
        columns[name] = _keys(columns[name], names)
    return pa.table(columns)


def _keys(runs: "Sequence[Array]", names: "pa.Array") -> "pa.ListArray":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    offsets = np.cumsum([0, *map(len, runs)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, names.take(pa.array(np.concatenate(runs))))


def _last(taken: Interactions) -> "Array":
    """0 for train, 1 for validation, 2 for test; whoever took one or two has no validation."""
    counts = np.bincount(taken.users)
    from_end = np.cumsum(counts)[taken.users] - np.arange(len(taken.users))
    mine = counts[taken.users]
    part = np.where(from_end == 1, 2, np.where(from_end == 2, 1, 0))
    part[mine == 1] = 0
    part[(mine == 2) & (from_end == 2)] = 0
    return part


def _random(taken: Interactions, data: DataConfig) -> "Array":
    """The same by shares of each person's items; at least one stays in train."""
    random = np.random.default_rng(0).random(len(taken.users))
    counts = np.bincount(taken.users)
    order = np.lexsort((random, taken.users))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - (np.cumsum(counts) - counts)[taken.users[order]]
    mine = counts[taken.users]
    num_test = np.minimum(np.maximum(1, np.round(data.test_fraction * mine)), mine - 1)
    num_both = num_test + np.round(data.validation_fraction * mine)
    num_both = np.minimum(num_both, mine - 1)
    return np.where(rank < num_test, 2, np.where(rank < num_both, 1, 0))


@dataclass(frozen=True)
class SideTable:
    """What is known of items or people, a row each."""

    path: Path
    key: str
    table: "pa.Table"

    @cached_property
    def keys(self) -> list[str]:
        """Of the rows.

        Raises:
            DataError: One is missing, or stands there twice.
        """
        keys: list[str] = _filled(self.table, self.key, self.path).tolist()
        seen: set[str] = set()
        for row, key in enumerate(keys):
            if key in seen:
                where = place(self.path, row)
                raise DataError(f"{where}: {key!r} stands there twice.", hint="Remove one of them.")
            seen.add(key)
        return keys

    def columns(self, keys: Sequence[str]) -> "Iterator[tuple[Field, pa.ChunkedArray]]":
        """Each column that can be used, with a value per key, null where nothing is known."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

        place_of = {key: row for row, key in enumerate(self.keys)}
        rows = pa.array([place_of.get(key) for key in keys], pa.int64())
        for name in self.table.column_names:
            values = self.table[name]
            kind = _kind(values.type)
            if name == self.key or kind is None:
                continue
            if kind == "category":
                many = len(values.unique()) > min(MAX_CATEGORIES, len(values) // 2)
                is_text = many or name.endswith(":token_seq")
                kind, values = ("text" if is_text else kind), values.cast("string")
            called = name.partition(":")[0]
            yield Field(name=called, type=kind, role="input"), values.take(rows)


def _kind(type_: "pa.DataType") -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    if pa.types.is_integer(type_) or pa.types.is_floating(type_):
        return "number"
    is_word = pa.types.is_string(type_) or pa.types.is_boolean(type_)
    return "category" if is_word else None


def read_side_table(found: Found, side: str) -> SideTable | None:
    """The table about items or people, if there is one."""
    if side not in found.sides:
        return None
    path, key = found.sides[side]
    return SideTable(path, key, read_table(path, text=[key]))
