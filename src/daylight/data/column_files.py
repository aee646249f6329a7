"""Columns on disk: written piece by piece, opened as memory maps."""

import shlex
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy

from daylight.core.errors import UserError
from daylight.core.types import Column

if TYPE_CHECKING:
    from daylight.core.types import Array


class ColumnWriter:
    """Appends to ``<name>.npy`` (and ``<name>.offsets.npy`` for a ragged column).

    The header is written again at the end: NumPy leaves room in it for a longer first dimension.
    Source: numpy.lib.format, "Format version 1.0".
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.npy"
        self._offsets_path = folder / f"{name}.offsets.npy"
        self._file: IO[bytes] | None = None
        self._count = 0
        self._header: dict[str, Any] = {}
        self._lengths: list[Array] = []

    def append(self, column: Column) -> None:
        """Adds rows; all pieces have one type and one shape after the first dimension."""
        values = np.ascontiguousarray(column.values)
        if self._file is None:
            self._file = self._path.open("wb")
            descr = npy.dtype_to_descr(values.dtype)
            self._header = {"descr": descr, "fortran_order": False, "shape": (0, *values.shape[1:])}
            npy.write_array_header_1_0(self._file, self._header)
        if values.shape[1:] != self._header["shape"][1:]:
            raise ValueError(
                f"{self._path.name}: pieces differ in shape; keep runs ragged in prepared columns, "
                "and pad them where the model begins"
            )
        self._file.write(values.data)
        self._count += len(values)
        if column.offsets is not None:
            self._lengths.append(np.diff(column.offsets))

    def abandon(self) -> None:
        """Lets go of a file that will not be finished."""
        if self._file is not None:
            with suppress(OSError):  # a full disk is full at the last flush, too
                self._file.close()

    def close(self) -> bool:
        """Finishes the files; says whether the column is ragged."""
        if self._file is None:
            raise ValueError(f"nothing was written to {self._path}")
        self._file.seek(0)
        shape = (self._count, *self._header["shape"][1:])
        npy.write_array_header_1_0(self._file, {**self._header, "shape": shape})
        self._file.close()
        if self._lengths:
            offsets = np.concatenate([[0], np.cumsum(np.concatenate(self._lengths))])
            with self._offsets_path.open("wb") as file:  # np.save hides why a disk refused
                npy.write_array_header_1_0(
                    file, {"descr": "<i8", "fortran_order": False, "shape": offsets.shape}
                )
                file.write(offsets.astype("<i8").data)
        return bool(self._lengths)


def open_column(folder: Path, name: str, *, ragged: bool) -> Column:
    """Maps what a ``ColumnWriter`` wrote; values stay on disk until they are used.

    Raises:
        UserError: A file is gone or cut short; the hint says how to have it made again.
    """
    try:
        values = _map(folder / f"{name}.npy")
        return Column(values, _map(folder / f"{name}.offsets.npy") if ragged else None)
    except (FileNotFoundError, ValueError) as error:
        raise UserError(
            f"{folder / name}.npy is damaged: {error}.",
            hint=f"Have it made again: rm -r {shlex.quote(str(folder))}, then the same command.",
        ) from None


def _map(path: Path) -> "Array":
    with path.open("rb") as file:
        npy.read_magic(file)
        shape, _, dtype = npy.read_array_header_1_0(file)
        start = file.tell()
    if 0 in shape:  # an empty file cannot be mapped
        return np.empty(shape, dtype)
    return np.memmap(path, dtype, "r", start, shape)
