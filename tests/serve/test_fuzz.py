"""Whatever is sent, a server answers in words, with a status that blames the right side."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daylight.serve.wire import DTYPES
from daylight.tasks import TASKS

FAIR = {200, 400, 413, 415}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [
        "application/json",
        "text/plain",
        "application/octet-stream",
        "image/png",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "",
        "\x7f",
    ]
)
MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def client(server):
    with server.client() as made:
        yield made


def tensors(names):
    """Tensors that are nearly right: each part of them may be wrong."""
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from([*names, "other"]),
            "shape": st.lists(st.integers(-1, 3) | st.just(2**63), max_size=3) | ANY,
            "datatype": st.sampled_from([*DTYPES, "BYTES", "FP8"]),
            "data": st.lists(ANY, max_size=4) | ANY,
        },
        optional={
            "parameters": st.dictionaries(
                st.sampled_from(["binary_data_size", "content_type"]), ANY, max_size=2
            )
        },
    )


def asked(client, path, body, headers):
    found = client.post(path, content=body, headers=headers)
    assert found.status_code in FAIR, (found.status_code, found.text)
    said = found.json()
    assert (
        said["answers" if path.endswith("predict") else "outputs"]
        if found.is_success
        else said["error"]
    )


@pytest.mark.parametrize("task", TASKS)
def test_no_inference_request_is_a_fault_of_the_server(client, task):
    fields = [each["name"] for each in client.get(f"/v2/models/{task}").json()["inputs"]]
    request = st.fixed_dictionaries(
        {"inputs": st.lists(tensors(fields), max_size=4) | ANY},
        optional={
            "id": ANY,
            "outputs": ANY,
            "parameters": st.dictionaries(st.just("binary_data_output"), ANY, max_size=1),
        },
    )

    @MANY
    @given(request | ANY, st.binary(max_size=20), st.none() | st.integers(-5, 300))
    def send(value, after, length):
        body = json.dumps(value).encode() + after
        headers = {"Inference-Header-Content-Length": str(length)} if length is not None else {}
        asked(client, f"/v2/models/{task}/infer", body, headers)

    send()
    assert client.get("/v2/health/ready").status_code == 200


@pytest.mark.parametrize("task", TASKS)
def test_no_plain_request_is_a_fault_of_the_server(client, task):
    @MANY
    @given(st.binary(max_size=200) | ANY.map(lambda value: json.dumps(value).encode()), TYPES)
    def send(body, kind):
        asked(client, f"/v1/models/{task}/predict", body, {"Content-Type": kind} if kind else {})

    send()
    assert client.get("/v2/health/ready").status_code == 200
