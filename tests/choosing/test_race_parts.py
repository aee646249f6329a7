"""The ladder, who goes on, nested parts of the data, and the search through settings."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.recipe import DataConfig, Limits, Recipe
from daylight.core.search import Choice
from daylight.core.sections import Score
from daylight.models import FAMILIES
from daylight.steps.dataset import nested_order
from daylight.steps.entrants import Entrant
from daylight.steps.families import fitting, open_family
from daylight.steps.pipeline import advance, start
from daylight.steps.race import ladder, promoted
from daylight.steps.trials import Entry, Trial
from daylight.steps.tuning import defaults, tune, with_settings
from daylight.tasks import TASKS
from tiny import TINY

quick = settings(max_examples=60, deadline=None)
SEARCHED = [spec.name for spec in FAMILIES.values() if hasattr(open_family(spec.name), "SEARCH")]


def trial(value, size=100, *, spread=0.05, seconds=1.0, higher=True):
    score = Score(
        metric="m",
        title="M",
        unit="ratio",
        higher_is_better=higher,
        value=value,
        low=value - spread,
        high=value + spread,
        method="wilson",
        num_examples=200,
    )
    return Trial(
        num_examples=size,
        score=score,
        half=value,
        duration_s=seconds,
        spent_s=seconds,
        cut_short=False,
        allowed_s=99.0,
        license="MIT",
    )


def entrant(*trials):
    return Entrant(Entry(FAMILIES["majority"], None), trials=list(trials))


@given(st.integers(1, 10**6), st.integers(0, 50))
@quick
def test_a_ladder_rises_to_all_there_is(num_examples, num_labels):
    sizes = ladder(num_examples, num_labels)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == num_examples
    assert all(size >= 300 or size == num_examples for size in sizes)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.integers(0, 9))
@quick
def test_every_part_of_the_data_keeps_the_shares_of_the_labels(strata, seed):
    order = nested_order(strata, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(strata)))
    counts = Counter(strata)
    for size in range(len(counts), len(strata) + 1):
        part = Counter(strata[place] for place in order[:size])
        for label, count in counts.items():
            assert part[label] >= 1
            assert abs(part[label] - size * count / len(strata)) <= len(counts)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.booleans())
@quick
def test_from_a_third_to_a_half_go_on_and_the_best_always(values, higher):
    found = [entrant(trial(value, higher=higher)) for value in values]
    found.sort(key=lambda each: each.merit, reverse=True)
    going = promoted(found)
    assert going[0] is found[0]
    assert len(found) / 3 <= len(going) <= max(-(-len(found) // 3), -(-len(found) // 2))
    assert all(each.reaches(found[0]) for each in going[-(-len(found) // 3) :])


def test_time_is_foretold_by_how_it_grew():
    assert entrant(trial(0.5, 100, seconds=2)).expected_s(400) == pytest.approx(4)
    linear = entrant(trial(0.5, 100, seconds=2), trial(0.5, 300, seconds=6))
    assert linear.expected_s(900) == pytest.approx(18)
    level = entrant(trial(0.5, 100, seconds=5), trial(0.5, 300, seconds=5))
    assert level.expected_s(900) == pytest.approx(5)


@pytest.mark.parametrize("name", SEARCHED)
def test_what_a_family_searches_are_settings_it_has(name):
    family = open_family(name)
    plain = family.Settings()
    for key, value in defaults(plain, family.SEARCH).items():
        space = family.SEARCH[key]
        ends = space.values if isinstance(space, Choice) else (space.low, space.high)
        if isinstance(space, Choice):
            assert value in ends, key
        else:
            assert space.low <= value <= space.high, key
            ends = [int(end) for end in ends] if space.whole else ends
        for end in ends:
            changed = with_settings(plain, {key: end})
            assert defaults(changed, family.SEARCH)[key] == end


class Made:
    """Stands for trials: how good settings are is a formula."""

    num_validation = 400

    def __init__(self, value, verdict):
        self._value, self._verdict = value, verdict

    def fit(self, entry, size, *, packaged, allowed_s):
        return trial(self._value(entry.settings), size, seconds=1e-3)

    def compare(self, first, second, size, *, allowed_s):
        from daylight.core.sections import Difference

        values = [self._value(each.settings) for each in (first, second)]
        return Difference(
            metric="m",
            title="M",
            unit="ratio",
            first=values[0],
            second=values[1],
            difference=values[1] - values[0],
            low=0.0,
            high=1.0,
            p_value=None,
            method="mcnemar",
            verdict=self._verdict,
        )


@pytest.mark.parametrize("verdict", ["better", "no detectable difference"])
def test_settings_are_taken_only_if_they_are_detectably_better(verdict):
    entry = Entry(FAMILIES["svm"], open_family("svm").Settings())
    made = Made(lambda each: 1 / (1 + abs(each.cost - 8)), verdict)
    found, tuning = tune(made, entry, [trial(0.5, 900, seconds=1e-3)], Context().within(60))
    assert tuning.num_trials >= 6
    if verdict == "better":
        assert abs(found.cost - 8) < abs(entry.settings.cost - 8)
    else:
        assert found == entry.settings
        assert "the defaults stay" in tuning.reason


@pytest.mark.parametrize("name", TASKS)
def test_a_model_can_be_chosen_for_every_task(name, tmp_path):
    task = TASKS[name]
    cheap = sorted(fitting(task), key=lambda spec: spec.cost)[:2]
    recipe = Recipe(
        data=DataConfig(path=str(TINY[name](tmp_path / "data"))),
        task=name,
        limits=Limits(models=tuple(spec.name for spec in cheap if spec.cost < 100)),
    )
    run = start(recipe, tmp_path / "run", Context())
    advance(run, Context(), through="choose")
    chosen = run.read(ChosenSection)
    assert chosen.model in recipe.limits.models
    ranked = chosen.race.fitted()
    assert [each.rungs[-1].score.metric for each in ranked] == [task.primary] * len(ranked)
    best, last = (each.rungs[-1].score for each in (ranked[0], ranked[-1]))
    assert best.value >= last.value if best.higher_is_better else best.value <= last.value
