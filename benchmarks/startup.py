"""How long commands take from nothing, as ratios to Python itself and to importing torch.

Run: python benchmarks/startup.py [RUN PICTURE]   (without: trains a small model first)
"""

import argparse
import contextlib
import io
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from daylight.cli.main import main as daylight
from daylight.data.embedded import unpack_fashion

ROUNDS = 15


def seconds(command: Sequence[str]) -> float:
    """Wall time of a whole process."""
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - start


def main() -> None:
    """Prints medians of interleaved rounds, and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("given", nargs="*", help="a run and a picture")
    given = parser.parse_args().given
    with tempfile.TemporaryDirectory() as place:
        run, picture = given or _small_model(Path(place))
        python = sys.executable
        script = str(Path(python).with_name("daylight"))
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "daylight --help": [script, "--help"],
            "import torch": [python, "-c", "import torch"],
            "daylight predict": [script, "predict", run, picture],
        }
        for command in commands.values():
            seconds(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    median = {name: statistics.median(values) for name, values in times.items()}
    print(f"{platform.machine()}, Python {platform.python_version()}, {ROUNDS} interleaved rounds")
    for name, value in median.items():
        print(f"{name:18} {1000 * value:7.1f} ms")
    _ratio("daylight --help / python -c pass", times, "daylight --help", "python -c pass", 5)
    _ratio("daylight predict / import torch", times, "daylight predict", "import torch", 0.35)


def _ratio(title: str, times: dict[str, list[float]], one: str, other: str, goal: float) -> None:
    ratios = sorted(a / b for a, b in zip(times[one], times[other], strict=True))
    low, high = ratios[1], ratios[-2]
    print(f"{title}: {statistics.median(ratios):.2f} ({low:.2f} to {high:.2f}; goal: <= {goal})")


def _small_model(place: Path) -> tuple[str, str]:
    folder = unpack_fashion(place / "fashion")
    settings = ["--set", "training.epochs=1", "--set", "settings.width=8"]
    with contextlib.redirect_stdout(io.StringIO()):
        daylight(["train", str(folder), "-o", str(place / "run"), *settings])
    return str(place / "run"), str(folder / "test" / "Bag" / "0001.png")


if __name__ == "__main__":
    main()
