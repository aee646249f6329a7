"""predict, where inputs are rows: those of a whole table, read as they were for training."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from daylight.core.errors import DataError, MissingExtraError
from daylight.core.types import Field
from daylight.data.column_types import is_number, numerals
from daylight.data.tables import TABLE_SUFFIXES, read_table, texts


def is_table(given: str) -> bool:
    """Whether an argument names a table that is there, rather than being a row in JSON."""
    if given.lstrip().startswith("{"):
        return False
    path = Path(given)
    return path.suffix.lower() in TABLE_SUFFIXES and path.is_file()


def rows_of(given: str, fields: Sequence[Field]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a table with their names; columns that the model does not know are left out.

    Raises:
        DataError: The table lacks a column, or cannot be read.
        MissingExtraError: pyarrow, which reads tables, is not installed.
    """
    path = Path(given)
    try:
        table = read_table(path)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"Tables need {error.name}, which is not installed.",
            hint="Install Daylight with its extra train, or give rows in JSON, one per line: -",
            library=error.name or "",
        ) from None
    columns: dict[str, list[Any]] = {}
    for field in fields:
        if field.name not in table.column_names:
            raise DataError(
                f"{path} has no column {field.name!r}.",
                hint=f"The model was trained on: {', '.join(each.name for each in fields)}.",
            )
        values = table[field.name]
        if field.type != "number":
            columns[field.name] = texts(table, field.name, path)
        elif is_number(values.type):
            columns[field.name] = values.cast("double").to_pylist()
        else:
            columns[field.name] = numerals(values.cast("string")).to_pylist()
    for number, row in enumerate(zip(*columns.values(), strict=True), 1):
        yield f"row {number}", dict(zip(columns, row, strict=True))
