"""A confusion matrix: as a table where it is small, as its largest errors where it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from daylight.report.charts import heat_map

MAX_TABLE = 20
NUM_PAIRS = 15


@dataclass(frozen=True, slots=True)
class Cell:
    """One count.

    Attributes:
        share: Of the row, in percent: how often this true label got this answer.
    """

    count: int
    share: int
    right: bool
    row: str
    column: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix, ready to be shown.

    Attributes:
        rows: Cells by true label; empty if there are too many to read.
        confused: Off the diagonal, most frequent first.
        drawing: Instead of ``rows``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    confused: tuple[Cell, ...]
    drawing: Markup | None


def matrix(found: Mapping[str, Any]) -> Matrix:
    """Reads a figure of kind ``matrix``."""
    rows, columns = tuple(found["rows"]), tuple(found["columns"])
    lines = zip(rows, found["counts"], strict=True)
    cells = tuple(_cells(row, columns, counts) for row, counts in lines)
    wrong = [cell for line in cells for cell in line if cell.count and not cell.right]
    small = max(len(rows), len(columns)) <= MAX_TABLE
    return Matrix(
        columns=columns,
        rows=tuple(zip(rows, cells, strict=True)) if small else (),
        confused=tuple(sorted(wrong, key=lambda cell: -cell.count)[:NUM_PAIRS]),
        drawing=None if small else heat_map(*_marks(cells), size=(len(columns), len(rows))),
    )


def _cells(row: str, columns: Sequence[str], counts: Sequence[int]) -> tuple[Cell, ...]:
    total = sum(counts) or 1
    return tuple(
        Cell(count, round(100 * count / total), row == column, row, column)
        for column, count in zip(columns, counts, strict=True)
    )


Marks = list[tuple[int, int, int]]


def _marks(cells: Sequence[Sequence[Cell]]) -> tuple[Marks, Marks]:
    """Places and shares of what is right and of what is wrong."""
    right: Marks = []
    wrong: Marks = []
    for y, line in enumerate(cells):
        for x, cell in enumerate(line):
            if cell.count:
                (right if cell.right else wrong).append((x, y, cell.share))
    return right, wrong
