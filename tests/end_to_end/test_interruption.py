"""Kill it any time: the same command continues, and ends with the same model."""

import os
import signal
import subprocess
import sys
import time

import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.log import silent
from daylight.core.sections import TrainedSection
from daylight.steps import pipeline
from daylight.training import loop
from end_to_end.conftest import contents

SLOW_CNN = ["training.epochs=400", "training.min_steps=0", "settings.width=4"]
SHORT_CNN = ["training.epochs=6", "training.min_steps=0", "settings.width=4"]


class Killed(BaseException):
    """Stands for a signal: nothing may catch it."""


def train(data, output, overrides, log=silent):
    values = {"data": {"path": str(data)}, "model": "cnn"}
    recipe = recipes.resolve(values, overrides)
    run = pipeline.start(recipe, output, Context(log=log))
    pipeline.advance(run, Context(log=log))
    return run


@pytest.mark.parametrize("epoch", [1, 3, 5])
def test_a_killed_network_ends_with_the_same_bytes(photos, tmp_path, monkeypatch, epoch):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY_S", 0.0)
    whole = train(photos, tmp_path / "whole", SHORT_CNN)

    def kill(event, /, **fields):
        if event == "batch" and fields["epoch"] == epoch:
            raise Killed

    with pytest.raises(Killed):
        train(photos, tmp_path / "killed", SHORT_CNN, kill)
    resumed = []

    def watch(event, /, **fields):
        if event == "epoch" and fields.get("resumed"):
            resumed.append(fields["epoch"])

    again = train(photos, tmp_path / "killed", SHORT_CNN, watch)
    assert resumed == list(range(1, epoch + 1))
    digests = [run.read(TrainedSection).model_digest for run in (whole, again)]
    assert digests[0] == digests[1]
    assert len(again.read(TrainedSection).curve) == 6


@pytest.mark.parametrize("event", ["prepare", "fit", "export", "evaluate"])
def test_a_run_killed_anywhere_continues(photos, tmp_path, event):
    def kill(name, /, **fields):
        if name == event:
            raise Killed

    with pytest.raises(Killed):
        train(photos, tmp_path / "run", SHORT_CNN, kill)
    run = train(photos, tmp_path / "run", SHORT_CNN)
    assert not [step.name for step in pipeline.STEPS if pipeline.is_due(step, run)]


def begin(photos, output):
    """Starts a long training in a process of its own and waits until it trains."""
    sets = [word for each in SLOW_CNN for word in ("--set", each)]
    command = ["-m", "daylight", "train", str(photos), "-o", str(output), "--model", "cnn", *sets]
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    for line in process.stderr:
        if "epoch" in line:
            return process, [sys.executable, *command]
        assert time.monotonic() < deadline
    raise AssertionError("it never trained")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_signal_leaves_what_was_made_and_the_same_command_goes_on(photos, tmp_path, sent, code):
    before = contents(photos)
    process, command = begin(photos, tmp_path / "run")
    os.kill(process.pid, sent)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    if sent == signal.SIGINT:
        assert "The same command continues." in err
        assert "Traceback" not in err
    assert contents(photos) == before
    assert (tmp_path / "run" / "prepare.json").is_file()
    assert (tmp_path / "run" / "baseline" / "manifest.json").is_file()
    again = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    first = again.stderr.readline() + again.stderr.readline()
    again.kill()
    again.communicate()
    assert "prepare: kept, nothing has changed" in first
