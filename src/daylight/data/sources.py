"""What lies in a folder or a file, listed once and without surprises."""

import errno
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from daylight.core.errors import DataError, NotFoundError
from daylight.core.hashing import sha256_file, sha256_json
from daylight.data.tables import TABLE_SUFFIXES, column_names


@dataclass(frozen=True)
class FileSource:
    """A folder or a table on this machine.

    Attributes:
        path: Absolute, links resolved.
        files: Every file below it (or itself), sorted by path; hidden files are left out.
        known: A listing's digest and the data's digest that went with it, from an earlier look.
    """

    path: Path
    files: tuple[Path, ...]
    known: tuple[str, str] = ("", "")

    @classmethod
    def look(cls, path: str | Path, *, known: tuple[str, str] = ("", "")) -> "FileSource":
        """Lists what is there; follows links only inside the folder.

        Raises:
            NotFoundError: There is nothing at ``path``.
            DataError: The folder is empty or may not be read, a link leads out of it or back into
                itself, or something in it is no file or has a name that is not UTF-8.
        """
        if not str(path):
            raise NotFoundError("No data is named.", hint="Name a folder or a table.")
        root = Path(path).expanduser()
        try:
            root = root.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise _unresolved(path, error) from None
        files = (root,) if root.is_file() else tuple(sorted(_walk(root, root, {root})))
        if not files:
            raise DataError(
                f"{path} is empty.", hint="Name a folder that has a folder of files per class."
            )
        return cls(root, files, known)

    def columns(self) -> Iterable[str]:
        """Column names if this is a table, else none."""
        if self.path.suffix.lower() in TABLE_SUFFIXES and self.path.is_file():
            return column_names(self.path)
        return ()

    @cached_property
    def listing_digest(self) -> str:
        """SHA-256 over names, sizes and times: cheap, and equal while nothing was touched."""
        stats = ((path, path.stat()) for path in self.files)
        return sha256_json([(str(p), s.st_size, s.st_mtime_ns) for p, s in stats])

    def digest(self, files: Iterable[Path]) -> str:
        """SHA-256 over relative names and bytes of the files that make up a dataset."""
        if self.listing_digest == self.known[0]:
            return self.known[1]
        base = self.path if self.path.is_dir() else self.path.parent
        return sha256_json([(os.path.relpath(path, base), _sha256(path)) for path in files])


def without_folder(text: str, path: Path) -> str:
    """A message that does not tell where on somebody's disk the data lies.

    Args:
        path: The data; files in it, or beside it if it is a table, are written relative to it.

    >>> without_folder("/home/ada/cats/a.png is damaged", Path("/home/ada/cats"))
    'a.png is damaged'
    """
    root = path if path.is_dir() or not path.suffix else path.parent
    text = re.sub(_whole(root) + r"[/\\](?=\w)", "", text)
    return path.name.join(re.split(_whole(path) + r"(?!\w)", text))


def _whole(path: Path) -> str:
    """Matches a path that begins here: ``/d`` is no part of ``images/dog.png``."""
    return rf"(?<![\w./\\-]){re.escape(str(path))}"


def _sha256(path: Path) -> str:
    """A file that may not be read has no digest; whoever reads it will say so."""
    try:
        return sha256_file(path)
    except OSError as error:
        return f"not read: {error.strerror}"


def _walk(folder: Path, root: Path, above: set[Path]) -> Iterable[Path]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise DataError(
            f"{folder} cannot be listed: {error.strerror}.",
            hint="Change its permissions, or move it out of the data.",
        ) from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        _check_name(path)
        real = _resolve(path, root, above) if entry.is_symlink() else path
        if real.is_dir():
            yield from _walk(path, root, {*above, real})
        elif real.is_file():
            yield path
        else:  # to open a pipe would wait for ever
            raise DataError(f"{path} is a pipe, a socket or a device.", hint="Remove it.")


def _check_name(path: Path) -> None:
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"{path} has a name that is not UTF-8.", hint="Rename it; convmv can do many at once."
        ) from None


def _unresolved(path: str | Path, error: OSError | RuntimeError) -> DataError | NotFoundError:
    """Why a path leads nowhere; before Python 3.13, ``resolve`` reports loops as RuntimeError."""
    if isinstance(error, RuntimeError) or error.errno == errno.ELOOP:
        return DataError(
            f"{path} is a symbolic link that leads back to itself.", hint="Remove the link."
        )
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFoundError(f"{path} does not exist.", hint="Check the path.")
    return DataError(f"{path} cannot be opened: {error.strerror}.", hint="Check the path.")


def _resolve(path: Path, root: Path, above: set[Path]) -> Path:
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        raise DataError(
            f"{path} is a link to a file that does not exist.", hint="Remove the link."
        ) from None
    except (OSError, RuntimeError) as error:
        raise _unresolved(path, error) from None
    if real in above:
        raise DataError(
            f"{path} is a symbolic link that leads back to itself.", hint="Remove the link."
        )
    if not real.is_relative_to(root):
        raise DataError(
            f"{path} is a link out of the folder, to {real}.",
            hint="Copy the files into the folder, or name the folder that really holds them.",
        )
    return real
