"""Whether ``--time`` is kept: random limits, 20 seconds to 3 minutes, on the embedded pictures.

For each: when the command had ended, when a baseline's package was there, and what the model's
accuracy was. A limit is kept if the command ends well, no more than 5 seconds or 5 % after it; a
baseline has to be there within 10 seconds or 5 %.

Run: python benchmarks/deadline.py [--limits 20]
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from daylight.core.run import Run
from daylight.core.sections import Scores, TrainedSection
from daylight.data.embedded import unpack_fashion

LEAST_S, MOST_S = 20.0, 180.0
MODELS = ("", "cnn", "vit", "random-forest", "svm")
"""What is trained, in turn; nothing for a race."""


def measure(data: Path, run: Path, model: str, limit_s: float) -> tuple[float, float, int]:
    """Seconds until the end, seconds until there was a baseline, and the exit code."""
    command = [sys.executable, "-m", "daylight", "train", data, "-o", run, "--time", f"{limit_s}s"]
    if model:
        command += ["--model", model]
    start, baseline_s = time.monotonic(), float("nan")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if np.isnan(baseline_s) and (run / "baseline" / "manifest.json").is_file():
                baseline_s = time.monotonic() - start
            time.sleep(0.02)
    return time.monotonic() - start, baseline_s, process.returncode


def main() -> None:
    """Prints a row for each limit, and how many were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", type=int, default=20)
    count = parser.parse_args().limits
    limits = np.exp(np.random.default_rng(0).uniform(np.log(LEAST_S), np.log(MOST_S), count))
    kept = prompt = 0
    print(f"{platform.machine()}, Python {platform.python_version()}, {date.today()}")  # noqa: DTZ011
    print("| model | limit, s | ended after, s | baseline after, s | exit | trained | accuracy |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        data = unpack_fashion(Path(place) / "fashion")
        for number, limit in enumerate(np.round(limits, 1).tolist()):
            model = MODELS[number % len(MODELS)]
            folder = Path(place) / f"run-{number}"
            ended_s, baseline_s, code = measure(data, folder, model, limit)
            kept += code == 0 and ended_s <= limit + max(5, 0.05 * limit)
            prompt += baseline_s <= max(10, 0.05 * limit)
            trained, accuracy = "", ""
            if code == 0:
                run = Run.open(folder)
                trained = run.read(TrainedSection).model
                accuracy = f"{run.read(Scores).scores[0].value:.3f}"
            print(
                f"| {model or 'a race'} | {limit} | {ended_s:.1f} | {baseline_s:.1f} | {code} "
                f"| {trained} | {accuracy} |",
                flush=True,
            )
    print(f"limits kept: {kept} of {count}; baselines in time: {prompt} of {count}")


if __name__ == "__main__":
    main()
