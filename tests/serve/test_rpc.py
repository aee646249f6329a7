"""The protocol over gRPC, as the client of Triton speaks it."""

import json

import grpc
import numpy as np
import pytest
from tritonclient import grpc as triton
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from contracts.test_families import rows_of
from daylight.serve.messages import MESSAGES
from daylight.steps.dataset import benchmark
from serve.conftest import begin, free_port

PICTURES, ROWS = "image-classification", "row-to-real"


@pytest.fixture(scope="module")
def address(folder, runs):
    port = free_port()
    places = {name: runs[name].path for name in (PICTURES, ROWS)}
    keys = {"DAYLIGHT_API_KEYS": "key"}
    started = begin(folder, places, "--grpc-port", str(port), environment=keys)
    yield started, f"127.0.0.1:{port}"
    started.stop()


@pytest.fixture
def client(address):
    with triton.InferenceServerClient(address[1]) as made:
        yield made


KEY = {"authorization": "Bearer key"}


def tensor(name, values):
    made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    return made.set_data_from_numpy(values)


def test_grpc_and_http_give_the_same_answers(client, address, runs):
    with open(rows_of(benchmark(runs[PICTURES]))[0]["image"], "rb") as file:  # noqa: PTH123
        picture = file.read()
    with address[0].client(headers=KEY) as web:
        expected = web.post(f"/v1/models/{PICTURES}/predict", content=picture).json()["answers"]
        about = web.get(f"/v2/models/{PICTURES}").json()
    assert client.is_server_live(headers=KEY)
    assert client.is_server_ready(headers=KEY)
    assert client.is_model_ready(PICTURES, headers=KEY)
    told = client.get_model_metadata(PICTURES, headers=KEY, as_json=True)
    assert [each["name"] for each in told["outputs"]] == [each["name"] for each in about["outputs"]]
    given = [tensor("image", np.array([picture, picture], object))]
    outputs = [triton.InferRequestedOutput(name) for name in ("probabilities", "answer")]
    found = client.infer(PICTURES, given, outputs=outputs, request_id="7", headers=KEY)
    assert found.get_response().id == "7"
    assert [json.loads(each) for each in found.as_numpy("answer")] == expected * 2
    assert found.as_numpy("probabilities").shape == (2, 3)


def test_what_is_wrong_has_a_status_and_a_reason(client):
    with pytest.raises(InferenceServerException, match="UNAUTHENTICATED"):
        client.get_server_metadata()
    with pytest.raises(InferenceServerException, match="NOT_FOUND"):
        client.get_model_metadata("none", headers=KEY)
    junk = [tensor("image", np.array([b"junk"], object))]
    with pytest.raises(InferenceServerException, match=r"INVALID_ARGUMENT.*not a picture"):
        client.infer(PICTURES, junk, headers=KEY)
    with pytest.raises(InferenceServerException, match=r"DEADLINE_EXCEEDED|Deadline Exceeded"):
        client.infer(PICTURES, junk, headers=KEY, client_timeout=1e-4)


def test_values_in_fields_of_their_type_are_read(address, runs):
    row = rows_of(benchmark(runs[ROWS]))[0]
    inputs = []
    for name, value in row.items():
        number = isinstance(value, float | int)
        field, values = (
            ("fp64_contents", [value]) if number else ("bytes_contents", [value.encode()])
        )
        kind = "FP64" if number else "BYTES"
        inputs.append({"name": name, "datatype": kind, "shape": [1], "contents": {field: values}})
    request = MESSAGES["ModelInferRequest"](model_name=ROWS, inputs=inputs)
    with grpc.insecure_channel(address[1]) as channel:
        ask = channel.unary_unary(
            "/inference.GRPCInferenceService/ModelInfer",
            request_serializer=service_pb2.ModelInferRequest.SerializeToString,
            response_deserializer=service_pb2.ModelInferResponse.FromString,
        )
        theirs = service_pb2.ModelInferRequest.FromString(request.SerializeToString())
        found = ask(theirs, metadata=list(KEY.items()))
    assert found.outputs[0].name == "value"
    assert len(found.raw_output_contents[0]) == 4


@pytest.mark.parametrize(
    "name", [name for name in MESSAGES if name.endswith(("Request", "Response"))]
)
def test_the_messages_have_the_fields_of_the_protocol(name):
    def fields(descriptor):
        return {
            each.name: (
                each.number,
                each.type,
                each.is_repeated,
                each.message_type and fields(each.message_type),
            )
            for each in descriptor.fields
            if "Metadata" not in descriptor.name or each.name != "parameters"
        }

    ours, theirs = fields(MESSAGES[name].DESCRIPTOR), fields(getattr(service_pb2, name).DESCRIPTOR)
    assert ours == theirs
