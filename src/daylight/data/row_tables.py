"""Tables whose rows are examples: which column is to be predicted, and from which others."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Dataset, Field, Source
from daylight.data.column_types import (
    USED,
    ColumnType,
    is_number,
    numerals,
)
from daylight.data.images import SPLIT_FOLDERS, is_image
from daylight.data.row_roles import TARGETS, Answer, Roles, answer_of, find_roles, target_of
from daylight.data.rows import DATES
from daylight.data.tables import place, read_head, read_table, require_target, texts

if TYPE_CHECKING:
    import pyarrow as pa

TIME = "(time)"
"""The column by which the rows are split."""


def recognise(source: Source, data: DataConfig, answer: Answer) -> str | None:
    """Sees a table with a column to predict, and others to predict it from."""
    if not list(source.columns()):
        return None
    head = read_head(source.path)
    target = target_of(head.column_names, data)
    if target is None or answer_of(head[target]) != answer or _has_pictures(head):
        return None
    roles = find_roles(head, target, data, source.path)
    if not roles.inputs:
        return None
    how = "named" if data.target else "by its name"
    return f"a table whose column {target!r} ({how}) is to be told from {_told(roles)}"


def _told(roles: Roles) -> str:
    counts = [(sum(each.holds == held for each in roles.inputs.values()), held) for held in USED]
    parts = [f"{count} of {held}" for count, held in counts if count]
    said = f"{len(roles.inputs)} columns: {', '.join(parts)}"
    if len(roles.inputs) == 1:
        said = f"one column of {next(iter(roles.inputs.values())).holds}"
    if roles.unused:
        left = [f"{name} ({each.holds})" for name, each in roles.unused.items()]
        shown = ", ".join(left[:4]) + (", …" if len(left) > 4 else "")
        said += f"; left out: {shown}"
    if roles.group:
        said += f"; rows of one {roles.group!r} stay together"
    if roles.time:
        said += f"; the newest rows by {roles.time!r} are for test"
    return said


def read(source: Source, data: DataConfig, answer: Answer) -> Dataset:
    """Reads a table whole.

    Raises:
        DataError: Nothing can be predicted, or from nothing; names file, and line if there is one.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    path = source.path
    if path.is_dir():
        raise DataError(f"{path} is a folder, not a table.", hint="Name the table in it.")
    table = read_table(path)
    if data.target:
        require_target(table.column_names, data.target, path)
    target = target_of(table.column_names, data)
    if target is None:
        raise DataError(
            f"{path} has no column called {', '.join(TARGETS[:4])} or the like.",
            hint=f"It has: {', '.join(table.column_names)}. Choose one: --set data.target=NAME",
        )
    roles = find_roles(table, target, data, path)
    if not roles.inputs:
        raise DataError(
            f"{path} has no column from which {target!r} could be told.",
            hint="Columns of numbers, categories or dates are learned from.",
        )
    fields = [Field(name="id", type="text", role="id")]
    columns = {"id": pa.array([f"row {row}" for row in range(1, table.num_rows + 1)])}
    for name, each in roles.inputs.items():
        columns[name], field = _input(table, name, each, path)
        fields.append(field)
    type_: Literal["category", "number"] = "category" if answer == "label" else "number"
    columns[target] = _classes(table, target, path) if answer == "label" else table[target]
    fields.append(Field(name=target, type=type_, role="target"))
    if roles.group:
        columns["group"] = pa.array(texts(table, roles.group, path), pa.string())
        fields.append(Field(name="group", type="category", role="group"))
    if roles.time:
        columns[TIME] = columns[roles.time]
        fields.append(Field(name=TIME, type="category", role="time"))
    if roles.split:
        columns["split"] = _splits(table, roles.split, path)
        fields.append(Field(name="split", type="category", role="split"))
    for name, each in roles.unused.items():
        if name not in columns:
            columns[name] = table[name]
            facts = {"holds": each.holds}
            fields.append(Field(name=name, type="category", role="unused", facts=facts))
    for name in set(data.sensitive) - columns.keys():
        columns[name] = table[name]
        held = {"holds": "sensitive"}
        fields.append(Field(name=name, type="category", role="unused", facts=held))
    return Dataset(
        tables={"examples": pa.table(columns)},
        schema={"examples": tuple(_marked(field, data) for field in fields)},
        root=path.parent,
        digest=source.digest([path]),
        labels=_labels(columns[target]) if answer == "label" else (),
    )


def decode_row(given: Any) -> Any:
    """A row from JSON.

    Raises:
        ValueError: It is no object.
    """
    row = json.loads(given) if isinstance(given, str) else given
    if not isinstance(row, dict):
        raise ValueError("not an object")  # noqa: TRY004 - as codecs promise
    return row


def _marked(field: Field, data: DataConfig) -> Field:
    if field.name not in data.sensitive:
        return field
    return msgspec.structs.replace(field, facts={**field.facts, "is_sensitive": True})


def _has_pictures(table: "pa.Table") -> bool:
    """Whether the first value of a column is the name of a picture."""
    for name in table.column_names:
        first = next((v for v in table[name].slice(0, 100).to_pylist() if v is not None), None)
        if isinstance(first, str) and is_image(Path(first)):
            return True
    return False


def _input(
    table: "pa.Table", name: str, held: ColumnType, path: Path
) -> "tuple[pa.ChunkedArray | pa.Array, Field]":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    values = table[name]
    if held.holds == "numbers":
        numbers = values if is_number(values.type) else numerals(values.cast("string"))
        facts = {"words": list(held.words), "num_words": held.num_words} if held.words else {}
        return numbers, Field(name=name, type="number", role="input", facts=facts)
    facts = {"holds": DATES} if held.holds == "dates" else {}
    words = pa.array(texts(table, name, path), pa.string())
    return words, Field(name=name, type="category", role="input", facts=facts)


def _classes(table: "pa.Table", target: str, path: Path) -> "pa.Array":
    """As names; ``1.0`` is what some programs make of 1."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    values = table[target]
    if is_number(values.type) and not pa.types.is_integer(values.type):
        numbers = values.to_pylist()
        names = [None if v is None else str(int(v)) if v % 1 == 0 else str(v) for v in numbers]
        return pa.array(names, pa.string())
    return pa.array(texts(table, target, path), pa.string())


def _labels(classes: "pa.Array") -> tuple[str, ...]:
    names = [name for name in classes.unique().to_pylist() if name is not None]
    try:
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(sorted(names))


def _splits(table: "pa.Table", name: str, path: Path) -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    given = texts(table, name, path)
    for row, split in enumerate(given):
        if split and split.lower() not in SPLIT_FOLDERS:
            raise DataError(
                f"{place(path, row)}: {split!r} is not a split.",
                hint=f"Known: {', '.join(sorted(SPLIT_FOLDERS))}.",
            )
    return pa.array([split and SPLIT_FOLDERS[split.lower()] for split in given], pa.string())
