"""What a column of a table holds, by its values: numbers, categories, dates, or nothing of use."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from daylight.data.tables import CODE

if TYPE_CHECKING:
    import pyarrow as pa

Holds = Literal["numbers", "categories", "dates", "texts", "identifiers", "one value", "nothing"]

USED = ("numbers", "categories", "dates")
"""What can be learned from; the others are left out."""

MANY_ROWS = 20
"""Of fewer, nothing can be said about how often values repeat."""

MOSTLY_NUMBERS = 0.9
"""Share of the values from which on words among them count as missing."""

MOSTLY_DISTINCT = 0.5
"""Share of distinct values from which on names are of the rows, and not of categories."""

SOME_CODES = 0.01
"""Share of codes such as ``00123`` from which on all digits of a column are names."""

LONG_WORDS = 4
"""Mean words of a value from which on it is a text."""

_IDENTIFIER = re.compile(r"(^|[\W_])(id|uuid|guid|index|unnamed: ?\d+)$|^$", re.IGNORECASE)
_CAMEL_IDENTIFIER = re.compile(r"[a-z](Id|ID)$")


@dataclass(frozen=True, slots=True)
class ColumnType:
    """What a column holds.

    Attributes:
        words: What stands where a number should, if it holds numbers; the first few.
        num_words: How often.
    """

    holds: Holds
    words: tuple[str, ...] = ()
    num_words: int = 0


def column_type(name: str, values: "pa.ChunkedArray") -> ColumnType:
    """Looks at all values of a column.

    Args:
        name: Some names say that a column identifies the rows.
        values: Of any type.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there are tables
    import pyarrow.compute as pc  # noqa: PLC0415

    kind = values.type
    known = len(values) - values.null_count
    if not known:
        return ColumnType("nothing")
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_time(kind):
        return ColumnType("identifiers")
    num_distinct = pc.count_distinct(values).as_py()
    holds: Holds | None = None
    if num_distinct == 1 and known == len(values):
        holds = "one value"
    elif pa.types.is_boolean(kind):
        holds = "categories"
    elif num_distinct == known and (is_identifier(name) or _counts(values)):
        holds = "identifiers"
    elif pa.types.is_temporal(kind):
        holds = "dates"
    elif is_number(kind):
        holds = "numbers"
    return ColumnType(holds) if holds else _of_words(name, values.cast("string"), known)


def is_number(kind: "pa.DataType") -> bool:
    """Whether Arrow took the values for numbers."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there are tables

    checks = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(check(kind) for check in checks)


def is_identifier(name: str) -> bool:
    """Whether a column of this name says which row it is, or whose.

    >>> [is_identifier(name) for name in ("patient_id", "customerID", "", "valid", "age")]
    [True, True, True, False, False]
    """
    return bool(_IDENTIFIER.search(name) or _CAMEL_IDENTIFIER.search(name))


def numerals(values: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Texts as numbers; null where one is none."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there are tables

    numbers = {text: _number(text) for text in values.unique().to_pylist() if text is not None}
    found = [numbers.get(text) for text in values.to_pylist()]
    return pa.chunked_array([pa.array(found, pa.float64())])


def _number(text: str) -> float | None:
    try:
        number = float(text.strip())
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _counts(values: "pa.ChunkedArray") -> bool:
    """Whether they count the rows."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there are tables

    if len(values) < MANY_ROWS or values.null_count or not pa.types.is_integer(values.type):
        return False
    return bool((np.diff(values.to_numpy()) == 1).all())


def _of_words(name: str, values: "pa.ChunkedArray", known: int) -> ColumnType:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there are tables

    counted = values.drop_null().value_counts()
    texts, counts = counted.field("values").to_pylist(), counted.field("counts").to_numpy()
    are_codes = np.array([re.match(CODE, text) is not None for text in texts])
    named = bool(counts[are_codes].sum() >= SOME_CODES * known)
    are_words = np.array([named or _number(text) is None for text in texts])
    num_words = int(counts[are_words].sum())
    if num_words <= (1 - MOSTLY_NUMBERS) * known:
        words = [text for text, is_word in zip(texts, are_words, strict=True) if is_word]
        return ColumnType("numbers", words=tuple(words[:5]), num_words=num_words)
    if known < MANY_ROWS or len(texts) <= MOSTLY_DISTINCT * known:
        return ColumnType("categories")
    num_spaces = pc.mean(pc.count_substring(values, pattern=" ")).as_py()
    if num_spaces + 1 >= LONG_WORDS and not is_identifier(name):
        return ColumnType("texts")
    return ColumnType("identifiers")
