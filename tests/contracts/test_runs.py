"""What every run and package promises, whatever was trained."""

import re
import shutil

import pytest
from huggingface_hub import ModelCard
from PIL import Image

from daylight.core.config import decode
from daylight.core.context import Context
from daylight.core.errors import IntegrityError
from daylight.core.recipe import Recipe
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, Scores, TrainedSection
from daylight.core.types import Program
from daylight.models import FAMILIES
from daylight.package.manifest import read_manifest, seal
from daylight.package.package import Package
from daylight.steps import STEPS
from daylight.steps.evaluate import evaluate
from daylight.steps.pipeline import advance, is_due
from daylight.tasks import TASKS


def due(run):
    return [step.name for step in STEPS if is_due(step, run)]


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


def test_a_finished_run_has_nothing_to_do(run):
    assert due(run) == []


def test_evaluating_again_gives_the_same_scores(run):
    before = run.read(Scores)
    after = evaluate(run, Context())
    assert (after.scores, after.figures) == (before.scores, before.figures)
    advance(run, Context())


def test_every_score_is_beside_its_baseline(run):
    scores = run.read(Scores)
    assert scores.scores[0].metric == TASKS[run.recipe.task].primary
    assert all(s.baseline is not None for s in scores.scores if s.label is None)
    assert all(s.low <= s.value <= s.high for s in scores.scores if s.low is not None)


def test_the_default_family_beats_the_baseline(trained):
    for task in TASKS.values():
        first = trained(task.name, task.default).read(Scores).scores[0]
        gain = first.value - first.baseline
        assert (gain if first.higher_is_better else -gain) > 0, task.name


def test_the_card_is_read_by_the_official_client(run):
    card = ModelCard.load(run.package / "README.md").data
    task, spec = TASKS[run.recipe.task], FAMILIES[run.recipe.model]
    assert card.license == spec.license.lower()
    assert card.pipeline_tag == task.pipeline_tag
    assert card.library_name == "daylight"
    measured = {s.metric: s.value for s in run.read(Scores).scores if s.label is None}
    assert {r.metric_type: r.metric_value for r in card.eval_results} == measured
    assert {r.dataset_revision for r in card.eval_results} == {
        run.read(PreparedSection).data_digest
    }


def test_recipe_and_program_come_back_from_json_as_they_were(run):
    for kind, name in ((Recipe, "recipe.json"), (Program, "program.json")):
        data = (run.package / name).read_bytes()
        assert decode(kind, data, where=name).to_json() == data


def test_a_package_does_not_tell_where_on_a_disk_it_was_made(run):
    for path in run.package.rglob("*"):
        assert str(run.path.parent).encode() not in path.read_bytes(), path.name


def test_nothing_in_a_package_can_run_code(run):
    for path in run.package.rglob("*"):
        assert path.suffix in {".json", ".md", ".safetensors", ".onnx", ".html"}
        assert not path.read_bytes().startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"PK"))


def test_a_report_makes_no_new_model_and_a_weight_does(copied):
    before = read_manifest(copied.package).model_digest
    assert before == copied.read(TrainedSection).model_digest
    (copied.package / "report.html").write_text("another report")
    assert seal(copied.package, version="1").model_digest == before
    weights = (copied.package / "model.safetensors").read_bytes()
    (copied.package / "model.safetensors").write_bytes(weights[:-1] + b"\x01")
    assert seal(copied.package, version="1").model_digest != before


def test_removing_a_section_makes_it_and_what_follows_due(copied):
    (copied.path / "evaluate.json").unlink()
    assert due(copied) == ["evaluate", "report"]
    advance(copied, Context())
    assert due(copied) == []


def test_a_changed_picture_makes_everything_due_again(copied):
    before = copied.read(PreparedSection).data_digest
    first = sorted((copied.path.parent / "data").rglob("*.png"))[0]
    Image.new("RGB", (14, 14), "red").save(first)
    assert due(copied)[0] == "prepare"
    advance(copied, Context())
    assert copied.read(PreparedSection).data_digest != before
    assert due(copied) == []


def test_new_file_times_alone_train_nothing_again(copied):
    trained = copied.digest(TrainedSection)
    for path in (copied.path.parent / "data").rglob("*.png"):
        path.touch()
    advance(copied, Context())
    assert copied.digest(TrainedSection) == trained


@pytest.mark.parametrize("name", ["model.onnx", "program.json", "README.md"])
def test_a_changed_byte_is_found_before_anything_is_opened(copied, name):
    data = bytearray((copied.package / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied.package / name).write_bytes(data)
    with pytest.raises(IntegrityError, match=re.escape(name)):
        Package.open(copied.package)
