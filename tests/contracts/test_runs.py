"""What every run promises, whatever was trained."""

import shutil
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from contracts.conftest import make_run
from daylight.core.config import decode
from daylight.core.context import Context
from daylight.core.errors import NotFoundError, OutputError, UserError
from daylight.core.hashing import sha256_file
from daylight.core.recipe import Recipe
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, Scores, TrainedSection
from daylight.package.package import Package
from daylight.steps import STEPS
from daylight.steps.evaluate import evaluate
from daylight.steps.pipeline import advance, is_due
from daylight.tasks import TASKS
from tiny import patterns


def due(run):
    return [step.name for step in STEPS if is_due(step, run)]


def states(run):
    """What each step was found to be when the run was continued."""
    found = {}

    def log(event, **fields):
        if event == "step":
            found[fields["name"]] = fields["state"]

    advance(run, Context(log=log))
    return found


def digests(run):
    return {
        path.relative_to(run.path).as_posix(): sha256_file(path)
        for path in run.path.rglob("*")
        if path.is_file() and path.name != "log.jsonl"
    }


@pytest.fixture
def copied(trained, tmp_path):
    """A run and its data, to be harmed."""
    run = trained("image-classification", "random-forest")
    data = shutil.copytree(run.recipe.data.path, tmp_path / "data")
    shutil.copytree(run.path, tmp_path / "run")
    text = (tmp_path / "run" / "recipe.json").read_text()
    (tmp_path / "run" / "recipe.json").write_text(text.replace(run.recipe.data.path, str(data)))
    copy = Run.open(tmp_path / "run")
    advance(copy, Context())
    return copy


def test_a_finished_run_keeps_every_step_and_every_byte(run):
    before = digests(run)
    assert states(run) == {step.name: "kept" for step in STEPS}
    assert digests(run) == before


def test_evaluating_again_gives_the_same_scores(run):
    before = run.read(Scores)
    assert evaluate(run, Context()) == before
    assert due(run) == []


def test_the_same_recipe_gives_the_same_scores(run, again):
    one, other = run.read(Scores), again.read(Scores)
    assert one.benchmark_digest == other.benchmark_digest
    assert (one.scores, one.figures) == (other.scores, other.figures)
    assert (one.examples, one.mistakes) == (other.examples, other.mistakes)


def test_every_score_is_beside_its_baseline(run):
    scores = run.read(Scores)
    assert scores.baseline == TASKS[run.recipe.task].baseline
    assert scores.scores[0].metric == TASKS[run.recipe.task].primary
    overall = [score for score in scores.scores if score.label is None]
    assert all((s.value is None) or (s.baseline is not None) for s in overall)
    assert all(s.low <= s.value <= s.high for s in scores.scores if s.low is not None)


def test_scores_are_of_the_package_that_was_trained(run):
    package = Package.open(run.package)
    digest = package.manifest.model_digest
    assert run.read(TrainedSection).model_digest == digest
    assert run.read(Scores).model_digest == digest


@pytest.mark.parametrize("pair", [(task.name, task.default) for task in TASKS.values()], ids=TASKS)
def test_the_default_family_beats_the_baseline(pair, trained):
    first = trained(*pair).read(Scores).scores[0]
    gain = first.value - first.baseline
    assert (gain if first.higher_is_better else -gain) > 0


def test_its_recipe_comes_back_from_json_as_it_was(run):
    data = run.recipe_file.read_bytes()
    recipe = decode(Recipe, data, where=run.recipe_file)
    assert recipe == run.recipe
    assert recipe.to_json() == data
    assert run.recipe.differences(recipe) == []


def test_the_saved_recipe_continues_the_run_that_it_came_from(run):
    assert Run.start(run.path, run.recipe).path == run.path


def test_removing_the_scores_makes_them_and_the_report_due(copied):
    before = copied.read(Scores)
    (copied.path / "evaluate.json").unlink()
    assert due(copied) == ["evaluate", "report"]
    # The scores come out as they were, so the report that shows them may stay.
    kept = dict.fromkeys(("check", "choose", "prepare", "train", "explain", "report"), "kept")
    assert states(copied) == {**kept, "evaluate": "done"}
    assert copied.read(Scores) == before


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_removing_a_section_makes_its_step_due(copied, step):
    (copied.path / step.section.saved_as()).unlink()
    assert step.name in due(copied)
    advance(copied, Context())
    assert due(copied) == []


@pytest.mark.parametrize(
    ("made", "step"),
    [
        ("check.html", "check"),
        ("prepared", "prepare"),
        ("package", "train"),
        ("baseline", "train"),
        ("explain", "explain"),
        ("report.html", "report"),
    ],
)
def test_removing_what_a_step_made_makes_it_due(copied, made, step):
    place = copied.path / made
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    assert step in due(copied)
    advance(copied, Context())
    assert place.exists()
    Package.open(copied.package)


