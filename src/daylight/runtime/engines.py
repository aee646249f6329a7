"""What runs a graph: ONNX Runtime."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from daylight.core.errors import IntegrityError

if TYPE_CHECKING:
    from daylight.core.types import Array

Graph: TypeAlias = "Callable[[Sequence[Array]], Sequence[Array]]"


_threads: ContextVar[int] = ContextVar("threads", default=0)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Has programs opened within use so many threads each; 0 is as many as there are cores.

    For who runs several at the same time: threads of a graph that waits do not spin.
    """
    before = _threads.set(number)
    try:
        yield
    finally:
        _threads.reset(before)


def thread_count() -> int:
    """The threads that a program which is opened now may use."""
    return _threads.get() or os.cpu_count() or 1


_UNUSABLE = (
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
)


def open_graph(data: bytes, *, name: str) -> Graph:
    """Loads a graph from memory, so that it cannot reach for files beside it.

    Args:
        data: An ONNX model without external data.
        name: For messages.

    Raises:
        IntegrityError: It is no ONNX model that this engine runs.
    """
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if number := _threads.get():
        options.intra_op_num_threads = number
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except _UNUSABLE as error:
        reason = str(error).strip().splitlines()[-1]
        raise IntegrityError(f"{name} cannot be run: {reason}.") from error
    names = [each.name for each in session.get_inputs()]

    def run(values: Sequence["Array"]) -> Sequence["Array"]:
        outputs: Sequence[Array] = session.run(None, dict(zip(names, values, strict=True)))
        return outputs

    return run
