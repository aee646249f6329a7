"""What every package promises, whatever is in it."""

import re
import shutil
import sys
from pathlib import Path

import msgspec
import pytest
from huggingface_hub import EvalResult, ModelCard, ModelCardData

import daylight
from daylight.core.config import decode
from daylight.core.errors import IntegrityError
from daylight.core.recipe import Recipe
from daylight.core.sections import PreparedSection, Scores, TrainedSection
from daylight.core.types import Program
from daylight.models import FAMILIES
from daylight.package.manifest import MODEL_FILES, read_manifest, seal
from daylight.package.package import Package
from daylight.runtime.predictor import Predictor
from daylight.steps.packaging import with_license
from daylight.tasks import TASKS


@pytest.fixture
def package(run, tmp_path):
    """A copy, to be harmed."""
    return shutil.copytree(run.package, tmp_path / "package")


def seal_again(folder):
    return seal(folder, version=daylight.__version__)


def test_it_opens_and_lists_every_file(run):
    for folder in (run.package, run.baseline):
        listed = Package.open(folder).manifest.files
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        assert there == {*listed, "manifest.json"}


def test_it_opens_from_its_run_and_from_anywhere(run, package):
    assert Predictor.open(run.path).package.folder == run.package
    assert Predictor.open(package).package.manifest == Package.open(run.package).manifest


def test_recipe_and_program_come_back_from_json_as_they_were(run):
    for kind, name in ((Recipe, "recipe.json"), (Program, "program.json")):
        data = (run.package / name).read_bytes()
        assert decode(kind, data, where=name).to_json() == data


def test_its_recipe_is_the_runs_but_for_the_place_of_the_data(run):
    recipe = decode(Recipe, Package.open(run.package).read("recipe.json"), where="recipe.json")
    changed = {"data.path"}
    if str(run.recipe.settings.get("backbone", "")).startswith("hf:/"):
        changed.add("settings.backbone")
    assert set(recipe.differences(run.recipe)) == changed
    assert recipe.data.path == Path(run.recipe.data.path).name


def test_the_card_is_read_by_the_official_client(run):
    card = ModelCard.load(run.package / "README.md")
    task = TASKS[run.recipe.task]
    spec = with_license(FAMILIES[run.recipe.model], run.package)
    assert isinstance(card.data, ModelCardData)
    assert card.data.license == spec.license.lower()
    assert card.data.pipeline_tag == task.pipeline_tag
    assert card.data.library_name == "daylight"
    assert spec.name in card.data.tags
    assert card.text.strip().startswith(f"# {card.data.model_name}")


def test_the_hub_reads_the_scores_that_were_measured(run):
    results = ModelCard.load(run.package / "README.md").data.eval_results
    assert all(isinstance(result, EvalResult) for result in results)
    measured = {
        score.metric: score.value
        for score in run.read(Scores).scores
        if score.label is None and score.value is not None
    }
    assert {result.metric_type: result.metric_value for result in results} == measured
    section = run.read(PreparedSection)
    assert {result.dataset_revision for result in results} == {section.data_digest}
    assert {result.dataset_split for result in results} == {"test"}


def test_the_card_comes_back_from_the_official_client_as_it_was(run, tmp_path):
    card = ModelCard.load(run.package / "README.md")
    card.save(tmp_path / "README.md")
    assert ModelCard.load(tmp_path / "README.md").data.to_dict() == card.data.to_dict()


def test_it_does_not_tell_where_on_a_disk_it_was_made(run):
    code = Path(daylight.__file__).parents[1]
    places = {
        "data": run.recipe.data.path,
        "folder of the data": Path(run.recipe.data.path).parent,
        "run": run.path,
        "home": Path.home(),
        "code": code,
        "libraries": sys.prefix,
    }
    told = [
        (path.name, what)
        for path in sorted(run.package.rglob("*.*"))
        for what, place in places.items()
        if f"{place}/".encode() in path.read_bytes() or f'{place}"'.encode() in path.read_bytes()
    ]
    assert told == []


def test_its_answers_stay_with_the_model_and_its_numbers_are_evidence(run):
    scores = decode(Scores, (run.package / "metrics.json").read_bytes(), where="metrics.json")
    assert scores.scores == run.read(Scores).scores
    assert scores.model_digest == Package.open(run.package).manifest.model_digest
    assert (run.package / "report.html").read_bytes() == (run.path / "report.html").read_bytes()


def test_it_says_which_data_it_comes_from(run):
    provenance = msgspec.json.decode((run.package / "provenance.json").read_bytes())
    assert provenance["data_digest"] == run.read(PreparedSection).data_digest
    assert provenance["environment"]["daylight_version"] == daylight.__version__


@pytest.mark.parametrize("name", ["report.html", "README.md", "metrics.json", "audit.json"])
def test_evidence_makes_no_new_model(run, package, name):
    (package / name).write_text("something else was found")
    manifest = seal_again(package)
    assert manifest.model_digest == run.read(TrainedSection).model_digest
    assert manifest != read_manifest(run.package)


def test_any_change_of_what_the_model_is_makes_another(run, package):
    names = {p.name for pattern in MODEL_FILES for p in package.glob(pattern)}
    assert {"program.json", "labels.json"} <= names
    seen = {run.read(TrainedSection).model_digest}
    for name in sorted(names):
        data = bytearray((package / name).read_bytes())
        data[-1] ^= 1
        (package / name).write_bytes(data)
        seen.add(seal_again(package).model_digest)
    assert len(seen) == len(names) + 1


def test_a_changed_byte_in_any_file_is_found_before_anything_is_opened(package):
    for name in read_manifest(package).files:
        before = (package / name).read_bytes()
        changed = bytearray(before)
        changed[len(changed) // 2] ^= 1
        (package / name).write_bytes(changed)
        with pytest.raises(IntegrityError, match=re.escape(name)):
            Package.open(package)
        (package / name).write_bytes(before)
    Package.open(package)


def test_a_missing_or_an_added_file_is_found(package):
    (package / "added.json").write_text("{}")
    with pytest.raises(IntegrityError, match=re.escape("added.json")):
        Package.open(package)
    (package / "added.json").unlink()
    (package / "labels.json").unlink()
    with pytest.raises(IntegrityError, match=re.escape("labels.json")):
        Package.open(package)
