"""Opens a package: verified first, then read, never run."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from daylight.core.config import Config, decode
from daylight.core.errors import IntegrityError
from daylight.core.files import standing
from daylight.core.types import Program
from daylight.package.manifest import MANIFEST, Manifest, read_manifest, verify

C = TypeVar("C", bound=Config)


@dataclass(frozen=True)
class Package:
    """A folder whose files are the ones that its manifest promised."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "Package":
        """Verifies every digest.

        Args:
            folder: A package, or a run that holds one.

        Raises:
            NotFoundError: There is no package.
            IntegrityError: A file differs from what the manifest promised.
        """
        places = (standing(folder), standing(folder / "package"))
        folder = next((each for each in places if (each / MANIFEST).is_file()), folder)
        manifest = read_manifest(folder)
        verify(folder, manifest)
        return cls(folder, manifest)

    def read(self, name: str) -> bytes:
        """The bytes of a listed file.

        Raises:
            IntegrityError: The manifest lists no such file.
        """
        if name not in self.manifest.files:
            raise IntegrityError(f"{self.folder} has no file {name!r}.")
        return (self.folder / name).read_bytes()

    def decode(self, kind: type[C], name: str) -> C:
        """A listed file of JSON.

        Raises:
            IntegrityError: It does not hold what such a file should.
        """
        return decode(kind, self.read(name), where=f"{self.folder}: {name}", error=IntegrityError)

    @cached_property
    def program(self) -> Program:
        """What turns inputs into answers."""
        return self.decode(Program, "program.json")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The answer's vocabulary."""
        try:
            return msgspec.json.decode(self.read("labels.json"), type=tuple[str, ...])
        except msgspec.DecodeError as error:
            raise IntegrityError(f"{self.folder}: labels.json: {error}.") from None
