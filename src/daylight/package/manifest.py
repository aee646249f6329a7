"""Digests of everything in a package, sealed last."""

from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec

from daylight.core.config import Config, decode
from daylight.core.errors import IntegrityError, NotFoundError
from daylight.core.files import write_atomic
from daylight.core.hashing import sha256_file, sha256_json

MANIFEST = "manifest.json"
FORMAT_VERSION = 1

MODEL_FILES = ("*.safetensors", "*.onnx", "program.json", "labels.json")
"""What a model is: weights, graphs, program, labels. A new report makes no new model."""


class Entry(Config):
    """A file's digest (lower-case hexadecimal) and size."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]


class Manifest(Config):
    """Every file of a package by its path, with ``/`` between folders."""

    format_version: int
    daylight_version: str
    files: dict[str, Entry]

    @property
    def model_files(self) -> dict[str, str]:
        """SHA-256 of each of ``MODEL_FILES``, by name."""
        return {
            name: entry.sha256
            for name, entry in self.files.items()
            if any(fnmatch(name, pattern) for pattern in MODEL_FILES)
        }

    @property
    def model_digest(self) -> str:
        """SHA-256 over names and digests of what a model is; evidence cites it."""
        return sha256_json(self.model_files)

    @property
    def size_bytes(self) -> int:
        """Of all files, without the manifest."""
        return sum(entry.size_bytes for entry in self.files.values())


def seal(folder: Path, *, version: str) -> Manifest:
    """Measures every file under ``folder`` and writes the manifest."""
    files = {
        path.relative_to(folder).as_posix(): Entry(
            sha256=sha256_file(path), size_bytes=path.stat().st_size
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".")
    }
    manifest = Manifest(format_version=FORMAT_VERSION, daylight_version=version, files=files)
    write_atomic(folder / MANIFEST, manifest.to_json())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Reads the manifest.

    Raises:
        NotFoundError: The folder is no package.
        IntegrityError: The manifest is of a newer format, or names files outside the folder.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFoundError(
            f"{folder} is not a package (it has no {MANIFEST}).",
            hint="Name a run or its package; daylight train DATA makes one.",
        )
    manifest = decode(Manifest, path.read_bytes(), where=path, error=IntegrityError)
    if manifest.format_version > FORMAT_VERSION:
        raise IntegrityError(
            f"{folder} has package format {manifest.format_version}; "
            f"this Daylight reads up to {FORMAT_VERSION}.",
            hint="Install a newer Daylight.",
        )
    for name in manifest.files:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or "\\" in name or ".." in parts or ":" in name:
            raise IntegrityError(f"{path} names a file outside the package: {name!r}.")
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Compares every file with the manifest.

    Raises:
        IntegrityError: Names the first file that is missing or differs, is a link, or is not
            listed.
    """
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise IntegrityError(f"{folder}: {name} is missing.")
        if path.stat().st_size != entry.size_bytes or sha256_file(path) != entry.sha256:
            raise IntegrityError(f"{folder}: {name} is not the file that was published.")
    listed = {*manifest.files, MANIFEST}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
        if path.is_file() and name not in listed and not hidden:
            raise IntegrityError(f"{folder}: {name} is not in the manifest.", hint="Remove it.")
