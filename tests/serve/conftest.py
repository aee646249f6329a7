"""A server in a process of its own, with a model of each task."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.steps.pipeline import advance, start
from daylight.tasks import TASKS
from tiny import FAST, TINY

PATIENCE_S = 60.0
SHAPES = str(Path(__file__).parents[1] / "shapes")
PATH = os.pathsep.join(filter(None, [SHAPES, os.environ.get("PYTHONPATH")]))


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@dataclass
class Server:
    """A server that answers."""

    process: subprocess.Popen
    port: int
    log: Path

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options):
        return httpx.Client(base_url=self.url, timeout=PATIENCE_S, trust_env=False, **options)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def begin(folder, places, *options, environment=None):
    """Starts a server and waits until it is ready."""
    port = free_port()
    log = folder / f"serve-{port}.log"
    given = [f"{name}={place}" for name, place in places.items()]
    command = [sys.executable, "-m", "daylight", "serve", *given, "--port", str(port), *options]
    with log.open("wb") as file:
        environment = {**os.environ, "PYTHONPATH": PATH, **(environment or {})}
        process = subprocess.Popen(command, stderr=file, env=environment)
    server = Server(process, port, log)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{server.url}/v2/health/ready", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return server
    process.kill()
    raise AssertionError(log.read_text())


def train(task, output, model="", data=None):
    """A run as far as its package."""
    data = data or TINY[task](output.with_name(f"{output.name}-data"))
    model = model or TASKS[task].baseline
    values = {"data": {"path": str(data)}, "task": task, "model": model}
    run = start(recipes.resolve(values, FAST.get(model, ())), output, Context())
    advance(run, Context(), through="train")
    return run


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def runs(folder):
    """A run of each task: of its baseline, except for pictures."""
    models = {"image-classification": "random-forest"}
    return {task: train(task, folder / task, models.get(task, "")) for task in TASKS}


@pytest.fixture(scope="session")
def server(folder, runs):
    started = begin(folder, {task: run.path for task, run in runs.items()})
    yield started
    started.stop()
