"""What lies in a folder or a file, listed once and without surprises."""

import os
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
            DataError: The folder is empty, or a link leads out of it or back into itself.
        """
        root = Path(path).expanduser()
        try:
            root = root.resolve(strict=True)
        except FileNotFoundError:
            raise NotFoundError(f"{path} does not exist.", hint="Check the path.") from None
        except (OSError, RuntimeError):
            raise DataError(
                f"{path} is a symbolic link that leads back to itself.", hint="Remove the link."
            ) from None
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
        return sha256_json([(os.path.relpath(path, base), sha256_file(path)) for path in files])


def _walk(folder: Path, root: Path, above: set[Path]) -> Iterable[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            real = _resolve(path, root, above) if entry.is_symlink() else path
            if real.is_dir():
                yield from _walk(path, root, {*above, real})
            else:
                yield path


def _resolve(path: Path, root: Path, above: set[Path]) -> Path:
    try:
        real = path.resolve(strict=True)
    except FileNotFoundError:
        raise DataError(
            f"{path} is a link to a file that does not exist.", hint="Remove the link."
        ) from None
    except (OSError, RuntimeError):
        real = root
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
