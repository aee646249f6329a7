"""A kill, a torn file or a full disk at any single write leaves a run that continues."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daylight.core.errors import UserError
from daylight.package.manifest import read_manifest
from daylight.package.package import Package
from end_to_end.conftest import contents
from end_to_end.continued import faults_of
from tiny import patterns

SERVER = Path(__file__).with_name("faults.py")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
SAMPLE = 3
"""Points of each kind that the default suite tries, spread over the run."""


class Trials:
    """A warm process that runs one command with faults, each time in a folder of its own.

    Attributes:
        old: The run that each trial begins with, if any.
        whole: The run that nothing happened to.
        points: Its write points: what is called, and on which path.
    """

    def __init__(self, place, data, old=None):
        self.place, self.old = place, old
        place.mkdir()
        path = os.pathsep.join(filter(None, [*sys.path, os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, SERVER, place, old or "", "train", data, "--model", "decision-tree"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**ENVIRONMENT, "PYTHONPATH": path},
        )
        assert self.run("none", 0) == [0], (place / "none-0" / "first.err").read_text()
        self.whole = place / "none-0" / "run"
        self.points = json.loads((place / "none-0" / "first.json").read_bytes())

    def run(self, fault, point):
        self._process.stdin.write(f"{fault} {point}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        with self._process:
            self._process.stdin.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Trials of a run that begins with nothing."""
    place = tmp_path_factory.mktemp("fresh")
    trials = Trials(place / "trials", patterns(place / "photos", classes=2, each=8, side=8))
    yield trials
    trials.close()


@pytest.fixture(scope="module")
def over_an_old_one(fresh, tmp_path_factory):
    """Trials of a finished run whose data has changed, so that another model takes its place."""
    place = tmp_path_factory.mktemp("over")
    data = Path(json.loads((fresh.whole / "recipe.json").read_bytes())["data"]["path"])
    picture = data / "class 1" / "3.png"
    pixels = picture.read_bytes()
    picture.unlink()
    trials = Trials(place / "trials", data, fresh.whole)
    yield trials
    trials.close()
    picture.write_bytes(pixels)


def points_of(trials, fault, *, every):
    """Where a fault makes a difference; a sample of them unless ``every`` is asked for."""
    meant = {
        "kill": lambda call: True,
        "tear": lambda call: call in ("create", "open", "fsync"),
        "full": lambda call: call not in ("os.remove", "os.rmdir"),
    }[fault]
    points = [point for point, (call, _) in enumerate(trials.points) if meant(call)]
    step = 1 if every else len(points) // SAMPLE
    return points[step // 2 :: step]


def tried(trials, fault, *, every):
    """Tries a fault at points; what went wrong, by point."""
    wrong = {}
    for point in points_of(trials, fault, every=every):
        first, again = trials.run(fault, point)
        place = trials.place / f"{fault}-{point}"
        said = (place / "first.err").read_text()
        found = []
        if fault != "full" and first != -9:
            found.append(f"was not killed, but ended with {first}")
        if fault == "full" and not is_clear(first, said):
            found.append(f"ended with {first}: {said[-300:]}")
        if trials.old:
            found += between(place / "between", trials)
        if again:
            found.append(f"did not continue: {(place / 'again.err').read_text()[-300:]}")
        else:
            found += faults_of(place / "run", trials.whole)
        if found:
            wrong[(point, *trials.points[point])] = found
        shutil.rmtree(place)
    return wrong


def is_clear(code, said):
    """Whether a full disk was named, with what to do."""
    return (
        code == 2
        and "No space left" in said
        and "hint:  Free some space" in said
        and "Traceback" not in said
    )


def between(run, trials):
    """What is wrong before the command is given again: there must be a model, old or new."""
    try:
        digest = Package.open(run).manifest.model_digest
    except UserError as error:
        return [f"no model in between: {error}"]
    known = [read_manifest(each / "package").model_digest for each in (trials.old, trials.whole)]
    return [] if digest in known else ["another model in between"]


FAULTS = ["kill", "tear", "full"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_a_write_leaves_a_run_that_continues(fresh, fault):
    assert tried(fresh, fault, every=False) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_a_write_leaves_the_old_model_or_the_new_one(over_an_old_one, fault):
    assert tried(over_an_old_one, fault, every=False) == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_write_leaves_a_run_that_continues(fresh, fault):
    assert tried(fresh, fault, every=True) == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_write_leaves_the_old_model_or_the_new_one(over_an_old_one, fault):
    assert tried(over_an_old_one, fault, every=True) == {}


def test_no_file_of_a_run_is_written_unseen(fresh):
    seen = {Path(name).name for _, name in fresh.points}
    temporary = {name.removeprefix(".").removesuffix(".tmp") for name in seen}
    made = {path.name for path in contents(fresh.whole)}
    assert made <= seen | temporary
    assert len(fresh.points) > 300
