"""Columns that hold any number of labels in each row: lists, or names with a sign between them."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

LISTS = "list"
JSON = "JSON"
SIGNS = {";": 0.0, "|": 0.0, ",": 0.5}
"""The share of the labels that must come in several companies; a comma may also be in a name."""

MIN_PARTED = 0.05
"""Share of the rows that hold several labels."""

MAX_CHARACTERS = 60
"""Of a label, on average; longer ones are sentences."""


def separator_of(column: "pa.ChunkedArray") -> str:
    """What is between the labels of a row: ``list``, ``JSON`` or a sign; empty if each holds one.

    It is a sign if what it parts comes back in other company, as in ``a;b`` and ``a;c``, or alone.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return "" if pa.types.is_nested(kind.value_type) else LISTS
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return ""
    values = [value.strip() for value in column.to_pylist() if value and value.strip()]
    if values and all(value.startswith("[") and value.endswith("]") for value in values):
        return JSON if all(_of_json(value) is not None for value in values) else ""
    return next((sign for sign in SIGNS if _is_separator(sign, values)), "")


def _is_separator(sign: str, values: Sequence[str]) -> bool:
    parts = [parted(value, sign) for value in values]
    several = [each for each in parts if len(each) > 1]
    if not values or len(several) < MIN_PARTED * len(values):
        return False
    counts = Counter(label for each in parts for label in each)
    kinds = {frozenset(each) for each in parts}
    companies = Counter(label for kind in kinds for label in kind)
    num_mixed = sum(number > 1 for number in companies.values())
    is_short = sum(map(len, counts)) <= MAX_CHARACTERS * len(counts)
    repeats = 2 * len(counts) < sum(counts.values())
    return is_short and repeats and num_mixed > SIGNS[sign] * len(counts)


def parted(value: str | None, separator: str) -> list[str]:
    """The labels of a row, each once.

    >>> parted("a; b;a", ";"), parted(None, ";"), parted('["x", "y"]', "JSON")
    (['a', 'b'], [], ['x', 'y'])
    """
    if not value or not value.strip():
        return []
    if separator == JSON:
        names = _of_json(value.strip()) or []
    else:
        names = value.split(separator) if separator else [value]
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def _of_json(value: str) -> list[str] | None:
    try:
        return msgspec.json.decode(value, type=list[str])
    except msgspec.MsgspecError:
        return None


def lists(column: "pa.ChunkedArray", separator: str) -> list[list[str]]:
    """The labels of each row; one that is empty has none."""
    if separator == LISTS:
        each = ([str(name) for name in names or () if name] for names in column.to_pylist())
        return [list(dict.fromkeys(names)) for names in each]
    return [parted(value, separator) for value in column.cast("string").to_pylist()]


def named(separator: str) -> str:
    """How a person is told of it."""
    told = {LISTS: "in lists", JSON: "as lists in JSON"}
    return told.get(separator, f"separated by {separator!r}")
