"""Arrow columns to the columns that programs and metrics take."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Dataset, Field
from daylight.runtime.inputs import TEXT

if TYPE_CHECKING:
    import pyarrow as pa

    from daylight.core.types import Array


def fields_to_columns(
    table: "pa.Table", fields: Sequence[Field], root: Path, rows: "Array | None" = None
) -> Columns:
    """Makes a raw column of each field, as ``runtime.inputs.to_columns`` would.

    Args:
        table: A table of a Dataset.
        fields: Some of its fields.
        root: Folder that pictures' paths are relative to.
        rows: Which rows; all if not given.
    """
    picked = table if rows is None else table.take(rows)
    return {field.name: _column(field, picked[field.name], root) for field in fields}


def _column(field: Field, values: "pa.ChunkedArray", root: Path) -> Column:
    if field.type == "number":
        return Column(values.cast("double").to_numpy(zero_copy_only=False))
    if field.type == "seed":
        return Column(values.cast("int64").to_numpy(zero_copy_only=False))
    if field.type == "image":
        paths = np.empty(len(values), object)
        paths[:] = [str(root / path) for path in values.to_pylist()]
        return Column(paths)
    if field.type == "keys":
        offsets, flat = _flatten(values)
        return Column(_text(flat), offsets)
    return Column(_text(values))


def _text(values: "pa.ChunkedArray | pa.Array") -> "Array":
    return np.array([value or "" for value in values.cast("string").to_pylist()], dtype=TEXT)


def _flatten(values: "pa.ChunkedArray") -> "tuple[Array, pa.Array]":
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there are lists

    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy()
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), pc.list_flatten(values)


def _label(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:
    return {"target": Column(_places(values, labels))}


def _labels(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:
    """Names that are no labels are left out: nobody could have answered them."""
    offsets, flat = _flatten(values)
    rows, places = np.repeat(np.arange(len(values)), np.diff(offsets)), _places(flat, labels)
    target = np.zeros((len(values), len(labels)), np.int8)
    target[rows[places >= 0], places[places >= 0]] = 1
    return {"target": Column(target)}


def _real(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:  # noqa: ARG001
    return {"target": Column(values.cast("double").to_numpy(zero_copy_only=False))}


def _text_target(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:  # noqa: ARG001
    return {"target": Column(_text(values))}


def _ranking(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:
    offsets, flat = _flatten(values)
    return {"target": Column(_places(flat, labels), offsets)}


def _boxes(values: "pa.ChunkedArray", labels: Sequence[str]) -> Columns:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there are lists

    offsets, flat = _flatten(values)
    corners = pc.list_flatten(pc.struct_field(flat, "box_xyxy_px")).to_numpy(zero_copy_only=False)
    classes = _places(pc.struct_field(flat, "label"), labels)
    return {
        "boxes": Column(corners.reshape(-1, 4).astype(np.float32), offsets),
        "classes": Column(classes, offsets),
    }


def _places(values: "pa.ChunkedArray | pa.Array", labels: Sequence[str]) -> "Array":
    """Each name's index among the labels, -1 where it is none of them."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset
    import pyarrow.compute as pc  # noqa: PLC0415

    found = pc.index_in(values.cast("string"), value_set=pa.array(labels, pa.string()))
    places: Array = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    return places


_ENCODERS: "Mapping[str, Callable[[pa.ChunkedArray, Sequence[str]], Columns]]" = {
    "label": _label,
    "labels": _labels,
    "real": _real,
    "text": _text_target,
    "ranking": _ranking,
    "passages": _ranking,
    "boxes": _boxes,
}


def targets_to_columns(
    dataset: Dataset, answer: str, labels: Sequence[str], rows: "Array | None" = None
) -> Columns:
    """Encodes the targets as the answer kind says; a name that is not a label becomes -1."""
    [field] = dataset.fields("target")
    values = dataset.tables["examples"][field.name]
    values = values if rows is None else values.take(rows)
    if field.type == "image":
        return {"target": _column(field, values, dataset.root)}
    return _ENCODERS[answer](values, labels)
