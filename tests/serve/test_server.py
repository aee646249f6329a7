"""What real clients get from a server."""

import base64
import json
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tritonclient import http as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from contracts.test_families import rows_of
from contracts.test_runtime import plain
from daylight.core.errors import DataError
from daylight.core.kinds import INPUT_KINDS
from daylight.runtime.predictor import Predictor
from daylight.serve.wire import Tensor, numbers
from daylight.steps.dataset import benchmark
from daylight.steps.predict import open_model, searching
from daylight.tasks import TASKS
from serve.conftest import begin

PICTURES = "image-classification"


@pytest.fixture(scope="session")
def inputs(runs):
    """Three inputs of each task, as ``Predictor.predict`` takes them, and the answers to them."""
    found = {}
    for task, run in runs.items():
        rows = [plain(row) for row in rows_of(benchmark(run))[:3]]
        model = open_model(str(run.path))
        if model.kind.looked_up:
            model = searching(model, "", run.path)
        found[task] = rows, list(model.predictor.predict(rows))
    return found


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


@pytest.fixture
def client(server):
    with server.client() as made:
        yield made


@pytest.fixture
def picture(inputs):
    return Path(inputs[PICTURES][0][0]["image"]).read_bytes()


def sent(row, task):
    """An input as JSON carries it: files in base64."""
    if not INPUT_KINDS[TASKS[task].input].media:
        (value,) = row.values() if len(row) == 1 else [row]
        return value if TASKS[task].input in ("text", "history") else row
    (path,) = row.values()
    return base64.b64encode(Path(path).read_bytes()).decode()


def agree(found, expected):
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and agree([*found.values()], [*expected.values()])
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(agree, found, expected))
    if isinstance(expected, float):
        return found == pytest.approx(expected, abs=1e-5)
    return found == expected


def test_each_task_answers_over_http_as_its_package_does(client, inputs, task):
    rows, expected = inputs[task]
    asked = {"inputs": [sent(row, task) for row in rows]}
    found = client.post(f"/v1/models/{task}/predict", json=asked)
    assert found.status_code == 200, found.text
    assert found.json()["answers"] == json.loads(json.dumps(expected))


def tensor(name, values, binary):
    values = np.asarray(values)
    made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    made.set_data_from_numpy(values, binary_data=binary)
    return made


def tensors(rows, fields, binary):
    made = []
    for field in fields:
        values = [row[field.name] for row in rows]
        if field.type == "image":
            values = np.array([Path(path).read_bytes() for path in values], object)
        elif field.type == "keys":
            values = np.array([json.dumps(keys).encode() for keys in values], object)
        elif field.type in ("text", "category"):
            values = np.array([str(value).encode() for value in values], object)
        elif field.type == "number":
            values = np.array([np.nan if v is None else v for v in values], np.float64)
        made.append(tensor(field.name, values, binary))
    return made


def test_each_task_answers_tensors_to_the_client_of_triton(server, runs, inputs, task):
    rows, expected = inputs[task]
    program = Predictor.open(runs[task].package).package.program
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready(task)
        told = client.get_model_metadata(task)
        assert [each["name"] for each in told["inputs"]] == [f.name for f in program.fields]
        asked = tensors(rows, program.fields, True)
        outputs = [triton.InferRequestedOutput(each["name"]) for each in told["outputs"]]
        found = client.infer(task, asked, outputs=outputs, request_id="seven")
        assert found.get_response()["id"] == "seven"
        assert agree([json.loads(each) for each in found.as_numpy("answer")], expected)
        for each in told["outputs"]:
            values = found.as_numpy(each["name"])
            assert len(values) == 3
            sizes = zip(values.shape, each["shape"], strict=True)
            assert all(size in (said, size if said == -1 else said) for size, said in sizes)


def test_tensors_are_the_same_as_json_as_bytes_and_as_pixels(server, inputs):
    (row, *_), _ = inputs[PICTURES]
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        encoded = tensor("image", np.array([Path(row["image"]).read_bytes()], object), True)
        with Image.open(row["image"]) as image:
            pixels = tensor("image", np.asarray(image)[None], True)
            listed = tensor("image", np.asarray(image)[None], False)
        found = [
            client.infer(
                PICTURES,
                [given],
                outputs=[triton.InferRequestedOutput("probabilities", binary_data=binary)],
            ).as_numpy("probabilities")
            for given in (encoded, pixels, listed)
            for binary in (True, False)
        ]
    assert all(np.array_equal(each, found[0]) for each in found)


def test_the_client_of_triton_is_told_what_is_wrong(server):
    with triton.InferenceServerClient(f"127.0.0.1:{server.port}") as client:
        with pytest.raises(InferenceServerException, match="no input 'picture'"):
            client.infer(PICTURES, [tensor("picture", np.array([b""], object), True)])
        with pytest.raises(InferenceServerException, match="not a picture"):
            client.infer(PICTURES, [tensor("image", np.array([b"junk"], object), True)])
        with pytest.raises(InferenceServerException, match="Unknown model"):
            client.get_model_metadata(PICTURES + "s")


