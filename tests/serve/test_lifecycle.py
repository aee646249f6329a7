"""Revisions that come while others answer, signals, and how a server ends."""

import base64
import shutil
import signal
import threading
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from contracts.test_families import rows_of
from daylight.steps.dataset import benchmark
from serve.conftest import begin, train

PICTURES = "image-classification"
PREDICT = f"/v1/models/{PICTURES}/predict"


@pytest.fixture
def picture(own):
    return Path(rows_of(benchmark(own[1]))[0]["image"]).read_bytes()


@pytest.fixture
def own(folder, tmp_path):
    """A server of a run that may be changed."""
    run = train(PICTURES, tmp_path / "run", "decision-tree")
    started = begin(folder, {PICTURES: run.path})
    yield started, run
    started.process.kill()
    started.process.wait()


def test_a_new_revision_takes_over_without_a_request_lost(own, picture):
    server, run = own
    with server.client() as client:
        version = client.get("/v1/models").json()["models"][0]["version"]
        failed, seen, done = [], set(), threading.Event()

        def ask():
            with server.client() as other:
                while not done.is_set():
                    found = other.post(PREDICT, content=picture)
                    if found.status_code != 200:
                        failed.append(found.text)
                    else:
                        seen.add(found.json()["version"])

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for each in threads:
            each.start()
        try:
            newer = train(PICTURES, run.path.with_name("newer"), "random-forest")
            shutil.rmtree(run.package)
            shutil.copytree(newer.package, run.package)
            loaded = client.post(f"/v2/repository/models/{PICTURES}/load").json()
            while loaded["version"] not in seen:
                time.sleep(0.01)
        finally:
            done.set()
            for each in threads:
                each.join()
        assert failed == []
        assert seen == {version, loaded["version"]}
        (run.package / "labels.json").write_text("[]")
        refused = client.post(f"/v2/repository/models/{PICTURES}/load")
        assert (refused.status_code, "labels.json" in refused.text) == (500, True)
        assert client.post(PREDICT, content=picture).json()["version"] == loaded["version"]
        client.post(f"/v2/repository/models/{PICTURES}/unload")
        assert client.get("/v2/health/ready").status_code == 503
        assert client.post(PREDICT, content=picture).status_code == 404


def test_a_revision_that_cannot_be_loaded_is_told_and_the_old_one_stays(own, picture):
    server, run = own
    (run.package / "labels.json").write_text("[]")
    server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 30
    while "not loaded" not in server.log.read_text():
        assert time.monotonic() < until, server.log.read_text()
        time.sleep(0.05)
    assert "labels.json" in server.log.read_text()
    with server.client() as client:
        assert client.post(PREDICT, content=picture).status_code == 200


def test_a_loaded_model_needs_its_folder_no_longer(own, picture):
    server, run = own
    shutil.rmtree(run.path)
    with server.client() as client:
        assert client.post(PREDICT, content=picture).status_code == 200
        assert client.get(f"/v1/models/{PICTURES}").json()["card"]
        assert client.get("/openapi.json").status_code == 200
        assert client.get(f"/v2/models/{PICTURES}").status_code == 200


def test_more_than_can_be_answered_in_time_is_refused_at_once(folder, own, picture):
    _, run = own
    hurried = begin(folder, {PICTURES: run.path}, "--latency", "1ms")
    body = {"inputs": [base64.b64encode(picture).decode()] * 200}
    found = []

    def ask():
        with hurried.client() as client:
            found.extend(client.post(PREDICT, json=body) for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    refused = [each for each in found if each.status_code != 200]
    assert {each.status_code for each in refused} == {503}
    assert all(int(each.headers["Retry-After"]) >= 1 for each in refused)
    assert all("Ask again later" in each.json()["hint"] for each in refused)
    assert len(refused) < len(found)
    with hurried.client() as client:
        assert client.post(PREDICT, content=picture).status_code == 200
    assert hurried.stop() == 0


def test_on_sigterm_what_was_begun_is_answered(own, picture):
    server, _ = own
    many = {"inputs": [base64.b64encode(picture).decode()] * 1000}
    found = []

    def ask():
        with server.client() as client:
            found.append(client.post(PREDICT, json=many))

    asking = threading.Thread(target=ask)
    asking.start()
    with server.client() as client:
        while "daylight_queued_rows" not in client.get("/metrics").text:
            time.sleep(0.01)
    time.sleep(0.05)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0, server.log.read_text()
    asking.join()
    assert found[0].status_code == 200
    assert len(found[0].json()["answers"]) == 1000
    with pytest.raises(httpx.ConnectError), server.client() as client:
        client.get("/health")


def test_what_cannot_be_served_is_said_before_anything_listens(folder, tmp_path):
    for places, options, says in (
        ({"a": tmp_path}, (), "is not a package"),
        ({"a": folder / PICTURES}, ("--host", "192.0.2.1"), "Cannot listen"),
    ):
        with pytest.raises(AssertionError, match=says):
            begin(tmp_path, places, *options)
