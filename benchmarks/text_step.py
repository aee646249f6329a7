"""Our training step on texts against the same transformer in a bare loop, interleaved in one run.

The bare loop is what a tutorial would write: every text filled up to the longest allowed, a random
batch, forward, backward, AdamW; float32. Ours also clips gradients and averages weights.

Texts are made: hashed words, as many in each as a log-normal distribution says (36 on average, cut
at 128).

Run: python benchmarks/text_step.py
"""

import argparse
import platform
import time

import msgspec
import numpy as np
import torch
from torch import nn

from daylight.core.context import Context, Decisions
from daylight.core.types import Column, Prepared, Split
from daylight.models import transformer
from daylight.training import loop
from daylight.training.network import Network
from daylight.training.rows import to_tensors
from daylight.training.settings import Training

LONGEST = 128
MEAN_LENGTH = 36
SIZES = {"table": 4096, "width": 256, "depth": 2, "heads": 4, "dropout": 0.1, "num_classes": 2}


def texts(rows: int) -> Prepared:
    """Hashed words, as ``prepare`` would give them, with next to no validation."""
    random = np.random.default_rng(0)
    spread = 0.8
    lengths = random.lognormal(np.log(MEAN_LENGTH) - spread**2 / 2, spread, rows)
    lengths = lengths.round().clip(1, LONGEST).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    words = Column(random.integers(0, 2**32, offsets[-1], np.uint32), offsets)
    target = Column(random.integers(0, 2, rows))

    def split(count: int) -> Split:
        return Split({"grams": words.slice(0, count)}, {"target": target.slice(0, count)})

    return Prepared(
        splits={"train": split(rows), "validation": split(8), "test": split(8)},
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("grams",),
        answer="label",
        labels=("no", "yes"),
    )


def network(prepared: Prepared) -> Network:
    """A transformer with new weights."""
    torch.manual_seed(0)
    return Network.of(transformer.build(SIZES), prepared, SIZES)


def ours(prepared: Prepared, training: Training, decisions: Decisions) -> float:
    """Texts per CPU second of one epoch of our loop, all that goes with it included."""
    trained = network(prepared)
    start = time.process_time()
    loop.fit(trained, prepared, training, Context(decisions=decisions))
    return len(prepared.splits["train"]) / (time.process_time() - start)


def bare(prepared: Prepared, training: Training) -> float:
    """Texts per CPU second of one epoch of a bare loop over texts that are filled up."""
    module = network(prepared).module
    split = prepared.splits["train"]
    words, lengths = to_tensors(split.inputs, ("grams",), slice(None))
    words = nn.functional.pad(words.long(), (0, LONGEST - words.shape[1]))
    target = torch.from_numpy(np.array(split.targets["target"].values))
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3, weight_decay=0.05)
    criterion = nn.CrossEntropyLoss()
    module.train()
    start = time.process_time()
    for rows in torch.randperm(len(target)).split(training.batch_size):
        optimizer.zero_grad()
        loss = criterion(module(words[rows], lengths[rows]), target[rows])
        loss.backward()
        optimizer.step()
        loss.item()
    return len(target) / (time.process_time() - start)


def main() -> None:
    """Prints the ratio with the interval of its median over paired rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--texts", type=int, default=384)
    options = parser.parse_args()
    rounds, prepared, decisions = options.rounds, texts(options.texts), Decisions()
    training = msgspec.structs.replace(
        transformer.Settings().training, epochs=1, min_steps=0, batch_size=32
    )
    ours(prepared, training, decisions), bare(prepared, training)
    pairs = []
    for number in range(rounds):
        if number % 2:
            first = ours(prepared, training, decisions)
            pairs.append((first, bare(prepared, training)))
        else:
            other = bare(prepared, training)
            pairs.append((ours(prepared, training, decisions), other))
    ratios = np.sort([one / other for one, other in pairs])
    resampled = np.random.default_rng(0).choice(ratios, (10_000, rounds)).copy()
    low, high = np.percentile(np.median(resampled, axis=1), [2.5, 97.5])
    runs = np.diff(prepared.splits["train"].inputs["grams"].offsets)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    print(
        f"{rounds} paired rounds of {len(runs)} texts of {runs.mean():.0f} words; {decisions.all()}"
    )
    print(f"ours  {np.median([p[0] for p in pairs]):8.0f} texts per CPU second")
    print(f"bare  {np.median([p[1] for p in pairs]):8.0f} texts per CPU second")
    print(f"ratio {np.median(ratios):.2f}, 95 % interval {low:.2f} to {high:.2f} (goal: >= 4.5)")


if __name__ == "__main__":
    main()
