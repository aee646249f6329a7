"""The base of all that is read from a file: frozen, typed, no unknown keys."""

from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

import msgspec

from daylight.core.errors import UserError

C = TypeVar("C", bound="Config")


def pretty_json(value: Any) -> bytes:
    """Indented UTF-8 with a final newline; equal values give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n"


class _Frozen(msgspec.StructMeta):
    """Hands the options of ``Config`` down to its subclasses, ``kw_only`` included."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, frozen: bool = True
    ) -> Any:
        return super().__new__(
            cls, name, bases, namespace, frozen=frozen, kw_only=True, forbid_unknown_fields=True
        )


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Config(msgspec.Struct, metaclass=_Frozen, frozen=True):
    """A record with typed fields. Subclasses state fields, defaults and ranges."""

    def to_json(self) -> bytes:
        """Indented UTF-8 with a final newline; equal values give equal bytes."""
        return pretty_json(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def decode(
    kind: type[C], data: bytes, *, where: Path | str, error: type[UserError] = UserError
) -> C:
    """Reads JSON as ``kind``.

    Raises:
        UserError: Or the given child; names ``where``, the key and what was expected.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as wrong:
        hint = "Restore the file, or get it again from where it came."
        raise error(f"{where}: {wrong}.", hint=hint) from None


def convert(kind: type[C], values: object, *, where: str) -> C:
    """Checks plain values (from TOML or a command line) against ``kind``.

    Raises:
        UserError: Names ``where``, the key and what was expected.
    """
    try:
        return msgspec.convert(values, type=kind)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__) or "none"
        raise UserError(f"{where}: {error}.", hint=f"Known keys: {known}.") from None
