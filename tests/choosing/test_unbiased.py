"""Choosing by validation flatters validation, never test."""

import numpy as np
import pytest
from PIL import Image

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.recipe import DataConfig, Limits, Recipe
from daylight.core.sections import Scores
from daylight.metrics.intervals import wilson
from daylight.steps.pipeline import advance, start

NUM_CLASSES, NUM_EACH, SEEDS = 3, 60, range(5)
MODELS = ("majority", "decision-tree", "random-forest", "boosted-trees")


def permuted(folder, seed):
    """Noise, in class folders that say nothing of it."""
    random = np.random.default_rng(seed)
    for number in range(NUM_CLASSES * NUM_EACH):
        place = folder / f"class {number % NUM_CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (6, 6)).astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{number}.png")
    return folder


@pytest.mark.slow
def test_on_permuted_labels_the_chosen_model_tests_at_chance(tmp_path):
    best, tested = [], []
    for seed in SEEDS:
        recipe = Recipe(
            data=DataConfig(
                path=str(permuted(tmp_path / f"{seed}", seed)), validation_fraction=0.2
            ),
            limits=Limits(models=MODELS),
            seed=seed,
        )
        run = start(recipe, tmp_path / f"run-{seed}", Context())
        advance(run, Context(), through="evaluate")
        race = run.read(ChosenSection).race
        best.append(race.candidates[0].rungs[-1].score)
        tested.append(run.read(Scores).scores[0])
    low, high = wilson(*pooled(tested))
    assert low <= 1 / NUM_CLASSES <= high
    # This could fail: what the choice was made by is well above chance.
    assert pooled(best)[0] > 1 / NUM_CLASSES + 0.05


def pooled(scores):
    """Share of right answers and number of examples, all runs together."""
    total = sum(score.num_examples for score in scores)
    return sum(score.value * score.num_examples for score in scores) / total, total
