"""What can be told of an input without a model, so that scores can be looked at by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Field, FieldType
from daylight.data.rows import DATES
from daylight.runtime.operations.image import OPERATION as IMAGE
from daylight.runtime.operations.image import Parameters

if TYPE_CHECKING:
    from daylight.core.types import Array

SIDE = 32
"""Pixels per side at which brightness and contrast are taken."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A number per example.

    Attributes:
        name: What is told; of a number, the name of its field.
        unit: Empty where it is not known.
        values: float64 ``(rows,)``; NaN where there is none.
        names: Of categories, of which ``values`` are the places.
    """

    name: str
    unit: str
    values: "Array"
    names: tuple[str, ...] = ()


def attributes(fields: Sequence[Field], columns: Columns) -> list[Attribute]:
    """Everything that can be told of the inputs.

    Args:
        fields: The input fields.
        columns: Their raw columns; pictures can be read.
    """
    return [
        each
        for field in fields
        for each in _TOLD.get(field.type, _nothing)(field, columns[field.name])
    ]


def _nothing(field: Field, column: Column) -> Sequence[Attribute]:  # noqa: ARG001 - one signature
    return ()


def _of_image(field: Field, column: Column) -> Sequence[Attribute]:  # noqa: ARG001
    parameters = Parameters(height=SIDE, width=SIDE, mode="gray")
    pixels, sizes = IMAGE.open(parameters, lambda _: b"")(column)
    gray = pixels.values.reshape(len(column), -1).astype(np.float64)
    return (
        Attribute("brightness", "of 255", gray.mean(axis=1)),
        Attribute("contrast", "of 255", gray.std(axis=1)),
        Attribute("size", "pixels", sizes.values.astype(np.float64).prod(axis=1)),
    )


def _of_text(field: Field, column: Column) -> Sequence[Attribute]:
    return (
        Attribute(
            f"length of {field.name}",
            "characters",
            np.strings.str_len(column.values).astype(np.float64),
        ),
    )


def _of_number(field: Field, column: Column) -> Sequence[Attribute]:
    return (Attribute(field.name, "", column.values.astype(np.float64)),)


def _of_category(field: Field, column: Column) -> Sequence[Attribute]:
    if field.facts.get("holds") == DATES:
        return ()
    names, places = np.unique(column.values, return_inverse=True)
    values = np.where(column.values == "", np.nan, places.astype(np.float64))
    return (Attribute(field.name, "", values, tuple(names.tolist())),)


def _of_keys(field: Field, column: Column) -> Sequence[Attribute]:
    lengths = np.diff(column.offsets if column.offsets is not None else [0]).astype(np.float64)
    return (Attribute(f"length of {field.name}", "items", lengths),)


_TOLD: Mapping[FieldType, Callable[[Field, Column], Sequence[Attribute]]] = {
    "image": _of_image,
    "text": _of_text,
    "number": _of_number,
    "category": _of_category,
    "keys": _of_keys,
}
