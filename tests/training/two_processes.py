"""One of some processes that train together: ``rank size port folder``."""

import sys
from pathlib import Path

import numpy as np
from safetensors.torch import save_file

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.models import cnn, mlp
from daylight.training.distributed import Team
from daylight.training.settings import Training

HOST = "127.0.0.1"


def pictures():
    """Three classes of noise around a pattern."""
    random = np.random.default_rng(0)
    middles = random.integers(60, 200, (3, 8, 8, 3))
    splits = {}
    for name, rows in (("train", 50), ("validation", 24), ("test", 24)):
        target = np.arange(rows) % 3
        pixels = middles[target] + random.normal(0, 40, (rows, 8, 8, 3))
        pixels = pixels.clip(0, 255).astype(np.uint8)
        splits[name] = Split({"pixels": Column(pixels)}, {"target": Column(target)})
    return Prepared(
        splits=splits,
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("pixels",),
        answer="label",
        labels=("a", "b", "c"),
    )


TRAINING = Training(
    epochs=3, min_steps=0, batch_size=11, learning_rate=3e-3, flip=True, shift=0.2, mixup=0.4
)
FAMILIES = {
    "cnn": (cnn, {"width": 4}),  # batch norms
    "mlp": (mlp, {"units": 16, "dropout": 0.3}),
}


def train(context):
    """Both families; their weights by family and name."""
    found = {}
    for name, (family, sizes) in FAMILIES.items():
        settings = family.Settings(training=TRAINING, **sizes)
        made = family.fit(pictures(), settings, context)
        found |= {f"{name}.{key}": each for key, each in made.module.state_dict().items()}
    return {name: each.contiguous() for name, each in found.items()}


def main(rank, size, meeting, folder):
    team = Team.join(HOST, meeting, rank, size)
    save_file(train(Context(seed=3, team=team)), folder / f"{rank}.safetensors")


if __name__ == "__main__":
    rank, size, port, folder = sys.argv[1:]
    main(int(rank), int(size), (HOST, int(port)), Path(folder))
