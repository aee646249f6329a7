"""Tensors of the Open Inference Protocol to the columns of a program, and back.

The fields of a program are the inputs, by name, and the first dimension is the row:

========================  ==============================================================
field                     tensor
========================  ==============================================================
image                     BYTES [rows], encoded pictures (base64 in JSON), or UINT8
                          [rows, height, width] or [rows, height, width, 3]
text, category            BYTES [rows], UTF-8
number                    any number [rows]; NaN is missing
keys                      BYTES [rows], each a list of keys in JSON
seed                      any whole number [rows]
========================  ==============================================================

Outputs are those of the answer kind, and what the package concludes from them. ``answer``, BYTES
[rows], is JSON as people get it; it is given where it is asked for by name, and where rows of an
output differ in length.
"""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from daylight.core.errors import DataError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns, Field, Program
from daylight.runtime.inputs import TEXT
from daylight.runtime.predictor import Predictions, Predictor
from daylight.serve.wire import NAMES, Tensor, Wanted, elements, numbers

if TYPE_CHECKING:
    from daylight.core.types import Array

ANSWER = "answer"


def described(predictor: Predictor) -> tuple[list[Any], list[Any]]:
    """The inputs and outputs of a model, as metadata tells them."""
    inputs = [
        {"name": field.name, "datatype": _datatype(field), "shape": [-1]}
        for field in predictor.package.program.fields
    ]
    outputs = []
    kind = ANSWER_KINDS[predictor.answer_kind]
    made = {name for node in predictor.package.program.nodes for name in node.outputs}
    added = {name: form for name, form in kind.concluded.items() if name in made}
    for name, form in {**kind.forms, **added}.items():
        if not form.ragged and form.dtype != "text":
            counts = {"labels": len(predictor.labels)}
            shape = [n if isinstance(n, int) else counts.get(n, -1) for n in form.dims]
            datatype = NAMES[np.dtype(form.dtype)]
            outputs.append({"name": name, "datatype": datatype, "shape": shape})
    outputs.append({"name": ANSWER, "datatype": "BYTES", "shape": [-1]})
    return inputs, outputs


def _datatype(field: Field) -> str:
    return {"number": "FP64", "seed": "INT64"}.get(field.type, "BYTES")


def to_columns(program: Program, tensors: Sequence[Tensor], *, max_rows: int) -> Columns:
    """Checks tensors and makes columns of them.

    Raises:
        DataError: A tensor lacks, is of the wrong type or shape, or holds what is no value.
    """
    given = {tensor.name: tensor for tensor in tensors}
    known = [field.name for field in program.fields]
    hint = f"Inputs are {', '.join(known)}; see the model's metadata."
    if len(given) < len(tensors):
        raise DataError("An input is given twice.", hint=hint)
    if unknown := sorted(given.keys() - set(known)):
        raise DataError(f"There is no input {unknown[0]!r}.", hint=hint)
    if missing := [name for name in known if name not in given]:
        raise DataError(f"The input {missing[0]!r} is missing.", hint=hint)
    columns = {field.name: _column(field, given[field.name]) for field in program.fields}
    counts = {len(column) for column in columns.values()}
    if len(counts) > 1:
        raise DataError("Inputs differ in their number of rows.", hint=hint)
    if not 1 <= (rows := counts.pop()) <= max_rows:
        raise DataError(
            f"A request has 1 to {max_rows:,} rows, not {rows:,}.", hint="Ask in parts."
        )
    return columns


def _column(field: Field, tensor: Tensor) -> Column:
    shape = tensor.shape
    if not shape or any(not isinstance(n, int) or n < 0 for n in shape):
        raise DataError(f"{tensor.name!r} has the shape {shape}.", hint="Such as [1].")
    pixels = field.type == "image" and tensor.datatype == "UINT8"
    if not pixels and prod(shape) != shape[0]:
        raise DataError(f"{tensor.name!r} has the shape {shape}.", hint="It has one value a row.")
    if tensor.datatype == "BYTES":
        return _of_bytes(field, elements(tensor, shape[0]))
    values = numbers(tensor, shape)
    if pixels:
        return _pixels(values, tensor.name)
    flat = values.reshape(-1)
    if field.type == "number":
        if np.isinf(flat.astype(np.float64)).any():
            raise DataError(f"{tensor.name!r} holds infinity.", hint="NaN stands for missing.")
        return Column(flat.astype(np.float64))
    if field.type == "seed" and flat.dtype.kind in "iu" and (flat >= 0).all():
        return Column(flat.astype(np.int64))
    raise DataError(
        f"{tensor.name!r} does not take {tensor.datatype} of these values.",
        hint=f"It takes {_datatype(field)}.",
    )


def _pixels(values: "Array", name: str) -> Column:
    if values.ndim not in (3, 4) or (values.ndim == 4 and values.shape[3] not in (1, 3)):
        raise DataError(
            f"{name!r} has the shape {list(values.shape)}.",
            hint="Pixels are [rows, height, width] or [rows, height, width, 3].",
        )
    if 0 in values.shape[1:]:
        raise DataError(f"{name!r} has pictures without pixels.", hint="Leave them out.")
    if values.shape[-1] == 1 and values.ndim == 4:
        values = values[..., 0]
    pictures = np.empty(len(values), object)
    pictures[:] = list(values)
    return Column(pictures)


def _of_bytes(field: Field, elements: Sequence[bytes]) -> Column:
    if field.type == "image":
        pictures = np.empty(len(elements), object)
        pictures[:] = elements
        return Column(pictures)
    try:
        texts = [element.decode("utf-8") for element in elements]
    except UnicodeDecodeError:
        raise DataError(
            f"{field.name!r} holds a text that is no UTF-8.", hint="Encode it so."
        ) from None
    if field.type in ("text", "category"):
        return Column(np.array(texts, dtype=TEXT))
    if field.type == "keys":
        return _keys(field, texts)
    raise DataError(f"{field.name!r} takes no BYTES.", hint=f"It takes {_datatype(field)}.")


def _keys(field: Field, texts: Sequence[str]) -> Column:
    try:
        lists = [msgspec.json.decode(text, type=list[str]) for text in texts]
    except msgspec.MsgspecError as error:
        raise DataError(
            f"{field.name!r} is no list of keys in JSON: {error}.", hint='Such as ["a", "b"].'
        ) from None
    keys = np.array([key for each in lists for key in each], dtype=TEXT)
    return Column(keys, np.cumsum([0, *map(len, lists)], dtype=np.int64))


def to_tensors(found: Predictions, wanted: Sequence[Wanted]) -> list[tuple[str, "Array"]]:
    """The outputs that a client asks for, or all; texts are arrays of objects that hold bytes.

    Raises:
        DataError: There is no such output.
    """
    dense = {n: c.values for n, c in found.columns.items() if c.offsets is None}
    tensors = {n: v for n, v in dense.items() if v.dtype in NAMES}
    names = [each.name for each in wanted] or [
        *tensors,
        *([] if len(tensors) == len(found.columns) else [ANSWER]),
    ]
    for name in names:
        if name != ANSWER and name not in tensors:
            known = ", ".join([*tensors, ANSWER])
            raise DataError(f"There is no output {name!r}.", hint=f"Outputs are {known}.")
    return [(name, _answers(found) if name == ANSWER else tensors[name]) for name in names]


def _answers(found: Predictions) -> "Array":
    texts = np.empty(len(found), object)
    texts[:] = [msgspec.json.encode(answer) for answer in found]
    return texts
