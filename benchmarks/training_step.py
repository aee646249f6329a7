"""Our training step against the same network in a bare loop, interleaved in one run.

The bare loop is what a tutorial would write: gather a batch, forward, backward, AdamW; float32,
channels-last. Ours also mirrors and shifts the pictures, clips gradients and averages weights.

Run: python benchmarks/training_step.py
"""

import argparse
import platform
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import nn

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.data.embedded import CLASSES, unpack_fashion
from daylight.models import cnn
from daylight.runtime.operations.image import OPERATION, Parameters
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.settings import Training

SHARE_OF_TRAIN = 0.4
"""Of the embedded pictures, so that a round is short and rounds can alternate often."""


def pictures() -> Prepared:
    """The embedded pictures, as ``prepare`` would give them, with next to no validation."""
    with tempfile.TemporaryDirectory() as place:
        folder = unpack_fashion(Path(place) / "fashion") / "train"
        paths = sorted(folder.glob("*/*.png"))
        column = Column(np.array([str(path) for path in paths], object))
        read = OPERATION.open(Parameters(height=28, width=28, mode="gray"), lambda name: b"")
        pixels = read(column)[0].values
    target = np.array([CLASSES.index(path.parent.name) for path in paths])
    order = np.random.default_rng(0).permutation(len(paths))[: int(SHARE_OF_TRAIN * len(paths))]

    def split(rows: np.ndarray) -> Split:
        return Split({"pixels": Column(pixels[rows])}, {"target": Column(target[rows])})

    return Prepared(
        splits={"train": split(order), "validation": split(order[:64]), "test": split(order[:64])},
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("pixels",),
        answer="label",
        labels=CLASSES,
    )


def network(prepared: Prepared) -> Network:
    """The default CNN with new weights."""
    torch.manual_seed(0)
    facts = {"shape": [28, 28, 1], "width": 32, "num_classes": len(prepared.labels)}
    return Network.of(cnn.build(facts), prepared, facts)


def ours(prepared: Prepared, training: Training) -> float:
    """Examples per second of one epoch of our loop, validation left out as it logs it."""
    rates: list[float] = []

    def log(event: str, /, **fields: object) -> None:
        if event == "epoch":
            rates.append(float(str(fields["examples_per_s"])))

    loop.fit(network(prepared), prepared, training, Context(log=log))
    return rates[-1]


def bare(prepared: Prepared, training: Training) -> float:
    """Examples per second of one epoch of a bare loop."""
    module = network(prepared).module
    split = prepared.splits["train"]
    pixels = torch.from_numpy(np.array(split.inputs["pixels"].values))
    target = torch.from_numpy(np.array(split.targets["target"].values))
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3, weight_decay=0.05)
    criterion = nn.CrossEntropyLoss()
    module.train()
    start = time.monotonic()
    for rows in torch.randperm(len(target)).split(training.batch_size):
        optimizer.zero_grad()
        loss = criterion(module(pixels[rows]), target[rows])
        loss.backward()
        optimizer.step()
        loss.item()
    return len(target) / (time.monotonic() - start)


def main() -> None:
    """Prints the ratio with the interval of its median over paired rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    prepared = pictures()
    training = msgspec.structs.replace(cnn.Settings().training, epochs=1, min_steps=0)
    ours(prepared, training), bare(prepared, training)
    pairs = []
    for number in range(rounds):
        first, second = (ours, bare) if number % 2 else (bare, ours)
        rates = {way: way(prepared, training) for way in (first, second)}
        pairs.append((rates[ours], rates[bare]))
    ratios = np.sort([one / other for one, other in pairs])
    resampled = np.random.default_rng(0).choice(ratios, (10_000, rounds)).copy()
    low, high = np.percentile(np.median(resampled, axis=1), [2.5, 97.5])
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    print(f"{rounds} paired rounds of {len(prepared.splits['train'])} pictures, 28 x 28")
    print(f"ours  {np.median([p[0] for p in pairs]):8.0f} pictures/s")
    print(f"bare  {np.median([p[1] for p in pairs]):8.0f} pictures/s")
    print(f"ratio {np.median(ratios):.3f}, 95 % interval {low:.3f} to {high:.3f} (goal: >= 0.95)")


if __name__ == "__main__":
    main()
