"""Tables from CSV, TSV, Excel, Parquet and JSON lines, as Arrow."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from daylight.core.errors import DataError
from daylight.data import encodings
from daylight.data.workbooks import WORKBOOK_SUFFIXES, is_workbook, read_sheet

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv as csv_options

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".inter": "\t", ".item": "\t", ".user": "\t"}
"""The last three are RecBole's."""

TABLE_SUFFIXES = frozenset({*_DELIMITERS, *WORKBOOK_SUFFIXES, ".parquet", ".jsonl"})
CODE = r"^\s*0\d\d+\s*$"
"""Digits that name something: a number has no such zeros, but ``01`` may be a month."""

HEAD_ROWS = 1000
HEAD_BYTES = 1 << 20


def read_table(path: Path, *, text: Sequence[str] = ()) -> "pa.Table":
    """Reads a table whole.

    Args:
        path: The file.
        text: Columns that are names: ``01`` in a CSV file stays what it is, and is no number.

    Raises:
        DataError: Names the file, the line where that is known, and what is wrong.
    """
    with _reading(path):
        table = _read(path, text)
    return _checked(table, path)


def read_head(path: Path) -> "pa.Table":
    """Reads the first rows, to see what the columns hold; of a large file it reads a small part.

    Raises:
        DataError: As ``read_table``, for the part that it reads.
    """
    with _reading(path):
        table = _read_head(path)
    return _checked(table, path)


def _checked(table: "pa.Table", path: Path) -> "pa.Table":
    counts = Counter(table.column_names)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise DataError(f"{path} has two columns called {twice[0]!r}.", hint="Rename one of them.")
    if table.num_rows == 0:
        raise DataError(f"{path} has no rows.", hint="Name a table that has data.")
    return table


def _read(path: Path, text: Sequence[str]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables
    from pyarrow import csv as arrow_csv  # noqa: PLC0415
    from pyarrow import json, parquet  # noqa: PLC0415

    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return parquet.read_table(path)
    if suffix == ".jsonl":
        return json.read_json(path)
    options = _convert_options({name: pa.string() for name in text})
    table = arrow_csv.read_csv(**_csv(path), convert_options=options)
    if names := _whole_numbers(table):
        exact = _convert_options(dict.fromkeys(names, pa.string()), only=names)
        table = _with_codes(table, arrow_csv.read_csv(**_csv(path), convert_options=exact))
    if any(pa.types.is_binary(column.type) for column in table.schema):
        raise ValueError("a column is not text")
    return table


def _read_head(path: Path) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables
    from pyarrow import csv as arrow_csv  # noqa: PLC0415
    from pyarrow import json, parquet  # noqa: PLC0415

    suffix = path.suffix.lower()
    if suffix == ".parquet":
        with parquet.ParquetFile(path) as file:
            batches = islice(file.iter_batches(batch_size=HEAD_ROWS), 1)
            return pa.Table.from_batches(batches, file.schema_arrow)
    if suffix == ".jsonl":
        with path.open("rb") as file:
            return json.read_json(pa.py_buffer(b"".join(file.readlines(HEAD_BYTES))))

    def first(options: "csv_options.ConvertOptions") -> "pa.Table":
        few = _csv(path, at_most=HEAD_BYTES)
        with arrow_csv.open_csv(**few, convert_options=options) as reader:
            return pa.Table.from_batches(islice(reader, 1), reader.schema)

    table = first(_convert_options({}))
    if names := _whole_numbers(table):
        exact = _convert_options(dict.fromkeys(names, pa.string()), only=names)
        table = _with_codes(table, first(exact))
    return table


def _whole_numbers(table: "pa.Table") -> list[str]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables

    if len(set(table.column_names)) < table.num_columns:
        return []  # refused in a moment
    return [field.name for field in table.schema if pa.types.is_integer(field.type)]


def _with_codes(table: "pa.Table", exact: "pa.Table") -> "pa.Table":
    """Columns that hold codes such as ``00123`` as they were written.

    Args:
        table: Whose whole numbers have lost their zeros.
        exact: The same columns as texts, perhaps with more or fewer rows if only a head was read.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only for tables

    rows = min(table.num_rows, exact.num_rows)
    for name in exact.column_names:
        values = exact[name].slice(0, rows)
        if pc.any(pc.match_substring_regex(values, pattern=CODE)).as_py():
            place = table.column_names.index(name)
            table = table.slice(0, rows).set_column(place, name, values)
    return table


def _convert_options(
    types: "Mapping[str, pa.DataType]", *, only: Sequence[str] | None = None
) -> "csv_options.ConvertOptions":
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - heavy, and only for tables

    return arrow_csv.ConvertOptions(
        strings_can_be_null=True, null_values=[""], column_types=dict(types), include_columns=only
    )


def _csv(path: Path, *, at_most: int = 0) -> dict[str, Any]:
    """How Arrow reads a table of lines, or a sheet as if it were one; see ``encoding_of_lines``."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    encoding, source = "utf-8", path
    if is_workbook(path):
        source = pa.BufferReader(read_sheet(path).csv)
    else:
        encoding = encodings.encoding_of_lines(path, at_most=at_most)
    return {
        "input_file": source,
        "read_options": arrow_csv.ReadOptions(encoding=encoding),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=_DELIMITERS.get(path.suffix.lower(), ","), newlines_in_values=True
        ),
    }


