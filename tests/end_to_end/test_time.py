"""A time limit is kept from outside, and what there is by then is a whole model."""

import json
import subprocess
import sys
import time

import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.errors import DataError
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, Scores, TrainedSection
from daylight.package.package import Package
from daylight.steps import pipeline, watchdog
from daylight.steps.standby import provide
from daylight.steps.worker import Job

CNN = ["training.epochs=2", "training.min_steps=0", "settings.width=4", "settings.size=8"]


def recipe_of(data, model="cnn", settings=CNN):
    return recipes.resolve({"data": {"path": str(data)}, "model": model}, settings)


def job_of(data, output, **changed):
    values = {"deadline_s": time.time() + 600, "tail_s": 10.0, **changed}
    return Job(recipe=recipe_of(data), output=str(output), **values)


def test_a_limit_that_is_not_reached_changes_nothing(photos, tmp_path):
    heard = []
    timed = watchdog.train_in_time(
        recipe_of(photos),
        tmp_path / "timed",
        Context(log=lambda event, **_: heard.append(event)),
        time_s=600,
    )
    free = pipeline.start(recipe_of(photos), tmp_path / "free", Context())
    pipeline.advance(free, Context())
    digests = [run.read(TrainedSection).model_digest for run in (timed, free)]
    assert digests[0] == digests[1]
    assert timed.read(Scores).robustness
    assert {"run", "step", "epoch", "explain"} <= set(heard)


def test_too_short_a_limit_is_refused_with_the_least(refused, photos, tmp_path):
    error = refused("train", photos, "--time", "19s")
    assert "--time 20s" in error
    assert not (tmp_path / "photos-run").exists()


def test_what_is_no_time_is_refused(daylight, photos):
    outcome = daylight("train", photos, "--time", "soon")
    assert outcome.code == 2
    assert "such as 90s, 10m or 1h" in outcome.err


def test_an_error_in_the_process_that_works_is_told_as_it_is(tmp_path):
    (tmp_path / "photos" / "only").mkdir(parents=True)
    (tmp_path / "photos" / "only" / "a.png").write_bytes(b"nothing")
    (tmp_path / "photos" / "other").mkdir()
    (tmp_path / "photos" / "other" / "b.png").write_bytes(b"nothing")
    with pytest.raises(DataError):
        watchdog.train_in_time(
            recipe_of(tmp_path / "photos"), tmp_path / "run", Context(), time_s=600
        )


def test_a_baseline_is_there_before_the_data_is_checked(photos, tmp_path):
    run = pipeline.start(recipe_of(photos), tmp_path / "run", Context())
    provide(run, Context())
    assert Package.open(run.baseline).labels == ("class 0", "class 1")
    assert not (run.path / "check.json").exists()
    pipeline.advance(run, Context())
    assert run.read(TrainedSection).baseline_digest


@pytest.fixture
def unready(photos, tmp_path):
    """A run whose training had its time and left nothing behind."""
    run = pipeline.start(recipe_of(photos), tmp_path / "run", Context())
    pipeline.advance(run, Context(deadline=time.monotonic() + 600, tail_s=10, salvage=True))
    return run


def test_where_nothing_is_ready_the_baseline_stands_in_and_says_so(unready, daylight, photos):
    trained = unready.read(TrainedSection)
    assert trained.model == "majority"
    assert trained.model_digest == trained.baseline_digest
    assert "cnn was not ready in time" in trained.note
    assert "not ready in time" in (unready.path / "report.html").read_text()
    assert "not ready in time" in daylight("train", photos, "-o", unready.path, *setting()).out
    assert unready.read(TrainedSection) == trained  # it is a decision, and stays


def setting():
    options = ["--model", "cnn"]
    for each in CNN:
        options += ["--set", each]
    return options


def test_a_model_that_learned_nothing_in_its_time_gives_way_to_the_baseline(
    photos, tmp_path, monkeypatch
):
    from daylight.steps import train

    merits = iter([0.1, 0.9])
    monkeypatch.setattr(train, "_merit", lambda *_: next(merits))
    run = pipeline.start(recipe_of(photos), tmp_path / "run", Context())
    pipeline.advance(run, Context(deadline=time.monotonic() + 5, tail_s=600))
    assert run.read(TrainedSection).model == "majority"
    assert "no better than the baseline" in run.read(TrainedSection).note


def test_a_busy_machine_keeps_more_time_for_what_comes_after_training_but_half_of_it_at_most(
    photos, tmp_path, monkeypatch
):
    kept_s = []

    def log(event, /, **fields):
        kept_s.extend([fields["duration_s"]] if event == "tail" else [])

    monkeypatch.setattr(pipeline, "slowdown", lambda *_: 3.0)
    run = pipeline.start(recipe_of(photos), tmp_path / "run", Context())
    for left_s in (600, 40):
        context = Context(deadline=time.monotonic() + left_s, tail_s=10, log=log)
        pipeline.advance(run, context, through="check")
        run.forget(CheckedSection)
    assert kept_s[0] == 30
    assert 10 <= kept_s[1] <= 20


def test_what_was_left_out_for_want_of_time_is_made_up_for(photos, tmp_path):
    run = pipeline.start(recipe_of(photos), tmp_path / "run", Context())
    late = Context(deadline=time.monotonic())
    pipeline.advance(run, late)
    assert run.read(Scores).robustness == ()
    before = run.read(TrainedSection)
    assert not any(pipeline.is_due(step, run, in_time=True) for step in pipeline.STEPS)
    pipeline.advance(run, Context())
    assert run.read(Scores).robustness
    assert run.read(TrainedSection) == before
    assert not any(pipeline.is_due(step, run) for step in pipeline.STEPS)


def test_changed_data_is_not_held_to_what_was_decided_for_other_data(unready, photos):
    first = next(photos.glob("*/*.png"))
    first.write_bytes(next(photos.glob("*1/1.png")).read_bytes())
    pipeline.advance(unready, Context())
    assert unready.read(TrainedSection).model == "cnn"


def worker(job):
    process = subprocess.Popen(
        [sys.executable, "-m", "daylight.steps.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdin.write(job.to_line())
    process.stdin.flush()
    return process


def test_nobody_works_on_when_the_one_who_watches_is_gone(photos, tmp_path):
    many = ["training.epochs=100000", *CNN[1:]]
    job = Job(
        recipe=recipe_of(photos, settings=many),
        output=str(tmp_path / "run"),
        deadline_s=time.time() + 600,
        tail_s=10.0,
    )
    with worker(job) as process:
        for line in process.stdout:
            if json.loads(line)["event"] == "batch":
                break
        process.stdin.close()
        assert process.wait(timeout=60) == 1
    assert Run.open(tmp_path / "run")


def test_training_that_does_not_end_by_itself_is_ended_and_the_rest_is_done(
    photos, tmp_path, monkeypatch
):
    """The watchdog's clock says that training is over as soon as its first batch is done."""
    heard = []

    def log(event, **fields):
        heard.append(event)

    def left_s(self):
        over = self.step == "train" and "batch" in heard and not self._job.salvage
        return 0.0 if over else 600.0

    monkeypatch.setattr(watchdog._Watched, "_left_s", left_s)
    many = ["training.epochs=100000", *CNN[1:]]
    run = watchdog.train_in_time(
        recipe_of(photos, settings=many), tmp_path / "run", Context(log=log), time_s=600
    )
    assert "late" in heard
    assert run.read(TrainedSection).note
    assert run.read(Scores).scores
    Package.open(run.package)
