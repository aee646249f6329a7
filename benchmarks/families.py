"""What each family makes of all of Fashion-MNIST, through the steps that a person would take.

60,000 pictures to train (a tenth of them to validate) and the official 10,000 to test; every family
with its defaults. Prints a row of a Markdown table for each. A run that was begun is continued, and
one that was measured is printed as it was; its seconds are of the last stretch if it was cut short.

The pictures: Debian's package dataset-fashion-mnist, or the four files of
github.com/zalandoresearch/fashion-mnist.

Run: python benchmarks/families.py [FAMILY ...] [--data FOLDER] [--work FOLDER] [--time SECONDS]
"""

import argparse
import gzip
import os
import platform
import statistics
import time
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from daylight import Predictor, train
from daylight.core.config import decode
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.sections import TrainedSection
from daylight.package.provenance import Provenance
from daylight.steps.api import Result
from daylight.steps.families import fitting
from daylight.tasks import TASKS

SIDE = 28
CLASSES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SPLITS = {"train": "train", "test": "t10k"}
HEADER = """\
| family | accuracy | 95 % interval | training, s | its CPU, s | package, MB \
| one by one, ms | in 64s, ms | machine | date |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""

NUM_ASKED = 640
"""Pictures that the finished model is asked about in each way."""


def unpack(source: Path, folder: Path) -> Path:
    """Writes ``train/<class>/00001.png`` and ``test/...`` once."""
    if folder.is_dir():
        return folder
    with folder_atomic(folder) as place:
        for split, prefix in SPLITS.items():
            pixels = read(source / f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, SIDE, SIDE)
            labels = read(source / f"{prefix}-labels-idx1-ubyte.gz", 8)
            for name in CLASSES:
                (place / split / name).mkdir(parents=True)
            for number, (picture, label) in enumerate(zip(pixels, labels, strict=True), 1):
                path = place / split / CLASSES[label] / f"{number:05}.png"
                Image.fromarray(picture).save(path, compress_level=1)
    return folder


def read(path: Path, header_bytes: int) -> np.ndarray:
    """The bytes after the header of one of the published files."""
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header_bytes)


def row(title: str, result: Result, pictures: Path) -> str:
    """What a finished run came to."""
    [accuracy] = [each for each in result.scores.scores if each.metric == "accuracy"]
    provenance = result.package / "provenance.json"
    took = decode(Provenance, provenance.read_bytes(), where=provenance)
    size_bytes = result.run.read(TrainedSection).size_bytes
    one, many = (milliseconds(result.predictor(), pictures, size) for size in (1, 64))
    cells = (
        title,
        f"{accuracy.value:.4f}",
        f"{accuracy.low:.4f} to {accuracy.high:.4f}",
        f"{took.duration_s:.0f}",
        f"{took.cpu_time_s:.0f}",
        f"{size_bytes / 1e6:.2f}",
        f"{one:.2f}",
        f"{many:.2f}",
        f"{os.cpu_count()} x {processor()}",
        f"{date.today()}",  # noqa: DTZ011
    )
    return f"| {' | '.join(cells)} |"


def milliseconds(predictor: Predictor, pictures: Path, batch_size: int) -> float:
    """For each picture, from its file to its answer; median over batches."""
    paths = sorted(pictures.glob("*/*.png"))
    paths = paths[:: len(paths) // NUM_ASKED][:NUM_ASKED]
    predictor.predict(paths[:batch_size])
    times = []
    for start in range(0, len(paths), batch_size):
        began = time.perf_counter()
        predictor.predict(paths[start : start + batch_size], batch_size=batch_size)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times) / batch_size


def processor() -> str:
    """What it calls itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    """Trains and prints, family after family."""
    known = [spec.name for spec in fitting(TASKS["image-classification"])]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=f"of {', '.join(known)}")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--work", type=Path, default=Path("families-benchmark"))
    parser.add_argument("--time", type=float, help="seconds for each, from the data to the report")
    asked = parser.parse_args()
    folder = unpack(asked.data, asked.work / "fashion-mnist")
    print(HEADER)
    for name in asked.families or known:
        run = asked.work / name
        measured = run / "row.md"
        if not measured.is_file():
            # Some products are in train and in test, as it was published: measured as all do.
            data = {"path": folder, "waive": ["duplicates-across-splits"]}
            result = train(data, output=run, model=name, time_s=asked.time)
            title = f"`{name}`" + (f" in {asked.time:g} s" if asked.time else "")
            write_atomic(measured, row(title, result, folder / "test").encode())
        print(measured.read_text(), flush=True)


if __name__ == "__main__":
    main()
