"""Tables from CSV, TSV, Parquet and JSON lines, as Arrow."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from daylight.core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".parquet", ".jsonl"})


def read_table(path: Path) -> "pa.Table":
    """Reads a table whole.

    Raises:
        DataError: Names the file, the line where that is known, and what is wrong.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for tables
    from pyarrow import csv, json, parquet  # noqa: PLC0415

    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            table = parquet.read_table(path)
        elif suffix == ".jsonl":
            table = json.read_json(path)
        else:
            delimiter = "\t" if suffix == ".tsv" else ","
            table = csv.read_csv(
                path,
                parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=csv.ConvertOptions(strings_can_be_null=True, null_values=[""]),
            )
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeDecodeError) as error:
        raise _explain(path, error) from None
    if any(pa.types.is_binary(column.type) for column in table.schema) and suffix != ".parquet":
        raise _explain(path, ValueError("a column is not text"))
    if table.num_rows == 0:
        raise DataError(f"{path} has no rows.", hint="Name a table that has data.")
    return table


def column_names(path: Path) -> Sequence[str]:
    """The names of the columns; reads no more than it must."""
    if path.suffix.lower() == ".parquet":
        from pyarrow import parquet  # noqa: PLC0415 - heavy, and only for tables

        names: Sequence[str] = parquet.read_schema(path).names
        return names
    return list(read_table(path).column_names)


def require(table: "pa.Table", name: str, path: Path) -> None:
    """Makes sure that a column exists.

    Raises:
        DataError: Names the column and those that there are.
    """
    if name not in table.column_names:
        raise DataError(
            f"{path} has no column {name!r}.",
            hint=f"It has: {', '.join(table.column_names)}. Choose one: --set data.target=NAME",
        )


def _explain(path: Path, error: Exception) -> DataError:
    if path.suffix.lower() != ".parquet":
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as bad:
                    return DataError(
                        f"{path}, line {number}: byte {bad.start + 1} is not UTF-8.",
                        hint=f"Save it as UTF-8: iconv -f latin1 -t utf-8 '{path}' > new.csv",
                    )
    reason = str(error).strip().splitlines()[0]
    return DataError(f"{path}: {reason}.", hint="Open the file at that place and mend it.")
