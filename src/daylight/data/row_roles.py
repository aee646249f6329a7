"""Which column of a table is to be predicted, and what the others are for."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.data.column_types import USED, ColumnType, column_type, is_identifier, is_number
from daylight.data.tables import require

if TYPE_CHECKING:
    import pyarrow as pa

TARGETS = (
    "target",
    "label",
    "class",
    "outcome",
    "response",
    "diagnosis",
    "species",
    "survived",
    "churn",
    "default",
    "price",
    "sale_price",
    "saleprice",
    "y",
)
"""Names of columns that are there to be predicted; of several the first in this order."""

RESERVED = frozenset({"id", "group", "split"})
"""Columns of these names are never learned from."""

TIMES = frozenset({"date", "time", "timestamp", "datetime", "when", "at"})
"""A column of dates with such a word in its name says when the row was."""

MIN_GROUPS, MIN_GROUP_SHARE = 20, 0.05
"""Fewer values of an identifier, or fewer per row, are of categories."""

MAX_CLASSES = 10
"""More whole numbers are measures."""

MIN_EACH = 3
"""Rows of each class on average, or whole numbers are measures."""

Answer = Literal["label", "real"]


@dataclass(frozen=True, slots=True)
class Roles:
    """What each column of a table is for.

    Attributes:
        target: Column to predict.
        answer: Kind of the answer.
        inputs: What is learned from, by name.
        unused: What is not, and why.
        group: Rows with an equal value belong together.
        time: Dates by which the rows are split, the newest for test.
        split: Says which split a row is in.
    """

    target: str
    answer: Answer
    inputs: dict[str, ColumnType]
    unused: dict[str, ColumnType]
    group: str | None = None
    time: str | None = None
    split: str | None = None


def find_roles(table: "pa.Table", target: str, data: DataConfig, path: Path) -> Roles:
    """What each column is for, by what it holds.

    Raises:
        DataError: A column that the recipe names is not there.
    """
    for name in (*data.drop, *data.sensitive, *filter(None, [data.group])):
        require(table.column_names, name, path)
    if target in RESERVED:
        raise DataError(
            f"{path}: column {target!r} cannot be predicted under this name.", hint="Rename it."
        )
    names = [name for name in table.column_names if name != target and name not in data.drop]
    types = {name: column_type(name, table[name]) for name in names}
    split = next((name for name in names if _is_split(name, table[name])), None)
    others = [name for name in names if name not in (split, data.group)]
    group = data.group or next((name for name in others if _is_group(name, table[name])), None)
    others = [name for name in others if name != group]
    inputs = {n: types[n] for n in others if types[n].holds in USED and n not in RESERVED}
    return Roles(
        target=target,
        answer=answer_of(table[target]),
        inputs=inputs,
        unused={name: types[name] for name in others if name not in inputs},
        group=group,
        time=None if split else _time(inputs, data),
        split=split,
    )


def target_of(names: Collection[str], data: DataConfig) -> str | None:
    """What was asked for, or the column whose name tells most."""
    if data.target:
        return data.target if data.target in names else None
    known = {name.lower(): name for name in names}
    return next((known[name] for name in TARGETS if name in known), None)


def answer_of(values: "pa.ChunkedArray") -> Answer:
    """Numbers are measures, unless they are whole and few and repeat."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only to read data

    if not is_number(values.type):
        return "label"
    numbers = values.drop_null()
    distinct = numbers.unique().to_pylist()
    few = len(distinct) <= MAX_CLASSES and MIN_EACH * len(distinct) <= len(numbers)
    is_whole = all(number % 1 == 0 for number in distinct) if few else False
    return "label" if few and is_whole and pc.count(numbers).as_py() else "real"


def _is_split(name: str, values: "pa.ChunkedArray") -> bool:
    return name.lower() == "split" and not is_number(values.type)


def _is_group(name: str, values: "pa.ChunkedArray") -> bool:
    """Whether it is called group, or after those whom rows belong to, and values repeat."""
    num_known = len(values) - values.null_count
    num_distinct = len(values.drop_null().unique())
    if not 1 < num_distinct < num_known:
        return False
    if name.lower() == "group":
        return True
    return is_identifier(name) and num_distinct >= max(MIN_GROUPS, MIN_GROUP_SHARE * num_known)


def _time(inputs: Mapping[str, ColumnType], data: DataConfig) -> str | None:
    """The one column of dates that says when, unless rows are to be split at random."""
    dates = [name for name, each in inputs.items() if each.holds == "dates"]
    if data.split == "random":
        return None
    if data.split is None:
        dates = [name for name in dates if TIMES.intersection(re.findall("[a-z]+", name.lower()))]
        dates = [name for name in dates if not re.search("birth|born", name.lower())]
    return dates[0] if len(dates) == 1 else None
