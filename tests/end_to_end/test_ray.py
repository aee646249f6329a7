"""A Ray cluster of two machines, both on this one: what they share out, and what they survive."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from safetensors.torch import load_file

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.recipe import DataConfig, Limits, Recipe
from daylight.core.run import Run
from daylight.steps.cluster import Machine, Sight, check_sight
from daylight.steps.pipeline import advance, start
from tiny import patterns

ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # or Ray would not stay on loopback
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
}

needs_ray = pytest.mark.skipif(not find_spec("ray"), reason="the extra ray is not installed")


@pytest.fixture
def cluster():
    """Its address, and the process of its second machine."""
    with (
        TemporaryDirectory(prefix="ray") as place,  # a short name, for its sockets have long ones
        subprocess.Popen(
            [sys.executable, Path(__file__).parents[1] / "local_cluster.py"],
            env={**os.environ, **ENVIRONMENT, "RAY_TMPDIR": place},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def command(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "daylight", *map(str, arguments)],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=900)
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


def member_of(machine):
    """The process by which a machine takes part in a training."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            is_its_own = f"PPid:\t{machine}\n" in status.read_text()
            if is_its_own and b"ray::Member" in (status.parent / "cmdline").read_bytes():
                return int(status.parent.name)
    raise AssertionError("no process takes part there")


