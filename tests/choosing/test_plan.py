"""What a training would take is said before anything is spent."""

import json

import pytest

from daylight.core.context import Context
from daylight.core.recipe import DataConfig, Recipe
from daylight.core.sections import PreparedSection
from daylight.steps.pipeline import advance, start
from end_to_end.conftest import QUICK, daylight, photos  # noqa: F401 - fixtures
from tiny import patterns


def test_a_plan_names_every_step_and_leaves_nothing(daylight, photos, tmp_path):  # noqa: F811
    before = sorted(tmp_path.iterdir())
    outcome = daylight("train", photos, "--plan", "--json", *QUICK)
    assert outcome.code == 0, outcome
    plan = json.loads(outcome.out)
    steps = {each["step"]: each for each in plan["steps"]}
    assert set(steps) == {
        "check",
        "choose",
        "prepare",
        "train",
        "evaluate",
        "explain",
        "report",
    }
    assert plan["model"] == "random-forest"
    assert plan["num_examples"] == plan["num_tried"] == 16
    assert all(each["duration_s"] >= 0 for each in plan["steps"])
    assert steps["train"]["disk_bytes"] > 0
    assert steps["report"]["memory_bytes"] > 50_000_000
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("most", [12, 20, 1000])
def test_some_of_the_data_keeps_its_labels(tmp_path, most):
    data = patterns(tmp_path / "photos", classes=2, each=20)
    recipe = Recipe(data=DataConfig(path=str(data), max_examples=most), model="majority")
    run = start(recipe, tmp_path / "run", Context())
    advance(run, Context(), through="prepare")
    found = run.read(PreparedSection)
    assert sum(found.num_examples.values()) == min(most, 40)
    each = [sum(counts.values()) for counts in found.label_counts.values()]
    assert max(each) - min(each) <= 1