def test_curl_sends_a_file_a_form_and_a_text(server, inputs):
    (row, *_), expected = inputs[PICTURES]
    url = f"{server.url}/v1/models/{PICTURES}/predict"
    for given in (
        ["--data-binary", f"@{row['image']}", "-H", "Content-Type: image/png"],
        ["-F", f"file=@{row['image']}"],
    ):
        found = subprocess.run(["curl", "-sS", url, *given], capture_output=True, check=True)
        assert json.loads(found.stdout)["answers"] == json.loads(json.dumps(expected[:1]))
    (row, *_), expected = inputs["text-to-text"]
    url = f"{server.url}/v1/models/text-to-text/predict"
    text, kind = next(iter(row.values())), "Content-Type: text/plain; charset=utf-8"
    command = ["curl", "-sS", url, "--data-binary", text, "-H", kind]
    found = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(found.stdout)["answers"] == json.loads(json.dumps(expected[:1]))


def gigapixel():
    from zlib import compress, crc32

    def chunk(name, data):
        return len(data).to_bytes(4, "big") + name + data + crc32(name + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def infer(**changes):
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": ["x"], **changes}
    return {"json": {"inputs": [tensor]}}


PREDICT, INFER = f"/v1/models/{PICTURES}/predict", f"/v2/models/{PICTURES}/infer"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("path", "request_", "status", "says"),
    [
        (PREDICT, {"content": b""}, 400, "not a picture"),
        (PREDICT, {"content": gigapixel()}, 400, "million pixels"),
        (PREDICT, {"content": b"{", "headers": JSON}, 400, "no JSON"),
        (PREDICT, {"content": b"[" * 99_999, "headers": JSON}, 400, "no JSON"),
        (PREDICT, {"json": {"inputs": "no list"}}, 400, "no list"),
        (PREDICT, {"json": {"inputs": []}}, 400, "1 to 1,024 inputs"),
        (PREDICT, {"json": {"inputs": ["/etc/hostname"]}}, 400, "no base64"),
        (PREDICT, {"json": "etc"}, 400, "no base64"),
        (PREDICT, {"content": b"--x\r\nnonsense", "headers": FORM}, 400, ""),
        (PREDICT, {"content": b"--x--\r\n", "headers": FORM}, 400, "no file"),
        (PREDICT, {"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, 400, ""),
        (INFER, {"content": b"{}"}, 400, "inputs"),
        (INFER, {"content": b"\xff"}, 400, "Open Inference"),
        (INFER, {"json": {"inputs": []}}, 400, "'image' is missing"),
        (INFER, infer(datatype="STRING"), 400, "Unknown datatype"),
        (INFER, infer(datatype="FP32", data=[1.0]), 400, "does not take FP32"),
        (INFER, infer(shape=[2]), 400, "its shape says 2"),
        (INFER, infer(shape=[-1]), 400, "has the shape"),
        (INFER, infer(shape=[]), 400, "has the shape"),
        (INFER, infer(shape=[0], data=[]), 400, "1 to 1,024 rows"),
        (INFER, infer(data=[1]), 400, "no text"),
        (INFER, infer(parameters={"binary_data_size": 7}), 400, "fewer bytes"),
        (INFER, infer(datatype="UINT8", shape=[1, 2, 2], data=[1, 2, 3, 256]), 400, "range"),
        (INFER, infer(datatype="UINT8", shape=[1, 2, 2], data=[1, 2, 3]), 400, "shape"),
        (INFER, {"json": {}, "headers": {"Inference-Header-Content-Length": "x"}}, 400, "number"),
        (INFER, {"content": b"{}", "headers": {"Inference-Header-Content-Length": "9"}}, 400, ""),
        ("/v2/models/none/infer", {"json": {}}, 404, "none"),
        (f"/v2/models/{PICTURES}/versions/7/infer", {"json": {}}, 404, "no version"),
        ("/v2/repository/models/none/load", {}, 404, "none"),
        ("/nowhere", {}, 404, ""),
        ("/health", {}, 405, ""),
    ],
)
def test_what_cannot_be_answered_is_refused_and_named(
    client, path, request_, status, says, picture
):
    found = client.post(path, **request_)
    assert (found.status_code, says in found.json()["error"]) == (status, True), found.text
    assert client.post(PREDICT, content=picture).status_code == 200


@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "1e999", '"x"', "{}", "true"])
def test_numbers_that_are_none_are_refused(client, inputs, value):
    (row, *_), _ = inputs["row-to-real"]
    name = next(name for name, each in row.items() if isinstance(each, float | int))
    tensors = [
        {
            "name": each,
            "shape": [1],
            "datatype": "FP64" if isinstance(given, float | int) else "BYTES",
            "data": [given],
        }
        for each, given in row.items()
        if each != name
    ]
    text = json.dumps({"inputs": tensors})[:-2] + (", " if tensors else "")
    text += f'{{"name": "{name}", "shape": [1], "datatype": "FP64", "data": [{value}]}}]}}'
    found = client.post("/v2/models/row-to-real/infer", content=text)
    assert found.status_code == 400, found.text


