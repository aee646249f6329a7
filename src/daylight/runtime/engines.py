"""What runs a graph: ONNX Runtime, or OpenVINO where it computes in bfloat16.

OpenVINO's float32 was measured slower than ONNX Runtime's, so it has no part in it.
"""

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from daylight.core.errors import IntegrityError, MissingExtraError
from daylight.runtime import threads

if TYPE_CHECKING:
    from daylight.core.types import Array

Precision = Literal["float32", "bfloat16"]
Graph: TypeAlias = "Callable[[Sequence[Array]], Sequence[Array]]"


_UNUSABLE = (
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
)


def open_graph(data: bytes, *, name: str, precision: Precision = "float32") -> Graph:
    """Loads a graph from memory, so that it cannot reach for files beside it.

    Args:
        data: An ONNX model without external data.
        name: For messages.
        precision: What it was evaluated in; processors without bfloat16 answer in float32.

    Raises:
        IntegrityError: It is no ONNX model that this engine runs.
        MissingExtraError: It needs OpenVINO, which is not installed.
    """
    return _in_bfloat16(data, name) if precision == "bfloat16" else _in_float32(data, name)


def _in_float32(data: bytes, name: str) -> Graph:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if number := threads.limit():
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


def _in_bfloat16(data: bytes, name: str) -> Graph:
    try:
        import openvino  # noqa: PLC0415 - 180 MB that most do without
    except ModuleNotFoundError:
        raise MissingExtraError(
            f"{name} is to be computed in bfloat16, which needs OpenVINO.",
            hint="pip install 'daylight[openvino]'; or use the package that it was made of.",
            library="openvino",
        ) from None
    cores = os.cpu_count() or 1
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16",
        "INFERENCE_NUM_THREADS": cores,
        "NUM_STREAMS": cores if threads.limit() else 1,
    }
    core = openvino.Core()
    try:
        compiled = core.compile_model(core.read_model(model=data), "CPU", settings)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise IntegrityError(f"{name} cannot be run: {reason}.") from error
    own = threading.local()

    def run(values: Sequence["Array"]) -> Sequence["Array"]:
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        return list(own.request.infer(list(values)).to_tuple())

    return run
