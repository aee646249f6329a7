"""Tables of texts, each with what is to be predicted of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any, get_args

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Dataset, Field, Source, SplitName
from daylight.data.images import SPLIT_FOLDERS, is_image
from daylight.data.tables import (
    column_names,
    encoding_of,
    place,
    read_head,
    read_table,
    require_target,
    texts,
)
from daylight.data.text_files import text_facts

if TYPE_CHECKING:
    import pyarrow as pa

TARGET_NAMES = (
    *("label", "class", "target", "category", "sentiment", "topic", "intent"),
    *("labels", "classes", "categories", "topics", "tags", "genres"),
)
OTHER_NAMES = ("id", "index", "split", "group", "")
"""Columns that are neither the text nor its answer."""

MIN_LETTERS = 12
"""Mean length of what is prose even where it has no spaces, as in Chinese."""

NUM_SPLITS = len(get_args(SplitName))
"""Each class needs as many texts."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """Which columns of a table are what.

    Attributes:
        text: The column of texts.
        target: The column of answers.
        is_prose: Whether the texts are free text, rather than names or codes.
        has_others: Whether there are columns that could tell something, too.
        holds_measures: Whether the answers are numbers that measure, rather than classes.
    """

    text: str
    target: str
    is_prose: bool
    has_others: bool
    holds_measures: bool


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Texts as read, one per example."""

    ids: Sequence[str]
    texts: Sequence[str]
    splits: Sequence[str | None]
    groups: Sequence[str | None] = ()
    encodings: dict[str, int] = field(default_factory=dict)

    def dataset(
        self,
        source: Source,
        *,
        target: "pa.Array",
        type_: Any,
        labels: Sequence[str] = (),
        files: Sequence[Path],
    ) -> Dataset:
        """With the answers, in a column ``label``."""
        import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

        facts = text_facts(self.texts, self.encodings)
        fields = [
            Field(name="id", type="text", role="id"),
            Field(name="text", type="text", role="input", facts=facts),
            Field(name="label", type=type_, role="target"),
        ]
        columns = {
            "id": pa.array(self.ids, pa.string()),
            "text": pa.array(self.texts, pa.string()),
            "label": target,
        }
        if any(self.splits):
            fields.append(Field(name="split", type="category", role="split"))
            columns["split"] = pa.array(self.splits, pa.string())
        if self.groups:
            fields.append(Field(name="group", type="category", role="group"))
            columns["group"] = pa.array(self.groups, pa.string())
        return Dataset(
            tables={"examples": pa.table(columns)},
            schema={"examples": tuple(fields)},
            root=source.path if source.path.is_dir() else source.path.parent,
            digest=source.digest(sorted(files)),
            labels=tuple(labels),
        )


def find_columns(table: "pa.Table", data: DataConfig) -> TextTable | None:
    """Says which column is the text, and which its answer, by the first rows.

    The answer is what was asked for, the one column of a telling name, or the only other one; the
    text is the column of the longest values.
    """
    names = [name for name in table.column_names if name.lower() not in OTHER_NAMES]
    target = data.target
    if target is None:
        named = [name for name in names if name.lower() in TARGET_NAMES]
        if len(named) == 1:
            [target] = named
    lengths = {
        name: length for name in names if name != target and (length := _length(table[name]))
    }
    if not lengths:
        return None
    text = max(lengths, key=lengths.__getitem__)
    others = [name for name in names if name not in (text, target)]
    if target is None and len(others) == 1:
        [target] = others
        others = []
    if target is None or target not in table.column_names:
        return None
    return TextTable(
        text=text,
        target=target,
        is_prose=_is_prose(table[text]),
        has_others=bool(others),
        holds_measures=_are_measures(table[target]),
    )


def _values(column: "pa.ChunkedArray") -> list[str]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return []
    return [value for value in column.to_pylist() if value]


def _length(column: "pa.ChunkedArray") -> float:
    values = _values(column)
    if not values or is_image(Path(values[0])):
        return 0.0
    return mean(map(len, values))


def _is_prose(column: "pa.ChunkedArray") -> bool:
    """Mostly distinct, and of several words or long."""
    values = _values(column)
    several = mean(" " in value.strip() for value in values) > 0.5
    return 2 * len(set(values)) > len(values) and (several or mean(map(len, values)) >= MIN_LETTERS)


def is_number(values: "pa.ChunkedArray") -> bool:
    """Whether a column holds numbers."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    return any(each(values.type) for each in kinds)


def _are_measures(values: "pa.ChunkedArray") -> bool:
    """Numbers with fractions; ``1.0`` is what some programs make of 1."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    if not (pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)):
        return False
    return any(value is not None and value % 1 for value in values.to_pylist())


def repeat(values: "pa.ChunkedArray") -> bool:
    """Whether there are enough of each value for it to be a class."""
    return NUM_SPLITS * len(values.unique()) <= len(values)


def require_columns(path: Path, data: DataConfig) -> TextTable:
    """The same for a table that is to be read.

    Raises:
        DataError: There is no text, or nothing to predict; says what would be.
    """
    table = read_head(path)
    if data.target:
        require_target(table.column_names, data.target, path)
    found = find_columns(table, data)
    names = ", ".join(table.column_names)
    if found is None:
        raise DataError(
            f"{path}: which column is the text, and which is to be predicted?",
            hint=f"It has: {names}. Choose what to predict: --set data.target=NAME",
        )
    return found


def read_columns(path: Path, found: TextTable) -> "tuple[TextColumns, pa.Table]":
    """Reads the texts, and the whole table with all values of a CSV file as text.

    Raises:
        DataError: A split has a name that is not known.
    """
    table = read_table(path, text=column_names(path))
    written = texts(table, found.text, path)
    splits: list[str | None] = [None] * table.num_rows
    if "split" in table.column_names:
        splits = texts(table, "split", path)
        for row, name in enumerate(splits):
            if name and name.lower() not in SPLIT_FOLDERS:
                raise DataError(
                    f"{place(path, row)}: {name!r} is not a split.",
                    hint=f"Known: {', '.join(sorted(SPLIT_FOLDERS))}.",
                )
    groups = texts(table, "group", path) if "group" in table.column_names else ()
    columns = TextColumns(
        ids=_ids(table, path),
        texts=[text or "" for text in written],
        splits=[name and SPLIT_FOLDERS[name.lower()] for name in splits],
        groups=groups,
        encodings={encoding_of(path): 1},
    )
    return columns, table


def _ids(table: "pa.Table", path: Path) -> list[str]:
    """What the table calls its rows, if that tells them apart; else their numbers."""
    if "id" in table.column_names:
        names = texts(table, "id", path)
        given = [name for name in names if name]
        if len(set(given)) == len(names):
            return given
    return [f"row {number}" for number in range(1, table.num_rows + 1)]
