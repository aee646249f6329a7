"""``daylight choose`` as a person meets it: a ranking with reasons, limits that hold, no rework."""

import json

import msgspec
import pytest

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.recipe import DataConfig, Limits, Recipe
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, TrainedSection
from daylight.models import FAMILIES, majority
from daylight.steps.pipeline import advance, start
from daylight.steps.trials import Entry, Trials
from end_to_end.conftest import daylight, photos, refused  # noqa: F401 - fixtures

TREES = "decision-tree,random-forest,majority"


class Killed(BaseException):
    """Stands for a signal: nothing may catch it."""


def begin(data, output, log=None, *, seed=0, models=TREES):
    recipe = Recipe(
        data=DataConfig(path=str(data)), limits=Limits(models=tuple(models.split(","))), seed=seed
    )
    return start(recipe, output, Context(log=log) if log else Context())


def choice(run):
    return Run.open(run).read(ChosenSection)


def trials(run):
    return {path: path.stat().st_mtime_ns for path in (run / "race").rglob("trial.json")}


def test_the_ranking_has_a_reason_for_everyone(daylight, photos, tmp_path):  # noqa: F811
    outcome = daylight("choose", photos, "-o", "run", "--among", TREES)
    assert outcome.code == 0, outcome
    race = choice(tmp_path / "run").race
    assert {each.model for each in race.fitted()} == set(TREES.split(","))
    assert all(each.reason for each in race.candidates)
    assert [each.state for each in race.candidates].count("chosen") == 1
    for each in race.fitted():
        assert each.model in outcome.out
        assert each.size_bytes > 0 and each.latency_ms > 0
        assert each.rungs[-1].score.low <= each.rungs[-1].score.value <= each.rungs[-1].score.high
    assert "ruled out: gan" in outcome.out.replace("pixel-gaussian, ", "")


def test_json_is_the_section_that_is_kept(daylight, photos, tmp_path):  # noqa: F811
    outcome = daylight("choose", photos, "-o", "run", "--among", TREES, "--json")
    assert json.loads(outcome.out) == json.loads((tmp_path / "run" / "choice.json").read_text())


def test_train_goes_on_with_what_was_chosen(daylight, photos, tmp_path):  # noqa: F811
    assert daylight("choose", photos, "-o", "run", "--among", TREES).code == 0
    made = sorted((tmp_path / "run" / "prepared").iterdir())
    outcome = daylight("train", photos, "-o", "run")
    assert outcome.code == 0, outcome
    assert "choose: kept" in outcome.err
    run = Run.open(tmp_path / "run")
    assert run.recipe.model == ""
    assert run.read(TrainedSection).model == run.read(ChosenSection).model
    assert sorted((tmp_path / "run" / "prepared").iterdir()) == made  # nothing is processed twice
    assert set(run.read(PreparedSection).caches.values()) <= {f"prepared/{p.name}" for p in made}
    report = (tmp_path / "run" / "report.html").read_text()
    assert "random-forest" in report and "decision-tree" in report


def test_another_model_can_be_trained_after_all(daylight, photos, tmp_path):  # noqa: F811
    assert daylight("choose", photos, "-o", "run", "--among", "decision-tree,majority").code == 0
    quick = ["--set", "settings.num_trees=2"]
    assert daylight("train", photos, "-o", "run", "--model", "random-forest", *quick).code == 0
    assert Run.open(tmp_path / "run").read(TrainedSection).model == "random-forest"


def test_the_race_never_sees_the_test_split(photos, tmp_path, monkeypatch):  # noqa: F811
    seen, fit = [], majority.fit
    monkeypatch.setattr(
        majority,
        "fit",
        lambda prepared, *rest: seen.append(prepared.splits) or fit(prepared, *rest),
    )
    advance(begin(photos, tmp_path / "run"), Context(), through="choose")
    assert seen
    assert all(set(splits) == {"train", "validation"} for splits in seen)


@pytest.mark.parametrize("after", [1, 2])
def test_a_race_that_is_killed_goes_on_where_it_was(photos, tmp_path, after):  # noqa: F811
    whole = begin(photos, tmp_path / "whole")
    advance(whole, Context(), through="choose")
    count = 0

    def kill(event, /, **fields):
        nonlocal count
        count += event == "trial"
        if count == after:
            raise Killed

    run = begin(photos, tmp_path / "run")
    with pytest.raises(Killed):
        advance(run, Context(log=kill), through="choose")
    before = trials(run.path)
    assert len(before) == after
    advance(run, Context(), through="choose")
    now = trials(run.path)
    assert {path: now[path] for path in before} == before
    both = [each.read(ChosenSection) for each in (run, whole)]
    assert both[0].model == both[1].model
    scores = [[c.rungs[-1].score for c in each.race.fitted()] for each in both]
    assert scores[0] == scores[1]


