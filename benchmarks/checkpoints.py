"""What keeping a training safe from a kill costs: the share of its time that goes into states.

Each family trains on the embedded pictures, over and over, for some seconds, and saves as it always
does. Counted is all that a save takes, until the state is on the disk.

Run: python benchmarks/checkpoints.py [--seconds 40]
"""

import argparse
import platform
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from torch import Tensor

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.sections import PreparedSection
from daylight.data import prepared as cache
from daylight.data.embedded import unpack_fashion
from daylight.steps.families import open_family, settings_of
from daylight.steps.pipeline import advance, start
from daylight.training import checkpoint

FAMILIES = ("single-layer", "mlp", "cnn", "resnet", "vit", "rnn")
ENDLESS = 10_000
"""Epochs; the limit ends them."""


def measure(
    data: Path, run_folder: Path, family_name: str, limit_s: float
) -> tuple[list[float], float, int]:
    """Seconds that each state took, those of the training, and the bytes of the largest state."""
    recipe = recipes.resolve({"data": {"path": str(data)}, "model": family_name}, [])
    run = start(recipe, run_folder, Context())
    advance(run, Context(), through="prepare")
    family = open_family(family_name)
    settings = settings_of(family, recipe)
    training = msgspec.structs.replace(settings.training, epochs=ENDLESS)
    spent: list[float] = []
    save_state = checkpoint.save_state

    def timed(folder: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        began = time.perf_counter()
        save_state(folder, tensors, facts)
        spent.append(time.perf_counter() - began)

    checkpoint.save_state = timed
    try:
        prepared = cache.load(run.path / run.read(PreparedSection).caches[family_name])
        states = run.path / "states"
        start_s = time.perf_counter()
        family.fit(
            prepared,
            msgspec.structs.replace(settings, training=training),
            Context(checkpoints=states, deadline=time.monotonic() + limit_s),
        )
        duration_s = time.perf_counter() - start_s
    finally:
        checkpoint.save_state = save_state
    return spent, duration_s, max(path.stat().st_size for path in states.rglob(checkpoint.PATTERN))


def main() -> None:
    """Prints a row for each family."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=40, help="of each training (default: 40)")
    limit_s = parser.parse_args().seconds
    print(f"{platform.machine()}, Python {platform.python_version()}, {date.today()}")  # noqa: DTZ011
    print("| family | states | a state, MB | seconds for one, median | share of the time |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place:
        data = unpack_fashion(Path(place) / "fashion")
        for name in FAMILIES:
            spent, duration_s, size_bytes = measure(data, Path(place) / name, name, limit_s)
            share = sum(spent) / duration_s
            row = (f"`{name}`", len(spent), f"{size_bytes / 1e6:.1f}", f"{median(spent):.3f}")
            print("|", *(f"{each} |" for each in (*row, f"{share:.2%}")), flush=True)


if __name__ == "__main__":
    main()
