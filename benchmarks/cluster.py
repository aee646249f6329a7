"""What a Ray cluster brings and costs, against the same work without one.

Two machines of one processor each, both on this one, so that there is no network between them: what
is seen is mostly the overhead. A race of five families is run, and one network is trained for some
epochs, by one process with one thread and by the two machines; interleaved.

Run: python benchmarks/cluster.py [--rounds 3]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import torch

from daylight.core.context import Context
from daylight.core.recipe import resolve
from daylight.data.embedded import unpack_fashion
from daylight.steps.cluster import joined
from daylight.steps.pipeline import advance, start

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
RACED = ("decision-tree", "random-forest", "linear", "svm", "mlp")
NUM_EXAMPLES = 1500
EPOCHS = 4


class Raced(NamedTuple):
    """A race, and all of its fits."""

    seconds: float
    spent_s: float


class Trained(NamedTuple):
    """A training, and what passes before its first step."""

    begun_s: float
    examples_per_s: float
    seconds: float


def main() -> None:
    """Measures, and prints a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as place, cluster() as address:
        ways = {"here": "", "cluster": address}
        races: dict[str, list[Raced]] = {way: [] for way in ways}
        trainings: dict[str, list[Trained]] = {way: [] for way in ways}
        for number in range(rounds):
            for way, ray in ways.items():
                folder = Path(place) / f"{way}-{number}"
                folder.mkdir()
                races[way].append(Raced(**measured("race", folder, ray)))
                trainings[way].append(Trained(**measured("training", folder, ray)))
    print(f"2 processors, {date.today()}")  # noqa: DTZ011
    print(f"medians of {rounds}, least to most\n")
    print(f"{'':34}{'one process':>22}{'two machines':>24}{'ratio':>8}")
    for title, told, name in (
        (f"race of {len(RACED)}, s", races, "seconds"),
        ("  its fits, s in all", races, "spent_s"),
        ("training, s until the first step", trainings, "begun_s"),
        ("training, examples/s", trainings, "examples_per_s"),
        (f"training, {EPOCHS} epochs, s", trainings, "seconds"),
    ):
        here, there = ([getattr(each, name) for each in told[way]] for way in ways)
        ratio = median(there) / median(here)
        print(f"{title:34}{spread(here):>22}{spread(there):>24}{ratio:8.2f}")


def spread(values: list[float]) -> str:
    """Median, least and most."""
    return f"{median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


@contextmanager
def cluster() -> Iterator[str]:
    """The address of two machines of one processor."""
    script = Path(__file__).parents[1] / "tests" / "local_cluster.py"
    with subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin and process.stdout
        yield json.loads(process.stdout.readline())["address"]
        process.stdin.close()


def measured(what: str, folder: Path, ray: str) -> dict[str, float]:
    """In a process of its own, which begins with nothing loaded."""
    command = [sys.executable, __file__, "--measure", what, str(folder), ray]
    found = subprocess.run(
        command, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, check=True
    )
    numbers: dict[str, float] = json.loads(found.stdout)
    return numbers


def measure(what: str, folder: Path, ray: str) -> dict[str, float]:
    """One race or one training, up to its model."""
    torch.set_num_threads(1)
    times: list[tuple[str, float, dict[str, Any]]] = []

    def log(event: str, /, **fields: Any) -> None:
        times.append((event, time.perf_counter(), fields))

    data = {"path": str(unpack_fashion(folder / "data")), "max_examples": NUM_EXAMPLES}
    values: dict[str, Any] = {"data": data, "limits": {"models": RACED}}
    if what == "training":
        training = {"epochs": EPOCHS, "min_steps": 0}
        values = {"data": data, "model": "cnn", "training": training}
    with joined(ray):
        run = start(resolve(values), folder / what, Context())
        context = Context(log=log, cluster=ray)
        advance(run, context, through="choose" if what == "race" else "train")
    if what == "race":
        [begun] = [at for event, at, told in times if told.get("name") == "choose"][:1]
        [done] = [at for event, at, told in times if told.get("name") == "choose"][1:]
        spent_s = sum(told["duration_s"] for event, _, told in times if event == "trial")
        return {"seconds": done - begun, "spent_s": spent_s}
    [begun] = [at for event, at, told in times if event == "fit" and told["family"] == "cnn"]
    epochs = [(at, told) for event, at, told in times if event == "epoch"]
    first = epochs[0][0] - epochs[0][1]["duration_s"]
    return {
        "begun_s": first - begun,
        "examples_per_s": median(told["examples_per_s"] for _, told in epochs),
        "seconds": epochs[-1][0] - begun,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        json.dump(measure(sys.argv[2], Path(sys.argv[3]), sys.argv[4]), sys.stdout)
    else:
        main()
