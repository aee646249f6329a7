"""Nothing that a run leaves on a disk can run code when it is read."""

import io

import msgspec
import numpy as np
import onnx
import pytest
from PIL import Image
from safetensors.numpy import load

from daylight.core.errors import IntegrityError
from daylight.runtime.engines import open_graph

OPERATORS = {"", "ai.onnx.ml"}
"""ONNX's own; any other domain is a library of somebody's."""


def check_json(data):
    msgspec.json.decode(data)


def check_lines(data):
    for line in data.splitlines():
        msgspec.json.decode(line)


def check_html(data):
    assert data.decode("utf-8").lower().startswith("<!doctype html")


def check_card(data):
    assert data.decode("utf-8").startswith("---\n")


def check_picture(data):
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        image.load()
        assert set(image.info) == set(), "a text, a place or a time beside the pixels"


def check_safetensors(data):
    assert load(data)


def check_graph(data):
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model)
    assert {node.domain for node in model.graph.node} <= OPERATORS
    assert not model.functions
    for tensor in model.graph.initializer:
        assert tensor.data_location == onnx.TensorProto.DEFAULT, "weights in another file"


def check_empty(data):
    assert data == b""


FORMATS = {
    "": check_empty,  # .lock, which one process at a time holds
    ".json": check_json,
    ".jsonl": check_lines,
    ".html": check_html,
    ".md": check_card,
    ".safetensors": check_safetensors,
    ".onnx": check_graph,
    ".png": check_picture,
}


def test_every_file_of_a_run_is_data_of_a_known_format(run):
    for path in (path for path in run.path.rglob("*") if path.is_file()):
        if path.suffix == ".npy":  # an array of objects would be a pickle
            assert not np.load(path, mmap_mode="r", allow_pickle=False).dtype.hasobject
        else:
            FORMATS[path.suffix](path.read_bytes())


def test_a_graph_that_keeps_its_weights_elsewhere_is_refused(tmp_path):
    tensor = onnx.numpy_helper.from_array(np.zeros(4, np.float32), "w")
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["rows", 4])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["rows", 4])],
        [tensor],
    )
    opsets = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)
    [result] = open_graph(model.SerializeToString(), name="g")([np.ones((1, 4), np.float32)])
    assert (result == 1).all()
    (tmp_path / "secret").write_bytes(np.ones(4, np.float32).tobytes())
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], tmp_path / "secret")
    model.graph.initializer[0].ClearField("raw_data")
    model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    with pytest.raises(IntegrityError):
        open_graph(model.SerializeToString(), name="g")
