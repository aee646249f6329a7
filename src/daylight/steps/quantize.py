"""Graphs in integers of 8 bits.

Source: Jacob et al., arXiv:1712.05877, as ONNX Runtime quantises: static, per channel, with ranges
from real inputs.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daylight.core.types import Array


ROWS = 32
"""That go through at a time; what is between all layers is kept of each."""


def quantized(graph: bytes, inputs: "Sequence[Array]") -> bytes:
    """A graph whose layers compute in int8, where it has any that can.

    Args:
        graph: An ONNX model in float32.
        inputs: Values for its inputs, from which the ranges between layers are taken.
    """
    import onnxruntime as ort  # noqa: PLC0415 - a second, only to export
    from onnxruntime.quantization import (  # noqa: PLC0415
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: PLC0415

    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]

    class Inputs(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._starts = iter(range(0, len(inputs[0]), ROWS))

        def get_next(self) -> "dict[str, Array] | None":
            start = next(self._starts, None)
            if start is None:
                return None
            parts = (values[start : start + ROWS] for values in inputs)
            return dict(zip(names, parts, strict=True))

    with tempfile.TemporaryDirectory() as folder:
        plain, ready, made = (Path(folder) / name for name in ("plain", "ready", "made"))
        plain.write_bytes(graph)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            made,
            Inputs(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return made.read_bytes()