def answered(server, *parts):
    """All that a server says to some bytes before it closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.01)
        return b"".join(iter(lambda: client.recv(9999), b""))


HEAD = b"GET /health HTTP/1.1\r\nHost: x\r\n"


def test_truth_values_are_tensors_too():
    told = Tensor(name="a", shape=[2], datatype="BOOL", data=[True, False])
    assert numbers(told, [2]).tolist() == [True, False]
    with pytest.raises(DataError, match="no number"):
        numbers(Tensor(name="a", shape=[1], datatype="BOOL", data=[1]), [1])


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([HEAD + b"A: " + b"x" * 100_000 + b"\r\n\r\n"], b"431"),
        ([HEAD + b"A: ", *[b"x" * 11_000] * 6], b"431"),
        ([b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"], b"431"),
        ([HEAD], b"408"),
        ([HEAD + b"\r\n", b"GET /health"], b"408"),
        ([b"nonsense\r\n\r\n"], b"400"),
        ([HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], b"400"),
    ],
)
def test_heads_that_are_huge_slow_or_no_http_are_refused(server, parts, says):
    *_, last = answered(server, *parts).split(b"HTTP/1.1 ")
    assert last.startswith(says)
    assert b"connection: close" in last.lower()


def test_a_client_that_leaves_harms_nobody(server, client, picture):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as gone:
            head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n"
            gone.sendall(head.encode() + picture[:50])
    assert client.post(PREDICT, content=picture).status_code == 200


def test_metrics_count_requests_and_batches(client, picture):
    def count(name):
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    batches, requests = "daylight_batch_rows_count", "daylight_requests_total"
    before = count(batches), count(requests)
    client.post(PREDICT, content=picture)
    assert (count(batches), count(requests) > before[1]) == (before[0] + 1, True)


def test_the_log_has_each_request_and_no_input(server, client):
    secret = "a text that nobody may log"
    given = {"X-Request-Id": "mine-1"}
    found = client.post("/v1/models/text-to-text/predict", json={"inputs": [secret]}, headers=given)
    assert found.headers["X-Request-Id"] == "mine-1"
    forged = client.get("/health", headers={"X-Request-Id": "a b"})
    assert forged.headers["X-Request-Id"] != "a b"
    lines = []
    while not any(line.get("id") == "mine-1" for line in lines):  # written some at a time
        time.sleep(0.05)
        text = server.log.read_text()
        lines = [json.loads(line) for line in text.splitlines() if line[:1] == "{"]
    (line,) = [line for line in lines if line.get("id") == "mine-1"]
    assert (line["status"], line["path"]) == (200, "/v1/models/text-to-text/predict")
    assert secret not in server.log.read_text()


def test_the_document_describes_routes_that_exist(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method in methods:
            found = client.request(method, path)
            assert found.status_code not in (404, 405, 500), (method, path, found.text)


@pytest.fixture
def guarded(folder, runs):
    options = ["--rate", "5", "--max-body", "1kB", "--allow-origin", "https://example.org"]
    keys = {"DAYLIGHT_API_KEYS": "first, second"}
    started = begin(folder, {PICTURES: runs[PICTURES].path}, *options, environment=keys)
    yield started
    started.stop()


def test_keys_rates_sizes_and_origins_are_kept_to(guarded):
    with guarded.client() as client:
        assert client.get("/health").status_code == 200
        for given in ({}, {"Authorization": "Bearer third"}, {"X-API-Key": "first, second"}):
            found = client.get("/v1/models", headers=given)
            assert (found.status_code, found.headers["WWW-Authenticate"]) == (401, "Bearer")
        key = {"Authorization": "Bearer second"}
        origin = {"Origin": "https://example.org"}
        found = client.get("/v1/models", headers={**key, **origin})
        assert found.headers["access-control-allow-origin"] == origin["Origin"]
        other = client.get("/v1/models", headers={**key, "Origin": "https://example.net"})
        assert "access-control-allow-origin" not in other.headers
        large = client.post(PREDICT, content=b"x" * 2000, headers=key)
        assert (large.status_code, "1,000 bytes" in large.text) == (413, True)
        chunked = client.post(PREDICT, content=iter([b"x" * 700, b"x" * 700]), headers=key)
        assert chunked.status_code == 413
        found = [client.get("/v1/models", headers=key) for _ in range(8)]
        assert [each.status_code for each in found].count(429) >= 1
        refused = next(each for each in found if each.status_code == 429)
        assert int(refused.headers["Retry-After"]) >= 1
        assert client.get("/v1/models", headers={"X-API-Key": "first"}).status_code == 200
