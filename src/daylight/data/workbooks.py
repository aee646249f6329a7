"""Excel workbooks as the CSV that somebody would have saved, so that both are read alike."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from daylight.core.errors import DataError, MissingExtraError

WORKBOOK_SUFFIXES = frozenset({".xlsx"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: The sheet's.
        others: Names of further sheets that hold something.
        csv: Its table, in UTF-8; dates as ISO 8601.
        rows: The sheet's numbers of the table's rows, without the header.
    """

    name: str
    others: tuple[str, ...]
    csv: bytes
    rows: tuple[int, ...]

    def shown(self, path: Path) -> str:
        """What a person is told of the choice; empty if there was none."""
        if not self.others:
            return ""
        names = ", ".join(map(repr, self.others))
        return f"sheet {self.name!r} of {path.name} (to use {names}, save it as a file of its own)"


def is_workbook(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in WORKBOOK_SUFFIXES


def read_sheet(path: Path) -> Sheet:
    """The first sheet that is not hidden and holds a table.

    Raises:
        DataError: There is none, or the file is no workbook.
        MissingExtraError: The reader is not installed.
    """
    stat = path.stat()
    return _read_sheet(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=2)
def _read_sheet(path: Path, size: int, changed: int) -> Sheet:  # noqa: ARG001 - for the cache
    try:
        from python_calamine import (  # noqa: PLC0415 - only for such files
            CalamineError,
            CalamineWorkbook,
            SheetVisibleEnum,
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{path} is an Excel workbook; what reads them, python-calamine, is not installed.",
            hint="Install Daylight with its extra train, or save the sheet as CSV.",
            library=error.name or "",
        ) from None
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = [
                each.name
                for each in book.sheets_metadata
                if each.visible == SheetVisibleEnum.Visible
            ]
            filled = {
                name: found
                for name in names
                if (
                    found := _numbered(
                        book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    )
                )
            }
    except (CalamineError, OSError) as error:
        raise DataError(
            f"{path} cannot be read as an Excel workbook: {error}.",
            hint="Open it and save it again as .xlsx, or as CSV.",
        ) from None
    tables = [name for name, rows in filled.items() if len(rows) > 1]
    if not tables:
        raise DataError(
            f"{path} has no sheet with a table.", hint="Name one that has columns and rows."
        )
    others = tuple(name for name in filled if name != tables[0])
    return _sheet(tables[0], others, filled[tables[0]])


def _numbered(cells: Sequence[Sequence[Any]]) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, as text, with their numbers."""
    rows = [(number, [_written(cell) for cell in row]) for number, row in enumerate(cells, 1)]
    return [(number, row) for number, row in rows if any(row)]


def _sheet(name: str, others: tuple[str, ...], rows: list[tuple[int, list[str]]]) -> Sheet:
    rows = rows[_header(rows) :]
    header = rows[0][1]
    used = [
        place
        for place in range(len(header))
        if header[place] or any(row[place] for _, row in rows[1:])
    ]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([row[place] for place in used] for _, row in rows)
    return Sheet(name, others, written.getvalue().encode(), tuple(n for n, _ in rows[1:]))


def _header(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The first row that fills more than half of the columns: a title above it fills few."""
    filled = [sum(map(bool, row)) for _, row in rows]
    most = max(filled)
    return next(place for place, num in enumerate(filled) if 2 * num > most and num >= min(2, most))


def _written(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