def test_a_race_without_time_still_chooses_and_a_longer_one_takes_it_up(
    daylight,  # noqa: F811
    photos,  # noqa: F811
    tmp_path,
):
    outcome = daylight("choose", photos, "-o", "run", "--among", TREES, "--time", "1ms")
    assert "a longer --time takes the race up again" in outcome.out
    first, before = choice(tmp_path / "run"), trials(tmp_path / "run")
    assert not first.race.is_finished
    assert len(before) == 1
    late = [each.reason for each in first.race.candidates if each.state == "left out"]
    assert len(late) == 2
    assert all("0 s were left for it" in reason for reason in late)
    assert daylight("choose", photos, "-o", "run", "--among", TREES, "--time", "90s").code == 0
    second, now = choice(tmp_path / "run"), trials(tmp_path / "run")
    assert second.race.is_finished
    assert len(now) == 3
    assert now.items() >= before.items()
    assert daylight("choose", photos, "-o", "run", "--among", TREES, "--time", "5m").code == 0
    assert choice(tmp_path / "run") == second  # finished: more time changes nothing


@pytest.mark.parametrize(("allowed_s", "is_fitted_anew"), [(5.0, False), (50.0, True)])
def test_a_fit_that_was_cut_short_is_made_anew_if_there_is_more_time(
    photos,  # noqa: F811
    tmp_path,
    allowed_s,
    is_fitted_anew,
):
    run = begin(photos, tmp_path / "run", models="majority")
    advance(run, Context(), through="check")
    spec = FAMILIES["majority"]
    entry = Entry(spec, majority.Settings())
    first = Trials(run, Context()).fit(entry, 5, packaged=False, allowed_s=10.0)
    [file] = trials(run.path)
    file.write_bytes(msgspec.structs.replace(first, cut_short=True).to_json())
    again = Trials(run, Context()).fit(entry, 5, packaged=False, allowed_s=allowed_s)
    assert again.cut_short != is_fitted_anew


def test_who_is_over_a_limit_is_rejected_with_the_number(daylight, photos, tmp_path):  # noqa: F811
    outcome = daylight("choose", photos, "-o", "run", "--among", TREES, "--size", "12.5kB")
    assert outcome.code == 0, outcome
    found = {each.model: each for each in choice(tmp_path / "run").race.candidates}
    forest = found["random-forest"]
    assert forest.state == "rejected"
    assert f"takes {forest.size_bytes / 1e3:.1f} kB, more than the 12.5 kB" in forest.reason
    assert choice(tmp_path / "run").model != "random-forest"


@pytest.mark.parametrize(
    ("limit", "named"),
    [
        (("--license", "mit,gpl-3.0-only"), "--license Apache-2.0"),
        (("--size", "1kB"), "--size 0.0"),
        (("--latency", "0.0001ms"), "--latency 0."),
    ],
)
def test_where_nothing_is_left_it_says_what_to_relax(refused, photos, limit, named):  # noqa: F811
    err = refused("choose", photos, "--among", "decision-tree,majority", *limit)
    assert "No model is left" in err
    assert named in err


@pytest.mark.parametrize("limit", [("--size", "5kB"), ("--latency", "0.0001ms")])
def test_training_refuses_a_package_over_the_limit(refused, photos, limit):  # noqa: F811
    quick = ["--model", "random-forest", "--set", "settings.num_trees=2"]
    err = refused("train", photos, *quick, *limit)
    assert "more than the" in err


def test_a_license_is_asked_for_in_any_spelling(daylight, photos, tmp_path):  # noqa: F811
    only = ["--among", "majority", "--license", "apache-2.0"]
    assert daylight("choose", photos, "-o", "run", *only).code == 0
    assert choice(tmp_path / "run").model == "majority"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--set", "settings.num_trees=2"), "settings.num_trees"),
        (("--set", "training.epochs=2"), "training.epochs"),
        (("--among", "cnm"), "'cnm'"),
        (("--among", "gan"), "gan cannot do image-classification"),
    ],
)
def test_what_makes_no_sense_is_named(refused, photos, arguments, named):  # noqa: F811
    assert named in refused("choose", photos, *arguments)


@pytest.mark.parametrize("time", ["soon", "5", "-5m", "0s", "5 parsecs"])
def test_a_time_that_cannot_be_is_named(daylight, photos, time):  # noqa: F811
    outcome = daylight("choose", photos, f"--time={time}")
    assert outcome.code == 2
    assert repr(time) in outcome.err
