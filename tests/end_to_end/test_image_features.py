"""Real and drawn pictures are told apart by what a network sees in them."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from daylight.core.recipe import DataConfig
from daylight.core.types import Column
from daylight.data.benchmark import Benchmark
from daylight.data.embedded import unpack_fashion
from daylight.data.sources import FileSource
from daylight.metrics import METRICS
from daylight.steps.features import with_features
from daylight.tasks import TASKS


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Real pictures, and the same harmed more and more, as their features tell them apart."""
    folder = unpack_fashion(tmp_path_factory.mktemp("fashion") / "fashion")
    task = TASKS["unconditional-image-generation"]
    dataset = task.read(FileSource.look(folder), DataConfig(path=str(folder)))
    names = dataset.tables["examples"]["image"].to_pylist()
    rows = np.random.default_rng(0).permutation(len(names))
    on = Benchmark(dataset, "image", task.primary, "test", rows[:100], rows[200:320])
    pictures = [Image.open(folder / names[row]) for row in rows[:200]]
    noise = np.random.default_rng(1).integers(0, 256, (100, 28, 28), np.uint8)
    crowds = {
        "the same": pictures[:100],
        "other real ones": pictures[100:],
        "blurred a little": [p.filter(ImageFilter.GaussianBlur(0.6)) for p in pictures[100:]],
        "blurred": [p.filter(ImageFilter.GaussianBlur(1.2)) for p in pictures[100:]],
        "blurred much": [p.filter(ImageFilter.GaussianBlur(2.4)) for p in pictures[100:]],
        "noise": [Image.fromarray(each) for each in noise],
    }
    answers = [
        {"image": Column(np.stack([np.asarray(p) for p in crowd])[..., None] / 255)}
        for crowd in crowds.values()
    ]
    targets, found = with_features(on, on.targets(()), answers)
    return {
        name: {
            metric: float(METRICS[metric].score(targets, outputs, np.ones((1, 100)))[0])
            for metric in ("frechet_distance", "kernel_distance", "near_copies")
        }
        for name, outputs in zip(crowds, found, strict=True)
    }


@pytest.mark.parametrize("metric", ["frechet_distance", "kernel_distance"])
def test_the_more_pictures_are_harmed_the_further_they_are_from_real_ones(views, metric):
    values = [views[name][metric] for name in list(views)[1:]]
    assert abs(views["the same"][metric]) < values[-1] / 10
    assert values == sorted(values)
    assert values[0] < values[-1] / 5


def test_real_pictures_are_no_near_copies(views):
    assert views["other real ones"]["near_copies"] < 0.12
