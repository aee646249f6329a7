"""A Ray cluster of two machines, both on this one: what they share out, and what they survive."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from daylight import choose
from daylight.core.choice import ChosenSection
from daylight.core.recipe import Limits
from daylight.core.run import Run
from tiny import patterns

ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # or Ray would not stay on loopback
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
}

needs_ray = pytest.mark.skipif(not find_spec("ray"), reason="the extra ray is not installed")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Its address, and the process of its second machine."""
    environment = {**os.environ, **ENVIRONMENT, "RAY_TMPDIR": "/tmp"}  # sockets have short names
    with subprocess.Popen(
        [sys.executable, Path(__file__).parents[1] / "local_cluster.py"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def daylight(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "daylight", *map(str, arguments)],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return out


def scores(run):
    """Of each candidate, by the number of examples."""
    chosen = run.read(ChosenSection)
    return chosen.model, {
        each.name: [(rung.num_examples, rung.score.value) for rung in each.rungs]
        for each in chosen.race.candidates
        if each.rungs
    }


@needs_ray
def test_a_race_on_a_cluster_comes_to_the_same(cluster, tmp_path):
    data = patterns(tmp_path / "photos", classes=2, each=12)
    there, here = tmp_path / "there", tmp_path / "here"
    names = ("linear", "decision-tree")
    options = ["--among", ",".join(names), "--time", "100s", "--ray", cluster["address"]]
    finish(daylight("choose", data, "-o", there, *options))
    choose(data, output=here, limits=Limits(models=names))
    assert scores(Run.open(there)) == scores(Run.open(here))


@needs_ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "somewhere", "ray://127.0.0.1:1", "auto:x"])
def test_a_cluster_that_is_not_there_is_an_error_with_a_next_step(tmp_path, address):
    data = patterns(tmp_path / "photos", classes=2, each=4)
    process = daylight("choose", data, "-o", tmp_path / "run", "--ray", address)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "error: " in err and "hint:  " in err and address in err
    assert "Traceback" not in err
    assert not (tmp_path / "run").exists()


def test_without_a_cluster_nothing_of_ray_is_loaded(tmp_path):
    data = patterns(tmp_path / "photos", classes=2, each=4)
    code = f"""
import sys
from daylight import train
train({str(data)!r}, output={str(tmp_path / "run")!r}, model="majority")
assert not [name for name in sys.modules if name.partition(".")[0] == "ray"]
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **ENVIRONMENT})