def test_a_changed_picture_makes_everything_due_again(copied):
    before = copied.read(PreparedSection).data_digest
    first = sorted((copied.path.parent / "data").rglob("*.png"))[0]
    Image.new("RGB", (14, 14), "red").save(first)
    assert due(copied)[0] == "check"
    assert set(states(copied).values()) == {"done"}
    assert copied.read(PreparedSection).data_digest != before
    assert due(copied) == []


def test_an_added_picture_makes_everything_due_again(copied):
    before = sum(copied.read(PreparedSection).num_examples.values())
    first = sorted((copied.path.parent / "data").rglob("*.png"))[0]
    shutil.copy(first, first.with_name("one more.png"))
    assert set(states(copied).values()) == {"done"}
    assert sum(copied.read(PreparedSection).num_examples.values()) == before + 1


def test_a_run_whose_data_is_gone_still_tells_what_it_found(copied):
    shutil.rmtree(copied.recipe.data.path)
    before = digests(copied)
    assert set(states(copied).values()) == {"kept"}
    assert digests(copied) == before


def test_a_step_that_needs_data_that_is_gone_names_it(copied):
    shutil.rmtree(copied.recipe.data.path)
    (copied.path / "evaluate.json").unlink()
    with pytest.raises(NotFoundError, match=copied.recipe.data.path):
        advance(copied, Context())


def test_two_processes_do_not_work_on_one_run(copied):
    (copied.path / "evaluate.json").unlink()

    refused = []

    def meanwhile(event, **fields):
        if fields.get("state") == "due":
            with pytest.raises(OutputError, match="Another process is working"):
                advance(Run.open(copied.path), Context())
            refused.append(fields["name"])

    advance(copied, Context(log=meanwhile))
    assert refused == ["evaluate"]
    assert due(copied) == []


def test_new_file_times_alone_train_nothing_again(copied):
    for path in (copied.path.parent / "data").rglob("*.png"):
        path.touch()
    assert due(copied) == ["check"]
    assert states(copied)["prepare"] == states(copied)["train"] == "kept"
    assert due(copied) == []


def killed_at_every_write(monkeypatch, start, *, every=1):
    """Calls ``start(number)`` again and again, each time cut short ``every`` writes later.

    Every write ends in a rename, so that is where the process is made to die.
    """
    left = 0

    def counted(move):
        def moved(path, target):
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
            return move(path, target)

        return moved

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    for number in range(1, 1000, every):
        left = number
        try:
            start(number)
        except KeyboardInterrupt:
            left = 0
            yield number
        else:
            assert number > 10
            return


def end_differs(run, expected):
    """What is wrong with a run that was continued, if anything."""
    try:
        assert due(run) == []
        # Not by what they came after: a section of "train" tells how long each epoch took.
        found, wanted = (
            msgspec.structs.replace(each.read(Scores), after={}) for each in (run, expected)
        )
        assert found == wanted
        one, other = (Package.open(each.package).manifest for each in (run, expected))
        assert one.files.keys() == other.files.keys()
        assert one.model_digest == other.model_digest
        Package.open(run.baseline)
    except (AssertionError, UserError) as error:
        return repr(error)
    return None


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_run_that_was_killed_at_any_write_continues_to_the_same_end(tmp_path, monkeypatch, every):
    data = patterns(tmp_path / "data", classes=2, each=5, side=8)
    expected = make_run(data, tmp_path / "whole", "majority")

    def start(number):
        return make_run(data, tmp_path / str(number), "majority")

    wrong = {
        number: reason
        for number in killed_at_every_write(monkeypatch, start, every=every)
        if (reason := end_differs(start(number), expected))
    }
    assert wrong == {}


@pytest.mark.slow
def test_a_run_that_was_killed_while_it_was_made_anew_continues_to_the_same_end(
    tmp_path, monkeypatch
):
    data = patterns(tmp_path / "data", classes=2, each=5, side=8)
    old = make_run(data, tmp_path / "old", "majority")
    Image.new("RGB", (8, 8), "red").save(next(data.rglob("*.png")))
    expected = make_run(data, tmp_path / "new", "majority")
    assert expected.read(PreparedSection).data_digest != old.read(PreparedSection).data_digest

    def start(number):
        place = tmp_path / str(number)
        if not place.exists():
            shutil.copytree(old.path, place)
        return make_run(data, place, "majority")

    wrong = {
        number: reason
        for number in killed_at_every_write(monkeypatch, start)
        if (reason := end_differs(start(number), expected))
    }
    assert wrong == {}
