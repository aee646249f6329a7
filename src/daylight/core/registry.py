"""One way to find things by name: a table of import paths, resolved on first use.

Listing names never imports what they name, so ``daylight --help`` stays fast and a broken plug-in
breaks only itself. Importing a module never registers anything: the table is the registration.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import Generic, TypeVar, cast

from daylight.core.errors import unknown

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """A read-only mapping from name to object.

    Args:
        kind: Singular noun used in messages.
        table: Name to ``"package.module:attribute"``, or to the object itself where it is a record
            of facts that costs nothing to make.
        plugins: Whether installed packages may add to the table, through the entry-point group
            ``daylight.<kind>``. A closed set (operations) may not grow.
    """

    def __init__(self, kind: str, table: Mapping[str, str | T], *, plugins: bool = True) -> None:
        self.kind = kind
        self._builtin = table
        self._plugins = plugins

    @cached_property
    def _table(self) -> dict[str, str | T]:
        if not self._plugins:
            return dict(self._builtin)
        from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms, only at a look-up

        plugins = {point.name: point.value for point in entry_points(group=f"daylight.{self.kind}")}
        if clash := sorted(plugins.keys() & self._builtin.keys()):
            raise ValueError(f"plug-ins redefine built-in {self.kind} names: {clash}")
        return {**self._builtin, **plugins}

    def __getitem__(self, name: str) -> T:
        # The built-ins first: most look-ups need not ask what is installed.
        entry = self._builtin.get(name) or self._table.get(name)
        if entry is None:
            raise unknown(self.kind, name, self._table)
        if not isinstance(entry, str):
            return entry
        module, _, attribute = entry.partition(":")
        return cast("T", getattr(import_module(module), attribute))

    def working(self) -> list[T]:
        """Everything that can be loaded; a broken plug-in stops nobody else."""
        broken = self.broken()
        return [self[name] for name in self if name not in broken]

    def broken(self) -> dict[str, str]:
        """Plug-ins that cannot be loaded, with the reason."""
        found = {}
        for name in self._table.keys() - self._builtin.keys():
            try:
                self[name]
            except (ImportError, AttributeError, SyntaxError) as error:
                found[name] = f"{type(error).__name__}: {error}"
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)
