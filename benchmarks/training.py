"""Our training beside others': pictures per second, and seconds to an accuracy.

Steps: each way to train makes some steps in each round, in turn and in an order that changes, so
that a busy moment hits all; medians over rounds, and 95 % intervals of the median of paired ratios.
Counted is all that a step takes, getting its pictures included; not the steps before, in which
programs are compiled and caches filled.

Accuracy: each way trains once on all of Fashion-MNIST, 60,000 pictures. Counted is the time from
where pictures are in memory as bytes: scaling, compiling and measuring how to run included. Now and
then the clock stands still and the official 10,000 are answered: peers three times an epoch, ours
whenever its loop validates, with the weights that it would keep. Nobody learns from them.

Peers that are not installed are named as left out. All live in one environment:

    pip install -c constraints.txt -e '.[train]' -r benchmarks/requirements.txt

What was measured is kept in the work folder, so that the same command continues; delete the folder
to measure anew. The pictures: Debian's package dataset-fashion-mnist, or the four files of
github.com/zalandoresearch/fashion-mnist.

Run: python benchmarks/training.py [--only steps] [--only accuracy] [--data FOLDER] [--work FOLDER]
"""

import argparse
import contextlib
import functools
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from families import processor, read
from peers import PEERS
from peers.ours import flop_per_picture
from peers.pictures import Pictures
from peers.pytorch import CEILING_FLOP
from peers.watch import Enough, Watch
from PIL import Image

