"""Known-item search over Debian's package descriptions: what is found, how fast, in what memory.

The question is a package's short description, and what has to be found is its long one. Every
family learns, validates and is tested on the same questions, and searches all documents. Beside
them: bm25s with its own tokenizer, asked the same. The data is what apt keeps after

    apt-get update -o Acquire::Languages=en

Run: python benchmarks/retrieval.py table --documents 20000 > packages.csv
     python benchmarks/retrieval.py found --documents 20000
     python benchmarks/retrieval.py nearest --documents 60000
     python benchmarks/retrieval.py memory --documents 100000
"""

import argparse
import csv
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

import bm25s
import numpy as np

from daylight.core.context import Context
from daylight.core.recipe import resolve
from daylight.core.run import Run
from daylight.runtime.search import shortcut
from daylight.runtime.search.folder import IndexFolder
from daylight.runtime.search.passages import Document
from daylight.steps.dataset import benchmark
from daylight.steps.pipeline import advance, start
from daylight.steps.searching import open_on

LISTS = Path("/var/lib/apt/lists")
FAMILIES = {
    "bm25": ("bm25", []),
    "hybrid": ("hybrid", []),
    "hybrid, by ranks": ("hybrid", ["settings.fusion=ranks"]),
    "static-retrieval": ("static-retrieval", []),
    "sentence-encoder": ("sentence-encoder", []),
    "hybrid with MiniLM": ("hybrid", ["settings.backbone=all-minilm-l6-v2"]),
}


def descriptions(num: int) -> list[tuple[str, str, str]]:
    """Names, short and long descriptions of packages, drawn with seed 0; all if there are fewer."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(LISTS.glob("*_i18n_Translation-en*")):
        command = ["/usr/lib/apt/apt-helper", "cat-file", str(path)]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        for block in text.split("\n\n"):
            name = re.search(r"^Package: (.*)$", block, re.MULTILINE)
            said = re.search(r"^Description-en: (.*)\n((?: .*\n?)*)", block, re.MULTILINE)
            if name and said:
                lines = (line.strip() for line in said.group(2).splitlines())
                body = "\n".join("" if line == "." else line for line in lines)
                found.setdefault(name.group(1), (said.group(1), body))
    rows = [(name, *said) for name, said in sorted(found.items())]
    random.Random(0).shuffle(rows)
    return rows[:num]


def write(rows: list[tuple[str, str, str]], file: TextIO) -> None:
    """A table as ``daylight train`` takes it."""
    writer = csv.writer(file)
    writer.writerow(["id", "title", "text"])
    writer.writerows(rows)


def table_of(rows: list[tuple[str, str, str]], path: Path) -> Path:
    """The same in a file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        write(rows, file)
    return path


def table(arguments: argparse.Namespace) -> None:
    """Only the data, on standard output."""
    write(descriptions(arguments.documents), sys.stdout)


def trained(data: Path, to: Path, family: str) -> Run:
    """A run through ``evaluate``."""
    model, overrides = FAMILIES[family]
    run = start(resolve({"data": {"path": str(data)}, "model": model}, overrides), to, Context())
    advance(run, Context(), through="train")
    return run


def print_found(name: str, ranks: "list[int | None]", seconds: float, fit_s: float) -> None:
    """A line: first places, reciprocal ranks, questions a second."""
    first = np.array([rank == 1 for rank in ranks])
    inverse = np.array([1 / rank if rank else 0.0 for rank in ranks])
    draws = np.random.default_rng(0).integers(0, len(ranks), (2000, len(ranks)))
    low, high = np.quantile(inverse[draws].mean(axis=1), [0.025, 0.975])
    print(
        f"| {name} | {first.mean():.3f} | {inverse.mean():.3f} ({low:.3f} to {high:.3f}) "
        f"| {len(ranks) / seconds:,.0f} | {fit_s:.0f} |",
        flush=True,
    )


def found(arguments: argparse.Namespace) -> None:
    """Families beside bm25s, on the same test questions."""
    with tempfile.TemporaryDirectory() as place:
        data = table_of(descriptions(arguments.documents), Path(place) / "packages.csv")
        print("| | R@1 | MRR | questions/s | learn and index, processor s |")
        print("| --- | --- | --- | --- | --- |")
        on = None
        for name in arguments.only:
            began = time.process_time()
            run = trained(data, Path(place) / name, name)
            on = benchmark(run)
            model = open_on(run.package, on, run)
            inputs = on.inputs()
            model.predict_columns({n: c.slice(0, 1) for n, c in inputs.items()})
            fit_s, start_s = time.process_time() - began, time.perf_counter()
            items = model.predict_columns(inputs).columns["items"].values
            seconds = time.perf_counter() - start_s
            print_found(name, ranks_of(items, on.targets(model.labels)["target"]), seconds, fit_s)
        if on:
            peer(on)


