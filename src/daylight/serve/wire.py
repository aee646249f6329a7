"""Tensors as the Open Inference Protocol sends them, in JSON or as bytes.

Source: Open Inference Protocol, version 2 (required API and tensor data), and its extension for
binary tensor data.
"""

import base64
import binascii
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from daylight.core.errors import DataError

if TYPE_CHECKING:
    from daylight.core.types import Array

DTYPES = {
    "BOOL": "?",
    "UINT8": "<u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "INT8": "<i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
_NUMBERS = {True: (bool,), False: (int, float)}
NAMES = {np.dtype(code): name for name, code in DTYPES.items()}


class Tensor(msgspec.Struct):
    """A tensor as it travels.

    Attributes:
        data: In row-major order; flat or nested as JSON, or bytes as the binary extension lays
            them out.
    """

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = {}
    data: Any = None


class Wanted(msgspec.Struct):
    """An output that the client asks for."""

    name: str
    parameters: dict[str, Any] = {}


def elements(tensor: Tensor, count: int) -> list[bytes]:
    """The values of a tensor of BYTES.

    Raises:
        DataError: There are not ``count`` of them, or they are no bytes.
    """
    if isinstance(tensor.data, bytes | memoryview):
        found = list(_split(bytes(tensor.data), tensor.name))
    else:
        flat = _flat(tensor.data)
        if not all(isinstance(each, str) for each in flat):
            raise DataError(f"{tensor.name!r} of BYTES holds what is no text.", hint="Give texts.")
        based = tensor.parameters.get("content_type") == "base64"
        found = [from_base64(each, tensor.name) if based else each.encode() for each in flat]
    if len(found) != count:
        raise DataError(
            f"{tensor.name!r} has {len(found):,} values, but its shape says {count:,}.",
            hint="Mend one of them.",
        )
    return found


def from_base64(text: str, name: str) -> bytes:
    """Bytes of base64, or of a data URI that is in base64.

    Raises:
        DataError: It is neither.
    """
    try:
        encoded = text.partition(",")[2] if text.startswith("data:") else text
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise DataError(f"{name!r} is no base64.", hint="Encode the file's bytes so.") from None


def _split(data: bytes, name: str) -> Iterator[bytes]:
    """Elements of BYTES in the binary extension: each after its length, of 4 bytes."""
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise DataError(f"{name!r} ends within a length.", hint="It was cut short.")
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if at + length > len(data):
            raise DataError(f"{name!r} ends within a value.", hint="It was cut short.")
        yield data[at : at + length]
        at += length


def _flat(data: Any) -> list[Any]:
    flat, rest = [], [data] if not isinstance(data, list) else list(data)[::-1]
    while rest:
        each = rest.pop()
        if isinstance(each, list):
            rest += each[::-1]
        else:
            flat.append(each)
    return flat


def numbers(tensor: Tensor, shape: Sequence[int]) -> "Array":
    """The values of any other tensor.

    Raises:
        DataError: They are no such numbers, or not as many as the shape says.
    """
    code = DTYPES.get(tensor.datatype)
    if code is None:
        known = ", ".join([*DTYPES, "BYTES"])
        raise DataError(f"Unknown datatype {tensor.datatype!r}.", hint=f"Known: {known}.")
    try:
        if isinstance(tensor.data, bytes | memoryview):
            values = np.frombuffer(tensor.data, code)
        else:
            kind = np.dtype(code).kind
            flat = [np.nan if each is None else each for each in _flat(tensor.data)]
            if any(type(each) not in _NUMBERS[kind == "b"] for each in flat):
                raise ValueError("it holds what is no number")
            values = np.array(flat, None if flat and kind != "f" else code)
            if kind in "iu" and values.dtype.kind == "f":
                raise ValueError("it holds fractions")
            info = np.iinfo(code) if kind in "iu" else None
            if info and len(values) and not info.min <= values.min() <= values.max() <= info.max:
                raise ValueError("it holds a number out of range")
            values = values.astype(code)
        return values.reshape(shape)
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{tensor.name!r} is no {tensor.datatype} of shape {list(shape)}: {error}.",
            hint="Shape, datatype and data must fit together.",
        ) from None


def datatype(values: "Array") -> str:
    """The protocol's name of an array's type."""
    return "BYTES" if values.dtype == object else NAMES[values.dtype]


def packed(values: "Array") -> bytes:
    """An array as the binary extension lays it out."""
    if values.dtype == object:
        return b"".join(struct.pack("<I", len(each)) + each for each in values.flat)
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def as_json(values: "Array") -> list[Any]:
    """An array as JSON has it: flat, in row-major order; what is no number is ``None``."""
    if values.dtype == object:
        return [each.decode() for each in values.flat]
    return [None if value != value else value for value in values.reshape(-1).tolist()]  # noqa: PLR0124 - NaN


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of ``infer``.

    Attributes:
        id: The client's own name of it; empty if it has none.
        tensors: With their data.
        wanted: The outputs asked for; none is all.
        binary: Whether outputs are bytes where it is not said of each.
    """

    id: str
    tensors: list[Tensor]
    wanted: list[Wanted]
    binary: bool


class _Request(msgspec.Struct):
    inputs: list[Tensor]
    id: str = ""
    parameters: dict[str, Any] = {}
    outputs: list[Wanted] = []


_decoder = msgspec.json.Decoder(_Request)


def parse(body: bytes, header_bytes: int | None) -> Asked:
    """Reads a request of ``infer``.

    Args:
        body: JSON, and after it the tensors that are sent as bytes.
        header_bytes: Length of the JSON, from ``Inference-Header-Content-Length``.

    Raises:
        DataError: It is no such request.
    """
    length = len(body) if header_bytes is None else header_bytes
    try:
        request = _decoder.decode(memoryview(body)[:length])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            f"The request is not of the Open Inference Protocol: {error}.",
            hint='Such as {"inputs": [{"name": …, "shape": [1], "datatype": …, "data": […]}]}.',
        ) from None
    at = length
    for tensor in request.inputs:
        size = tensor.parameters.get("binary_data_size")
        if size is None:
            continue
        if type(size) is not int or size < 0 or at + size > len(body):
            raise DataError(
                f"{tensor.name!r} has fewer bytes than it says.", hint="Mend the sizes."
            )
        tensor.data = body[at : at + size]
        at += size
    if at != len(body):
        raise DataError("The request has more bytes than its tensors.", hint="Mend the sizes.")
    binary = request.parameters.get("binary_data_output") is True
    return Asked(request.id, request.inputs, request.outputs, binary)


def answer(asked: Asked, found: Sequence[tuple[str, "Array"]]) -> tuple[dict[str, Any], bytes]:
    """The JSON of an answer, and the bytes that follow it."""
    binary = {
        each.name: each.parameters.get("binary_data", asked.binary) is True for each in asked.wanted
    }
    outputs, parts = [], []
    for name, values in found:
        output = {"name": name, "datatype": datatype(values), "shape": values.shape}
        if binary.get(name, asked.binary):
            parts.append(packed(values))
            output["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            output["data"] = as_json(values)
        outputs.append(output)
    head = {"outputs": outputs, **({"id": asked.id} if asked.id else {})}
    return head, b"".join(parts)