def encoding_of(path: Path) -> str:
    """The encoding of a table's characters: those of lines may be in any.

    Raises:
        DataError: Its lines are in several.
    """
    is_lines = path.suffix.lower() in _DELIMITERS
    return encodings.encoding_of_lines(path) if is_lines else "utf-8"


def notes(path: Path) -> str:
    """What a person is told of how a table is read, if there was a choice.

    Raises:
        DataError: As ``read_table``.
    """
    if is_workbook(path):
        return read_sheet(path).shown(path)
    return encodings.shown(path, encoding_of(path))


def column_names(path: Path) -> Sequence[str]:
    """The names of the columns; reads no more than it must.

    Raises:
        DataError: As ``read_table``.
    """
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - heavy, and only for tables
    from pyarrow import parquet  # noqa: PLC0415

    suffix = path.suffix.lower()
    with _reading(path):
        if suffix == ".jsonl":
            return list(_read_head(path).column_names)
        if suffix == ".parquet":
            return list(parquet.read_schema(path).names)
        with arrow_csv.open_csv(**_csv(path, at_most=HEAD_BYTES)) as reader:
            return list(reader.schema.names)


def require(columns: Collection[str], name: str, path: Path) -> None:
    """Makes sure that a column exists.

    Raises:
        DataError: Names the column and those that there are.
    """
    if name not in columns:
        hint = f"It has: {', '.join(columns)}."
        raise DataError(f"{path} has no column {name!r}.", hint=hint)


def require_target(columns: Collection[str], name: str, path: Path) -> None:
    """The same for the column to predict, which a person may choose.

    Raises:
        DataError: Says how to choose another.
    """
    try:
        require(columns, name, path)
    except DataError as error:
        hint = f"{error.hint} Choose one: --set data.target=NAME"
        raise DataError(error.message, hint=hint) from None


def texts(table: "pa.Table", name: str, path: Path) -> list[str | None]:
    """A column as text.

    Raises:
        DataError: Its values are lists, or something else that is no text.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables

    try:
        values: list[str | None] = table[name].cast("string").to_pylist()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        raise DataError(
            f"{path}: column {name!r} is {table[name].type}, not text.",
            hint="Give one value in each row.",
        ) from None
    return values


def place(path: Path, row: int) -> str:
    """Where a person finds a row (counted from 0): the line it begins in, where there are lines."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return f"{path}, row {row + 1}"
    if is_workbook(path):
        sheet = read_sheet(path)
        return f"{path}, sheet {sheet.name!r}, row {sheet.rows[row]}"
    with path.open(encoding=encoding_of(path), newline="") as file:
        starts = _json_lines(file) if suffix == ".jsonl" else _csv_lines(file, _DELIMITERS[suffix])
        return f"{path}, line {next(islice(starts, row, None))}"


def _json_lines(file: Iterator[str]) -> Iterator[int]:
    return (number for number, line in enumerate(file, 1) if line.strip())


def _csv_lines(file: Iterator[str], delimiter: str) -> Iterator[int]:
    """A quoted value may hold line breaks; empty lines are no rows; the first is the header."""
    return (line for line, _ in islice(_csv_rows(file, delimiter), 1, None))


def _csv_rows(file: Iterator[str], delimiter: str) -> Iterator[tuple[int, int]]:
    """The line in which each row begins, and how many values it has."""
    reader = csv.reader(file, delimiter=delimiter)
    begins = 1
    for cells in reader:
        if cells:
            yield begins, len(cells)
        begins = reader.line_num + 1


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _explain(path, error) from None


def _explain(path: Path, error: Exception) -> DataError:
    try:
        if _is_blank(path):
            return DataError(f"{path} is empty.", hint="Name a table that has columns and rows.")
        if wrong := _wrong_line(path):
            return wrong
    except OSError as closed:
        return DataError(f"{path} cannot be read: {closed.strerror}.", hint="Check the path.")
    reason = str(error).strip().splitlines()[0].rstrip(".")
    return DataError(f"{path}: {reason}.", hint="Open the file at that place and mend it.")


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not any(line.strip() for line in file)


def _wrong_line(path: Path) -> DataError | None:
    """Looks for the first line that is at fault; Arrow tells rows of a block at best."""
    suffix = path.suffix.lower()
    if suffix == ".parquet" or is_workbook(path):
        return None
    if suffix == ".jsonl" and (wrong := _not_utf_8(path)):
        return wrong
    with path.open(encoding=encoding_of(path), newline="") as file:
        return _not_json(path, file) if suffix == ".jsonl" else _ragged(path, file)


def _not_json(path: Path, file: Iterator[str]) -> DataError | None:
    for number, line in enumerate(file, 1):
        try:
            if line.strip():
                msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            reason = f"{path}, line {number}: {error}."
            return DataError(reason, hint="Each line is one JSON object.")
    return None


def _ragged(path: Path, file: Iterator[str]) -> DataError | None:
    rows = _csv_rows(file, _DELIMITERS[path.suffix.lower()])
    try:
        _, expected = next(rows, (1, 0))
        for number, count in rows:
            if count != expected:
                return DataError(
                    f"{path}, line {number}: {count} values, and {expected} columns.",
                    hint="Put values that hold the separator, or a line break, in quotes.",
                )
    except csv.Error:
        return None
    return None


def _not_utf_8(path: Path) -> DataError | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as bad:
                return DataError(
                    f"{path}, line {number}: byte {bad.start + 1} is not UTF-8.",
                    hint="JSON is UTF-8: save it so.",
                )
    return None
