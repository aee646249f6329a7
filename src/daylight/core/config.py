"""The base of all that is read from a file: frozen, typed, no unknown keys."""

from collections.abc import Sequence
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

    def to_line(self) -> bytes:
        """JSON on one line, with a newline at its end."""
        return msgspec.json.encode(self) + b"\n"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))  # tuples are lists
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
        reason, _, path = str(error).partition(" - at `$")
        keys = [key for key in path.rstrip("`").split(".") if key]
        key = f"{'.'.join(keys)}: " if keys else ""
        raise UserError(f"{where}: {key}{reason}.", hint=_hint(kind, keys, reason)) from None


def _hint(kind: type[Config], keys: Sequence[str], reason: str) -> str:
    """What may stand at a key: names of keys, or values."""
    there: Any = msgspec.inspect.type_info(kind)
    for key in keys:
        fields = there.fields if isinstance(there, msgspec.inspect.StructType) else ()
        inner = [field.type for field in fields if field.name == key]
        if not inner:
            return ""
        there = inner[0]
    if isinstance(there, msgspec.inspect.StructType) and not reason.startswith("Expected"):
        return f"Known keys: {', '.join(field.name for field in there.fields) or 'none'}."
    options = there.types if isinstance(there, msgspec.inspect.UnionType) else (there,)
    return f"Give {' or '.join(filter(None, map(_allowed, options)))}."


def _allowed(kind: Any) -> str:
    """A type of msgspec's in words."""
    inspect = msgspec.inspect
    if isinstance(kind, inspect.LiteralType):
        return " or ".join(str(value) for value in kind.values)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        ends = (
            ("of at least", kind.ge),
            ("above", kind.gt),
            ("of at most", kind.le),
            ("below", kind.lt),
        )
        noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        given = " and ".join(f"{words} {end:,}" for words, end in ends if end is not None)
        return f"{noun} {given}".strip()
    names: dict[type, str] = {
        inspect.BoolType: "true or false",
        inspect.StrType: "a text",
        inspect.StructType: "a table of keys",
        inspect.DictType: "a table of keys",
        inspect.NoneType: "",
    }
    return names.get(type(kind), "a value of this type")
