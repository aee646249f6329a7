"""What every dataset promises, checked once for all tasks."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from daylight.core.errors import DataError
from daylight.core.kinds import ANSWER_KINDS, MEDIA_TYPES
from daylight.core.types import Dataset, Field
from daylight.data.tables import TABLE_SUFFIXES, place, read_table

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES = "examples"


def check(dataset: Dataset, answer: str, path: Path) -> None:
    """Makes sure that a dataset is what the rest of Daylight takes it for.

    Args:
        dataset: As a task read it.
        answer: Name of the task's answer kind.
        path: What was read, to name it; in a table, rows are named by their lines.

    Raises:
        DataError: A column is missing or has the wrong type, ids are not distinct, or a target is
            missing, not finite or not among the labels.
    """
    for table, fields in dataset.schema.items():
        for field in fields:
            _check_field(dataset, table, field, path)
    for role, fewest, most in (("id", 1, 1), ("input", 1, None), ("target", 1, 1)):
        count = len(dataset.fields(role))  # type: ignore[arg-type]
        if count < fewest or (most and count > most):
            wanted = "one field" if most else "a field"
            raise _of_task(path, f"needs {wanted} of role {role!r}, and has {count}")
    _check_ids(dataset, path)
    _check_targets(dataset, answer, path)


def _of_task(path: Path, what: str) -> DataError:
    return DataError(
        f"{path}: what the task made of it {what}.", hint="This is a mistake of the task's file."
    )


def _check_field(dataset: Dataset, table: str, field: Field, path: Path) -> None:
    columns = dataset.tables[table]
    if field.name not in columns.column_names:
        raise _of_task(path, f"has no column {field.name!r} in table {table!r}")
    if field.role in ("target", "unused"):
        return  # the type is that of the answer kind, or does not matter
    values = columns[field.name]
    if not _TYPES[field.type](values.type):
        raise DataError(
            f"{path}: column {field.name!r} holds {values.type}, which is no {field.type}.",
            hint="Mend the column, or take it out of the data.",
        )
    if field.type in MEDIA_TYPES:
        _check_filled(dataset, field, values, path)


def _check_ids(dataset: Dataset, path: Path) -> None:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there is a dataset

    [field] = dataset.fields("id")
    if field.name != "id":
        raise _of_task(path, f"calls its ids {field.name!r}, not 'id'")
    ids = dataset.tables[EXAMPLES][field.name]
    if ids.null_count:
        raise _of_task(path, "leaves some ids empty")
    counts = pc.value_counts(ids)
    most = pc.max(counts.field("counts")).as_py()
    if most > 1:
        name = counts.filter(pc.equal(counts.field("counts"), most))[0]["values"].as_py()
        raise DataError(
            f"{path}: ids are not distinct: {name!r} occurs {most:,} times.",
            hint="Give each example an id of its own.",
        )


def _check_targets(dataset: Dataset, answer: str, path: Path) -> None:
    [field] = dataset.fields("target")
    values, kind = dataset.tables[EXAMPLES][field.name], _TARGETS[answer]
    if not kind.fits(values.type):
        if kind.fits is _is_number and _is_text(values.type):
            _check_filled(dataset, field, values, path)
            if words := [row for row, text in enumerate(values) if not _is_numeral(text.as_py())]:
                raise _wrong_target(dataset, path, words[0], kind.hint)
        raise DataError(
            f"{path}: column {field.name!r} holds {values.type}, but an answer of kind {answer!r} "
            f"is {ANSWER_KINDS[answer].arrow}.",
            hint=kind.hint,
        )
    _check_filled(dataset, field, values, path)
    if ANSWER_KINDS[answer].stratified and len(dataset.labels) < 2:
        raise DataError(
            f"{path} has one class ({', '.join(dataset.labels)}).",
            hint="Add examples of something else: there is nothing to tell apart.",
        )
    wrong = kind.wrong(values, dataset)
    if wrong is not None:
        raise _wrong_target(dataset, path, wrong, kind.hint)


def _check_filled(dataset: Dataset, field: Field, values: "pa.ChunkedArray", path: Path) -> None:
    if values.null_count:
        [row, *_] = (row for row, value in enumerate(values) if not value.is_valid)
        raise DataError(
            f"{_place(dataset, path, row)}: column {field.name!r} is empty.",
            hint="Fill it in, or remove the row.",
        )


def _wrong_target(dataset: Dataset, path: Path, row: int, hint: str) -> DataError:
    [field] = dataset.fields("target")
    shown = repr(dataset.tables[EXAMPLES][field.name][row].as_py())
    return DataError(
        f"{_place(dataset, path, row)}: column {field.name!r} is {shown:.80}.", hint=hint
    )


def _place(dataset: Dataset, path: Path, row: int) -> str:
    """The line of an example, if the table has an example in each row; else its id."""
    is_table = path.suffix.lower() in TABLE_SUFFIXES and path.is_file()
    if is_table and read_table(path).num_rows == len(dataset):
        return place(path, row)
    return f"{path}, example {dataset.tables[EXAMPLES]['id'][row].as_py()!r}"


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    return any(each(kind) for each in numbers)


def _is_whole(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    return bool(pa.types.is_integer(kind))


def _is_numeral(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _is_scalar(kind: "pa.DataType") -> bool:
    """Whatever can be written as a text."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind))


