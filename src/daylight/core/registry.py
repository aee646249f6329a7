"""One way to find things by name: a table of import paths, resolved on first use.

Listing names never imports what they name, so ``daylight --help`` stays fast and what is broken
breaks only itself. Importing a module never registers anything: the table is the registration.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from daylight.core.errors import BrokenEntryError, unknown

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """A read-only mapping from name to object.

    Args:
        kind: Singular noun used in messages.
        table: Name to ``"package.module:attribute"``, or to the object itself where it is a record
            of facts that costs nothing to make.
        plugins: Whether installed packages may add to the table, through the entry-point group
            ``daylight.<kind>``. A closed set (operations) may not grow. A name that is taken stays
            what it is.
    """

    def __init__(self, kind: str, table: Mapping[str, str | T], *, plugins: bool = True) -> None:
        self.kind = kind
        self._builtin = table
        self._open = plugins

    @cached_property
    def _plugins(self) -> "tuple[dict[str, EntryPoint], dict[str, str]]":
        """What installed packages add, by name; and what they may not, with the reason."""
        added: dict[str, EntryPoint] = {}
        refused: dict[str, str] = {}
        if self._open:
            from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms, only at a look-up

            for point in sorted(entry_points(group=f"daylight.{self.kind}"), key=_package):
                if point.name in self._builtin:
                    refused[f"{point.name} of {_package(point)}"] = "the name is a built-in one"
                elif (first := added.setdefault(point.name, point)) is not point:
                    taken = f"the name is taken by {_package(first)}"
                    refused[f"{point.name} of {_package(point)}"] = taken
        return added, refused

    def __getitem__(self, name: str) -> T:
        # The built-ins first: most look-ups need not ask what is installed.
        entry = self._builtin.get(name)
        where = f"the built-in {self.kind} table"
        if entry is None and (point := self._plugins[0].get(name)):
            entry, where = point.value, f"the package {_package(point)}"
        if entry is None:
            raise unknown(self.kind, name, self)
        if not isinstance(entry, str):
            return entry
        module, _, attribute = entry.partition(":")
        try:
            return cast("T", getattr(import_module(module), attribute))
        except (ImportError, AttributeError, SyntaxError) as error:
            raise BrokenEntryError(
                f"The {self.kind} {name!r} cannot be loaded from {entry!r}: "
                f"{type(error).__name__}: {error}.",
                hint=f"Mend it in {where}.",
            ) from error

    def working(self) -> list[T]:
        """Everything that can be loaded; what is broken stops nobody else."""
        found = []
        for name in self:
            with suppress(BrokenEntryError):
                found.append(self[name])
        return found

    def broken(self) -> dict[str, str]:
        """What cannot be loaded or may not be added, with the reason."""
        found = dict(self._plugins[1])
        for name in self:
            try:
                self[name]
            except BrokenEntryError as error:
                found[name] = f"{error.message} {error.hint}"
        return found

    def __iter__(self) -> Iterator[str]:
        yield from self._builtin
        yield from self._plugins[0]

    def __len__(self) -> int:
        return len(self._builtin) + len(self._plugins[0])


def _package(point: "EntryPoint") -> str:
    return point.dist.name if point.dist else "unknown"