def until(said, process):
    """Waits for a line of progress."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if said in line:
            return
    raise AssertionError("".join(lines))


def weights(run):
    return load_file(run / "package" / "model.safetensors")


def processes(run):
    """With how many it was trained, by the step from which on."""
    made = json.loads((run / "decisions.json").read_bytes())
    found = {name.partition("processes as of step ")[2]: made[name] for name in made}
    return {int(step): number for step, number in found.items() if step}


@pytest.mark.slow
@needs_ray
def test_a_race_and_a_training_that_loses_a_process_come_to_the_same(cluster, tmp_path):
    recipe = tmp_path / "recipe.toml"
    data = patterns(tmp_path / "photos", classes=2, each=12)
    recipe.write_text(f"[data]\npath = '{data}'\n[limits]\nmodels = ['single-layer', 'majority']\n")
    process = command("train", recipe, "-o", tmp_path / "there", "--ray", cluster["address"])
    until("training with 2 processes", process)
    until("  epoch ", process)
    os.kill(member_of(cluster["second"]), signal.SIGKILL)
    until("a process is lost", process)
    finish(process)
    here, there = tmp_path / "here", tmp_path / "there"
    limits = Limits(models=("single-layer", "majority"))
    alone = start(Recipe(data=DataConfig(path=str(data)), limits=limits), here, Context())
    advance(alone, Context(), through="train")
    assert scores(Run.open(there)) == scores(Run.open(here))
    assert processes(there)[0] == 2
    assert processes(here) == {}
    for name, theirs in weights(there).items():
        torch.testing.assert_close(theirs, weights(here)[name], rtol=1e-3, atol=1e-4)


def newer(states, than=-1):
    """Waits for a state of a training; returns its number."""
    while True:
        found = [int(path.stem.rpartition("-")[2]) for path in states.glob("*/state-*")]
        if found and max(found) > than:
            return max(found)
        time.sleep(0.2)


@needs_ray
@pytest.mark.slow
def test_a_training_goes_on_without_a_machine_and_when_the_command_was_killed(cluster, tmp_path):
    data = patterns(tmp_path / "photos", classes=2, each=12)
    there, states = tmp_path / "there", tmp_path / "there" / "checkpoints"
    words = ["train", data, "--model", "single-layer", "--set", "training.epochs=6000"]
    shared = [*words, "-o", there, "--ray", cluster["address"]]
    process = command(*shared)
    first = newer(states)
    for each in (member_of(cluster["second"]), cluster["second"]):  # its machine is gone
        os.kill(each, signal.SIGKILL)
    until("a process is lost", process)
    newer(states, than=first + 1)
    process.kill()
    process.communicate()
    finish(command(*shared))
    finish(command(*words, "-o", tmp_path / "here"))
    numbers = [number for _, number in sorted(processes(there).items())]
    assert numbers[0] == 2
    assert set(numbers[1:]) == {1}
    for name, weights_there in weights(there).items():
        torch.testing.assert_close(
            weights_there, weights(tmp_path / "here")[name], rtol=0, atol=0.02
        )
    assert not [*states.glob("*/*")]


@needs_ray
@pytest.mark.slow
def test_a_lost_head_is_an_error_with_a_next_step_and_the_same_command_goes_on(cluster, tmp_path):
    data = patterns(tmp_path / "photos", classes=2, each=12)
    there, states = tmp_path / "there", tmp_path / "there" / "checkpoints"
    words = ["train", data, "--model", "single-layer", "--set", "training.epochs=1000", "-o", there]
    process = command(*words, "--ray", cluster["address"])
    first = newer(states)
    os.kill(cluster["head"], signal.SIGKILL)
    _, said = process.communicate(timeout=50)  # Ray itself would end it after a minute
    assert process.returncode == UserError.exit_code
    assert f"The head of the Ray cluster at {cluster['address']} is lost" in said
    assert "The same command goes on" in said
    assert newer(states) >= first
    finish(command(*words))
    later = [step for step, number in processes(there).items() if number == 1]
    assert later
    assert min(later) > 0
    assert (there / "package" / "manifest.json").is_file()


@needs_ray
@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "limit_s"),
    [
        # Long enough that a busy machine has time to start two processes.
        pytest.param("single-layer", 100, id="network"),
        pytest.param("", 60, id="race"),
    ],
)
def test_time_and_memory_are_kept_on_a_cluster(cluster, tmp_path, model, limit_s):
    data = patterns(tmp_path / "photos", classes=2, each=12)
    run = tmp_path / "run"
    words = ["--model", model, "--set", "training.epochs=60000"] if model else []
    limits = ["--time", f"{limit_s}s", "--memory", "3GB", "--ray", cluster["address"]]
    start_s = time.monotonic()
    finish(command("train", data, "-o", run, *words, *limits))
    assert time.monotonic() - start_s <= limit_s + 5
    assert (run / "package" / "manifest.json").is_file()
    if model:
        assert processes(run)[0] == 2


def test_a_limit_too_short_for_a_cluster_is_refused_with_the_least(refused, photos):
    limits = ["--time", "39s", "--ray", "127.0.0.1:1"]
    assert "--time 40s" in refused("train", photos, "-o", "run", *limits)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "somewhere", "ray://127.0.0.1:1", "auto:x"])
def test_a_cluster_that_is_not_there_is_an_error_with_a_next_step(refused, photos, address):
    assert address in refused("choose", photos, "-o", "run", "--ray", address)
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"marker": ""}, "does not see", "file system that all machines share"),
        ({"data": False}, "photos", "file system that all machines share"),
        ({"versions": ("torch 1.0",)}, "torch 1.0", "Install the same"),
        ({"code": "other"}, "another Daylight", "Install the same"),
    ],
)
def test_a_machine_that_cannot_take_part_is_named_with_a_next_step(
    photos, tmp_path, changes, message, hint
):
    run = start(Recipe(data=DataConfig(path=str(photos))), tmp_path / "run", Context())
    mine = Sight(marker="x", data=True, code="y", versions=("torch 2.13.0",))
    machine = Machine("1", "10.0.0.7", 4)
    check_sight(machine, mine, mine, run)
    with pytest.raises(UserError, match=r"machine 10\.0\.0\.7") as refusal:
        check_sight(machine, mine._replace(**changes), mine, run)
    assert message in refusal.value.message
    assert hint in refusal.value.hint


def test_without_a_cluster_nothing_of_ray_is_loaded(tmp_path):
    data = patterns(tmp_path / "photos", classes=2, each=4)
    code = f"""
import sys
from daylight import train
train({str(data)!r}, output={str(tmp_path / "run")!r}, model="majority")
assert not [name for name in sys.modules if name.partition(".")[0] == "ray"]
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **ENVIRONMENT})
