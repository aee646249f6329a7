"""How far a few pictures per class lead: families on small parts of the embedded pictures.

Every family learns from the same pictures, validates on a quarter as many more, and is scored on
the same 1,000. What is printed is the mean of some draws with the smallest and the largest, and
the CPU time of fitting.

Run: python benchmarks/few_pictures.py --per-class 20
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np

from daylight.core.context import Context
from daylight.core.recipe import resolve
from daylight.core.sections import Scores
from daylight.data.embedded import unpack_fashion
from daylight.steps.pipeline import advance, start

FAMILIES = {
    "random-forest": ("random-forest", []),
    "cnn": ("cnn", []),
    "transfer": ("transfer", []),
    "transfer, fine-tuned": ("transfer", ["settings.fine_tune={}"]),
}


def draw(whole: Path, to: Path, per_class: int, seed: int) -> Path:
    """A part of ``train`` for training and validation, and all of ``test``."""
    random = np.random.default_rng(seed)
    for folder in sorted((whole / "train").iterdir()):
        files = sorted(folder.iterdir())
        chosen = random.permutation(len(files))[: per_class + max(1, per_class // 4)]
        for number, index in enumerate(chosen):
            split = "train" if number < per_class else "validation"
            place = to / split / folder.name
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(files[index], place)
    shutil.copytree(whole / "test", to / "test")
    return to


def measure(data: Path, to: Path, model: str, overrides: list[str]) -> tuple[float, float]:
    """Accuracy on ``test``, and seconds of CPU time to fit."""
    recipe = resolve({"data": {"path": str(data)}, "model": model}, overrides)
    run = start(recipe, to, Context())
    advance(run, Context(), through="evaluate")
    provenance = msgspec.json.decode((run.package / "provenance.json").read_bytes())
    return run.read(Scores).scores[0].value or 0.0, provenance["cpu_time_s"]


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-class", type=int, nargs="+", default=[20])
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    arguments = parser.parse_args()
    print("| pictures per class | family | accuracy (smallest to largest) | CPU s |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        whole = unpack_fashion(Path(place) / "fashion")
        for per_class in arguments.per_class:
            parts = [
                draw(whole, Path(place) / f"{per_class}-{seed}", per_class, seed)
                for seed in range(arguments.draws)
            ]
            for name in arguments.only:
                model, overrides = FAMILIES[name]
                found = [
                    measure(part, Path(place) / f"run-{name}-{part.name}", model, overrides)
                    for part in parts
                ]
                scores, seconds = np.array(found).T
                print(
                    f"| {per_class} | `{name}` | {scores.mean():.3f} "
                    f"({scores.min():.3f} to {scores.max():.3f}) | {seconds.mean():.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
