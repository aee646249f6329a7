"""Writes that happen whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from daylight.core.errors import OutputError

_HINTS = {
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.ENOSPC: "Free some space, or choose another folder with -o; what was there is untouched.",
    errno.EDQUOT: "Free some space, or choose another folder with -o; what was there is untouched.",
    errno.EACCES: "Change its permissions, or choose another folder with -o.",
    errno.EPERM: "Change its permissions, or choose another folder with -o.",
    errno.EROFS: "Change its permissions, or choose another folder with -o.",
}


def refused(error: OSError, path: Path | str, *, to: str = "write") -> OutputError | None:
    """What to tell a person whose disk or system refused ``path``; ``None`` if it is a bug."""
    if error.errno in _HINTS:
        hint = _HINTS[error.errno]
    elif isinstance(error, NotADirectoryError | FileExistsError):
        hint = "Choose another folder with -o."
    else:
        return None
    return OutputError(f"Cannot {to} {path}: {error.strerror}.", hint=hint)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns a failure to write into an error that names the path and the way on.

    Raises:
        OutputError: The disk is full, or the place is read-only or not a folder.
    """
    try:
        yield
    except OSError as error:
        if explained := refused(error, path):
            raise explained from error
        raise


def write_atomic(path: Path, data: bytes) -> None:
    """Replaces ``path`` by a file with these bytes; a reader sees the old or the new, whole.

    Raises:
        OutputError: The disk is full or read-only; the old file is intact.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _persist(path.parent)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def folder_atomic(path: Path) -> Iterator[Path]:
    """Yields a new folder beside ``path`` that takes its place when the block ends well.

    Raises:
        OutputError: The disk is full or read-only; the old folder is intact.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            yield temporary
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        old = _old(path)
        shutil.rmtree(old, ignore_errors=True)
        if path.exists():
            path.rename(old)
        try:
            temporary.rename(path)
        except OSError:
            shutil.rmtree(temporary, ignore_errors=True)
            recover(path)
            raise
        _persist(path.parent)
        shutil.rmtree(old, ignore_errors=True)


def _persist(folder: Path) -> None:
    """Has the disk keep which names are in a folder, should the power fail; where systems can."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some disks of a network cannot, and need not
            os.fsync(number)
    finally:
        os.close(number)


def recover(path: Path) -> None:
    """Puts back a folder that ``folder_atomic`` had moved aside when it was killed."""
    if (place := standing(path)) != path:
        place.rename(path)


def standing(path: Path) -> Path:
    """Where a folder is, for those who read: ``folder_atomic`` moves it aside for a moment."""
    return _old(path) if _old(path).is_dir() and not path.exists() else path


def _old(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")


def copy_cheaply(source: Path, target: Path) -> None:
    """Gives a file a second name where the disk can, else copies it.

    Files that are only ever replaced, as by ``write_atomic``, may share their bytes.
    """
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