from daylight.core.files import write_atomic


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ways to train whose steps are compared.

    Attributes:
        ours: Is compared with each of the others.
        goals: Others, and how many times as fast ours is to be; ``None`` where none was set.
        warmup: Steps that are not counted.
        steps: Steps that are.
    """

    ours: str
    goals: Mapping[str, float | None]
    warmup: int
    steps: int


COMPARISONS = (
    Comparison(
        "cnn",
        {"tutorial": 2.0, "expert": 0.95, "trainer": None, "lightning": None, "ceiling": None},
        warmup=10,
        steps=60,
    ),
    Comparison("single-layer", {"keras-batches": 2.5, "keras-fit": None}, warmup=20, steps=150),
)
PICTURES_FOR_STEPS = 24_000
SHARE_OF_CEILING = 0.75

TO_ACCURACY = (
    *("cnn", "cnn-1", "keras-cnn", "cnn-30", "single-layer", "keras-fit", "keras-batches"),
    *("tutorial", "trainer", "lightning"),
)
ACCURACIES = (0.90, 0.92, 0.935, 0.94)
LOOKS_PER_EPOCH = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    data: Path
    pictures: int
    threads: int
    limit_s: float


@functools.cache
def pictures(data: Path, side: int, num_train: int) -> Pictures:
    """The first of train and all of test, brought to a size as OpenCV and Pillow do by default."""

    def split(prefix: str, count: int | None) -> tuple[np.ndarray, np.ndarray]:
        pixels = read(data / f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)[:count]
        if side != 28:
            resized = (Image.fromarray(each).resize((side, side), 2) for each in pixels)
            pixels = np.stack([np.asarray(each) for each in resized])
        labels = read(data / f"{prefix}-labels-idx1-ubyte.gz", 8)[:count]
        return np.array(pixels), labels.astype(np.int64)

    return Pictures(*split("train", num_train), *split("t10k", None))


def speed(name: str, asked: Asked, comparison: Comparison) -> float:
    """Pictures per second of a way to train."""
    peer = PEERS[name]
    some = pictures(asked.data, peer.side, min(asked.pictures, PICTURES_FOR_STEPS))
    watch = Watch(
        some.test_labels,
        warmup=comparison.warmup * peer.batch_size,
        num_pictures=comparison.steps * peer.batch_size,
    )
    try:
        peer.train(some, watch)
    except Enough:
        return watch.pictures_per_s
    raise RuntimeError(f"{name} was done before {comparison.steps} steps")


def curve(name: str, asked: Asked) -> list[tuple[float, float]]:
    """Seconds of training, and the accuracy then."""
    peer = PEERS[name]
    few = pictures(asked.data, peer.side, 2 * peer.batch_size)
    with contextlib.suppress(Enough):
        peer.train(few, Watch(few.test_labels, num_pictures=1))  # imports take no time afterwards
    all_of_them = pictures(asked.data, peer.side, asked.pictures)
    every = asked.pictures // LOOKS_PER_EPOCH
    watch = Watch(all_of_them.test_labels, every=every, limit_s=asked.limit_s)
    with contextlib.suppress(Enough):
        peer.train(all_of_them, watch)
    return watch.curve


def flop(asked: Asked) -> float:
    """Of a picture that ``cnn`` learns from."""
    return flop_per_picture(pictures(asked.data, 28, 256))


class Workers:
    """A process for each way to train, so that no library meets another."""

    def __init__(self, threads: int) -> None:
        self._threads, self._pools = threads, dict[str, ProcessPoolExecutor]()

    def __call__(self, name: str, work: Callable[..., Any], *given: Any) -> Any:
        """What the work comes to in the process of this name."""
        if name not in self._pools:
            self._pools[name] = ProcessPoolExecutor(
                1,
                multiprocessing.get_context("spawn"),
                initializer=torch.set_num_threads,
                initargs=(self._threads,),
            )
        return self._pools[name].submit(work, *given).result()

    def close(self) -> None:
        """Ends the processes; later work begins new ones."""
        for pool in self._pools.values():
            pool.shutdown()
        self._pools.clear()


def installed(names: Iterable[str]) -> list[str]:
    """Those ways that can be measured here; the others are named."""
    names = list(names)
    missing = {name: PEERS[name].needs for name in names if not _found(PEERS[name].needs)}
    for name, module in missing.items():
        print(f"LEFT OUT: {PEERS[name].says}: {module} is not installed")
    return [name for name in names if name not in missing]


def _found(module: str) -> bool:
    return find_spec(module) is not None


def compare_steps(
    comparison: Comparison, asked: Asked, workers: Workers, work: Path, rounds: int
) -> None:
    """Prints how many times as fast ours is."""
    names = installed([comparison.ours, *comparison.goals])
    measured: list[dict[str, float]] = []
    for number in range(rounds):
        path = work / f"steps-{comparison.ours}-{number}.json"
        speeds = json.loads(path.read_text()) if path.is_file() else {}
        if not speeds.keys() >= set(names):
            turn = number % len(names)
            order = [*names[turn:], *names[:turn]]
            speeds = {name: workers(name, speed, name, asked, comparison) for name in order}
            write_atomic(path, json.dumps(speeds).encode())
        measured.append(speeds)
    print(f"\n| {rounds} rounds of {comparison.steps} steps | pictures/s | ms per step |", end="")
    print(" ours is so many times as fast | goal |\n| --- | --- | --- | --- | --- |")
    for name in names:
        rate = float(np.median([each[name] for each in measured]))
        row = [PEERS[name].says, f"{rate:.0f}", f"{1000 * PEERS[name].batch_size / rate:.2f}"]
        ratios = np.array([each[comparison.ours] / each[name] for each in measured])
        if name == comparison.ours:
            row += ["", ""]
        elif name == "ceiling":
            row += _share(ratios * workers(comparison.ours, flop, asked) / CEILING_FLOP)
        else:
            goal = comparison.goals[name]
            row += [interval(ratios), f"≥ {goal}" if goal else ""]
        print(f"| {' | '.join(row)} |")


def _share(shares: np.ndarray) -> list[str]:
    return [f"its FLOP/s are {interval(shares)} of these", f"≥ {SHARE_OF_CEILING}"]


def interval(ratios: np.ndarray) -> str:
    """The median with its 95 % interval by the bootstrap."""
    resampled = np.random.default_rng(0).choice(ratios, (10_000, len(ratios)))
    low, high = np.percentile(np.median(resampled, axis=1), [2.5, 97.5])
    return f"{np.median(ratios):.2f} ({low:.2f} to {high:.2f})"


def compare_accuracy(asked: Asked, workers: Workers, work: Path) -> None:
    """Prints how soon each is how accurate."""
    names = installed(TO_ACCURACY)
    columns = " | ".join(f"{accuracy:.1%}" for accuracy in ACCURACIES)
    print(f"\n| seconds of training until | {columns} | best | after | in all |")
    print("| --- " * (4 + len(ACCURACIES)) + "|")
    curves: dict[str, list[tuple[float, float]]] = {}
    for name in names:
        path = work / f"accuracy-{name}.json"
        if not path.is_file():
            write_atomic(path, json.dumps(workers(name, curve, name, asked)).encode())
            workers.close()
        curves[name] = json.loads(path.read_text())
        times = [seconds_to(accuracy, curves[name]) for accuracy in ACCURACIES]
        best_after_s, best = max(curves[name], key=lambda point: point[1])
        row = [
            PEERS[name].says,
            *("never" if time is None else f"{time:.0f}" for time in times),
            *(f"{best:.4f}", f"{best_after_s:.0f}", f"{curves[name][-1][0]:.0f}"),
        ]
        print(f"| {' | '.join(row)} |", flush=True)
    theirs = seconds_to(0.9, curves.get("keras-cnn", []))
    for name in ("cnn", "cnn-1"):
        ours = seconds_to(0.9, curves[name])
        if ours and theirs:
            print(f"{PEERS[name].says} ÷ Keras's, to 90 %: {ours / theirs:.2f} (goal: ≤ 0.25)")


def seconds_to(accuracy: float, points: list[tuple[float, float]]) -> float | None:
    """Of training, until it was first seen; ``None`` if it never was."""
    return next((seconds for seconds, reached in points if reached >= accuracy), None)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=("steps", "accuracy"), help="one of the two parts")
    parser.add_argument("--rounds", type=int, default=9, help="of the steps (default: 9)")
    parser.add_argument("--pictures", type=int, default=60_000, help="fewer for a trial")
    parser.add_argument("--limit", type=float, default=900, help="seconds of each training")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--work", type=Path, default=Path("training-benchmark"))
    given = parser.parse_args()
    asked = Asked(given.data, given.pictures, given.threads, given.limit)
    work = given.work / f"{given.pictures}-pictures-{given.threads}-threads"
    work.mkdir(parents=True, exist_ok=True)
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
    print(f"{os.cpu_count()} x {processor()}, {given.threads} threads;", end=" ")
    print(", ".join(f"{name} {version}" for name, version in versions().items()))
    workers = Workers(given.threads)
    if given.only != "accuracy":
        for comparison in COMPARISONS:
            compare_steps(comparison, asked, workers, work, given.rounds)
            workers.close()
    if given.only != "steps":
        compare_accuracy(asked, workers, work)
        workers.close()


def versions() -> dict[str, str]:
    """Of what is compared, where it is installed."""
    names = ("torch", "tensorflow-cpu", "tensorflow", "transformers", "accelerate", "lightning")
    found = {}
    for name in names:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


if __name__ == "__main__":
    main()
