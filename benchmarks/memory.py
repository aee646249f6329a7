"""Whether a folder of pictures twice as large as ``--memory`` trains under it.

The pictures are the embedded ones, enlarged and coloured: what counts is their size. The folder's
size is that of the pictures once decoded, which is what training reads. The process's own memory is
watched from outside; files that it maps can be taken back by the system and are not counted.

Run: python benchmarks/memory.py --memory-gb 2
"""

import argparse
import platform
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from daylight.data.embedded import unpack_fashion

SIDE = 224


def enlarge(source: Path, target: Path, num_pictures: int) -> None:
    """Writes that many JPEGs of ``SIDE`` pixels, in the class folders of ``source``."""
    paths = sorted(source.glob("*/*.png"))
    random = np.random.default_rng(0)
    for number in range(num_pictures):
        path = paths[number % len(paths)]
        place = target / path.parent.name
        place.mkdir(parents=True, exist_ok=True)
        tint = tuple(random.integers(128, 256, 3).tolist())
        with Image.open(path) as small:
            large = Image.new("RGB", (SIDE, SIDE), (0, 0, 0))
            large.paste(tint, mask=small.convert("L").resize((SIDE, SIDE)))
        large.save(place / f"{number:06}.jpg", quality=85)


def held_bytes(pid: int) -> int:
    """What a process holds for itself now."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def main() -> None:
    """Prints the limit, the folder's size and the most that was held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory-gb", type=float, default=2.0)
    limit = round(parser.parse_args().memory_gb * 1e9)
    num_pictures = round(2 * limit / (SIDE * SIDE * 3))
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        enlarge(unpack_fashion(work / "small") / "train", work / "data", num_pictures)
        command = [sys.executable, "-m", "daylight", "train", work / "data", "-o", work / "run"]
        command += ["--model", "cnn", "--memory", f"{limit / 1e6:.0f}MB"]
        for setting in ("settings.size=224", "training.epochs=1", "training.min_steps=0"):
            command += ["--set", setting]
        start = time.monotonic()
        process = subprocess.Popen(command)
        most = 0
        for _ in count():
            if process.poll() is not None:
                break
            most = max(most, held_bytes(process.pid))
            time.sleep(0.05)
        duration_s = time.monotonic() - start
        prepared = sum(path.stat().st_size for path in (work / "run" / "prepared").rglob("*.npy"))
    print(f"{platform.machine()}, Python {platform.python_version()}, {date.today()}")  # noqa: DTZ011
    print(f"pictures       {num_pictures:,}, {prepared / 1e9:.2f} GB decoded")
    print(f"--memory       {limit / 1e9:.2f} GB")
    print(f"held at most   {most / 1e9:.2f} GB")
    print(f"whole command  {duration_s:.0f} s, exit code {process.returncode}")


if __name__ == "__main__":
    main()
