"""What every server does with a picture, written as its users would: Pillow and ONNX Runtime."""

import io
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image


class Graph:
    """A package's graph without Daylight.

    Args:
        package: Its folder.
        threads: Of the session; 0 is ONNX Runtime's default.
    """

    def __init__(self, package: str, threads: int) -> None:
        folder = Path(package)
        [graph] = folder.glob("*.onnx")
        options = ort.SessionOptions()
        if threads:
            options.intra_op_num_threads = threads
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(str(graph), options)
        self.name = self.session.get_inputs()[0].name
        self.labels = json.loads((folder / "labels.json").read_text())
        nodes = json.loads((folder / "program.json").read_text())["nodes"]
        self.size = next(n["parameters"] for n in nodes if n["operation"] == "image")

    def read(self, data: bytes) -> np.ndarray:
        """A picture as uint8 ``(height, width, channels)``."""
        mode = "L" if self.size["mode"] == "gray" else "RGB"
        with Image.open(io.BytesIO(data)) as image:
            shape = (self.size["width"], self.size["height"])
            pixels = np.asarray(image.convert(mode).resize(shape))
        return pixels.reshape(*shape[::-1], -1)

    def answer(self, pixels: np.ndarray) -> list[dict]:
        """Labels with their probabilities, for each picture of a batch."""
        rows = self.session.run(None, {self.name: pixels})[0]
        return [
            {"label": self.labels[int(row.argmax())], "probabilities": row.tolist()} for row in rows
        ]
