"""What a person has, to the columns that a program takes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.errors import DataError
from daylight.core.types import Column, Columns, Field

if TYPE_CHECKING:
    from daylight.core.types import Array

TEXT = np.dtypes.StringDType()


def to_columns(fields: Sequence[Field], inputs: Sequence[Any]) -> Columns:
    """Makes a column of each field.

    Args:
        fields: The program's.
        inputs: Rows. A row is a mapping from field to value; where there is one field, the value
            itself will do: a path, bytes, a PIL image or an array for a picture, ``str`` for text,
            a list of keys for a history.

    Raises:
        DataError: A row lacks a field, or a value has the wrong type; or beside a seed something is
            asked for that there is no field for.
    """
    columns = {}
    for field in fields:
        values = [_value(row, field, index, fields) for index, row in enumerate(inputs)]
        columns[field.name] = _column(field, values)
    return columns


def _value(row: Any, field: Field, index: int, fields: Sequence[Field]) -> Any:
    if isinstance(row, Mapping):
        if field.name not in row:
            raise DataError(
                f"Input {index + 1} has no {field.name!r}.",
                hint=f"An input has: {', '.join(each.name for each in fields)}.",
            )
        if field.type == "seed":
            _check_understood(row, index, fields)
        return row[field.name]
    if len(fields) > 1:
        names = ", ".join(each.name for each in fields)
        raise DataError(f"Input {index + 1} is not a mapping.", hint=f"An input has: {names}.")
    return row


def _check_understood(row: Mapping[str, Any], index: int, fields: Sequence[Field]) -> None:
    """What is drawn is what was asked for: nothing of a prompt is passed over."""
    names = [each.name for each in fields]
    for name, value in row.items():
        if name not in names and value is not None:
            raise DataError(
                f"Input {index + 1} asks for {name} {value!r}, but this model knows no {name}s.",
                hint=f"An input has: {', '.join(names)}.",
            )


def _column(field: Field, values: Sequence[Any]) -> Column:
    try:
        if field.type == "image":
            images = np.empty(len(values), object)
            images[:] = values
            return Column(images)
        if field.type == "seed":
            return Column(_seeds(values))
        if field.type == "number":
            return Column(np.array([np.nan if v is None else v for v in values], np.float64))
        if field.type == "keys":
            if any(isinstance(value, str) for value in values):
                raise TypeError("a list of keys is not a text")
            offsets = np.cumsum([0, *map(len, values)], dtype=np.int64)
            return Column(_text([key for keys in values for key in keys]), offsets)
        if field.type == "category":  # as a table's: 1 is '1', True is 'true'
            values = [str(v).lower() if isinstance(v, int) else v for v in values]
        return Column(_text(["" if value is None else value for value in values]))
    except (TypeError, ValueError) as error:
        raise DataError(f"{field.name!r} takes {field.type} values: {error}.") from None


def _seeds(values: Sequence[Any]) -> "Array":
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
            raise ValueError(f"{value!r} is not a whole number from 0 to 2^63 - 1")
    return np.array(values, np.int64)


def _text(values: Sequence[Any]) -> "Array":
    if wrong := next((value for value in values if not isinstance(value, str)), None):
        raise TypeError(f"{wrong!r} is not a text")
    return np.array(values, dtype=TEXT)