def _is_list_of(inner: "Callable[[pa.DataType], bool]", kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    return pa.types.is_list(kind) and (pa.types.is_null(kind.value_type) or inner(kind.value_type))


def _is_keys(kind: "pa.DataType") -> bool:
    return _is_list_of(_is_scalar, kind)


def _is_box(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset

    if not pa.types.is_struct(kind) or not {"box_xyxy_px", "label"} <= set(kind.names):
        return False
    return _is_list_of(_is_number, kind.field("box_xyxy_px").type) and _is_text(
        kind.field("label").type
    )


def _is_boxes(kind: "pa.DataType") -> bool:
    return _is_list_of(_is_box, kind)


_TYPES: "Mapping[str, Callable[[pa.DataType], bool]]" = {
    "image": _is_text,
    "text": _is_text,
    "number": _is_number,
    "category": _is_scalar,
    "keys": _is_keys,
    "boxes": _is_boxes,
    "seed": _is_whole,
}


def _nothing(values: "pa.ChunkedArray", dataset: Dataset) -> int | None:  # noqa: ARG001
    return None


def _not_finite(values: "pa.ChunkedArray", dataset: Dataset) -> int | None:  # noqa: ARG001
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there is a dataset

    return _first(pc.invert(pc.is_finite(values.cast("double"))))


def _no_label(values: "pa.ChunkedArray", dataset: Dataset) -> int | None:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only where there is a dataset
    import pyarrow.compute as pc  # noqa: PLC0415

    labels = pa.array(dataset.labels, pa.string())
    return _first(pc.invert(pc.is_in(values.cast("string"), value_set=labels)))


def _no_labels(values: "pa.ChunkedArray", dataset: Dataset) -> int | None:
    labels = set(dataset.labels)
    each = enumerate(values.to_pylist())
    return next((row for row, names in each if not labels.issuperset(names)), None)


def _no_box(values: "pa.ChunkedArray", dataset: Dataset) -> int | None:
    labels = set(dataset.labels)
    for row, boxes in enumerate(values.to_pylist()):
        for box in boxes:
            corners = box["box_xyxy_px"]
            if len(corners) != 4 or not _is_ordered(corners) or box["label"] not in labels:
                return row
    return None


def _is_ordered(corners: "list[float]") -> bool:
    left, top, right, bottom = corners
    return -math.inf < left < right < math.inf and -math.inf < top < bottom < math.inf


def _first(wrong: "pa.ChunkedArray") -> int | None:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and only where there is a dataset

    row: int = pc.index(wrong, True).as_py()
    return None if row < 0 else row


@dataclass(frozen=True, slots=True)
class _Target:
    """What the targets of an answer kind must be; ``wrong`` gives the first row that is not."""

    fits: "Callable[[pa.DataType], bool]"
    hint: str
    wrong: "Callable[[pa.ChunkedArray, Dataset], int | None]" = _nothing


_TARGETS: Mapping[str, _Target] = {
    "label": _Target(_is_text, "It should be one of the task's labels.", _no_label),
    "labels": _Target(_is_keys, "It should be a list of the task's labels.", _no_labels),
    "real": _Target(_is_number, "Write a finite number, or remove the row.", _not_finite),
    "text": _Target(_is_text, "Write a text."),
    "image": _Target(_is_text, "Write the path of a picture."),
    "ranking": _Target(_is_keys, "Write a list of keys."),
    "passages": _Target(_is_keys, "Write a list of ids of documents."),
    "boxes": _Target(
        _is_boxes, "A box is [left, top, right, bottom] in pixels, and has a label.", _no_box
    ),
}