def ranks_of(items: "np.ndarray", wanted: "object") -> "list[int | None]":
    """Of the first relevant document, counted from 1."""
    found = []
    for row, listed in enumerate(items):
        places = np.flatnonzero(np.isin(listed, wanted[row]) & (listed >= 0))
        found.append(int(places[0]) + 1 if len(places) else None)
    return found


def peer(on: "object") -> None:
    """bm25s, with its tokenizer and English stop words."""
    began = time.process_time()
    texts = on.dataset.tables["documents"]["text"].to_pylist()
    index = bm25s.BM25(method="lucene")
    index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    fit_s, start_s = time.process_time() - began, time.perf_counter()
    asked = bm25s.tokenize(on.column("text"), show_progress=False)
    items, _ = index.retrieve(asked, k=100, show_progress=False)
    seconds = time.perf_counter() - start_s
    wanted = on.targets(on.dataset.labels)["target"]
    print_found(f"bm25s {bm25s.__version__}", ranks_of(items, wanted), seconds, fit_s)


def nearest(arguments: argparse.Namespace) -> None:
    """FAISS beside looking at every vector: vectors of words of all documents."""
    with tempfile.TemporaryDirectory() as place:
        rows = descriptions(arguments.documents)
        data = table_of(rows, Path(place) / "packages.csv")
        run = trained(data, Path(place) / "run", "hybrid")
        on = benchmark(run)
        model = open_on(run.package, on, run)
        vectors = np.ascontiguousarray(model.index.segment.vectors)
        asked = model.represent(on.inputs())["vector"].values[:1000]
        print("| | recall of the 10 nearest | questions/s, one by one | made in s |")
        print("| --- | --- | --- | --- |")
        start_s = time.perf_counter()
        exact = [np.argpartition(-(vectors @ row), 10)[:10] for row in asked]
        rate = len(asked) / (time.perf_counter() - start_s)
        print(f"| each of {len(vectors):,} | 1 | {rate:,.0f} | |")
        for kind in ("hnsw", "ivf-pq"):
            start_s = time.perf_counter()
            index, effort, _ = shortcut.build(kind, vectors, asked[:200])
            made_s, start_s = time.perf_counter() - start_s, time.perf_counter()
            got = [shortcut.search(index, kind, effort, row[None], 10)[0] for row in asked]
            seconds = time.perf_counter() - start_s
            shared = [len({*a} & {*b}) for a, b in zip(got, exact, strict=True)]
            recall = sum(shared) / (10 * len(asked))
            rate = len(asked) / seconds
            print(f"| {kind}, effort {effort} | {recall:.3f} | {rate:,.0f} | {made_s:.0f} |")


def memory(arguments: argparse.Namespace) -> None:
    """The most that a process holds while it indexes so many documents, and searches them."""
    with tempfile.TemporaryDirectory() as place:
        rows = descriptions(arguments.documents)
        data = table_of(rows[:2000], Path(place) / "packages.csv")
        run = trained(data, Path(place) / "run", "hybrid")
        model = open_on(run.package, benchmark(run), run)
        documents = [
            Document(id=f"{number}", title=title, text=text)
            for number in range(arguments.documents)
            for _, title, text in [rows[number % len(rows)]]
        ]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        folder = IndexFolder(Path(place) / "index", model.package.manifest.model_digest)
        start_s = time.perf_counter()
        folder.update(documents, model.represent_texts)
        made_s, start_s = time.perf_counter() - start_s, time.perf_counter()
        searching = model.over(folder.open())
        searching.predict(["flowchart editor"])
        opened_s, start_s = time.perf_counter() - start_s, time.perf_counter()
        for _, title, _ in rows[:50]:
            searching.predict([title])
        each_ms = (time.perf_counter() - start_s) / 50 * 1000
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = sum(path.stat().st_size for path in folder.path.rglob("*") if path.is_file()) / 1e6
        print(
            f"{arguments.documents:,} documents: {most:,.0f} MB held at most ({before:,.0f} MB "
            f"before), {size:,.0f} MB on disk, made in {made_s:.0f} s, opened in {opened_s:.1f} s, "
            f"{each_ms:.0f} ms an answer with its sentence"
        )


def main() -> None:
    """Prints what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("table", "found", "nearest", "memory"))
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--only", nargs="*", choices=list(FAMILIES), default=list(FAMILIES))
    arguments = parser.parse_args()
    every = {"table": table, "found": found, "nearest": nearest, "memory": memory}
    every[arguments.what](arguments)


if __name__ == "__main__":
    main()
