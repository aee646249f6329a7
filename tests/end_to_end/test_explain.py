"""Explanations as a person meets them: on a run, and beside a prediction."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image
from safetensors.numpy import load_file, save

import daylight as package
from contracts.test_runtime import TRAINING_ONLY, python
from daylight.core.explained import ExplainedSection
from daylight.package.manifest import seal
from daylight.steps.explaining import EXPLAINERS
from daylight.steps.pipeline import STEPS, is_due
from end_to_end.conftest import picture

LIBRARIES = (*TRAINING_ONLY, "captum", "shap", "yaml", "jinja2", "rich", "filelock", "matplotlib")


@pytest.fixture
def one(photos):
    return photos / "class 0" / "0.png"


def without(monkeypatch, *libraries):
    """As if some libraries were not installed."""
    for spec in EXPLAINERS.values():
        monkeypatch.delitem(sys.modules, spec.module, raising=False)
    for library in libraries:
        monkeypatch.setitem(sys.modules, library, None)


def test_explain_shows_each_method_with_its_figures_and_where_pictures_lie(daylight, trained):
    shown = daylight("explain", trained)
    assert shown.code == 0
    assert "TreeSHAP" in shown.out
    assert "no detectable difference" in shown.out  # of so few examples
    assert "95 % interval" in shown.out
    assert "not used: Grad-CAM, the model is not a network" in shown.out
    assert Path(trained / "explain" / "tree-shap" / "1.png").is_file()
    assert str(trained / "explain" / "tree-shap") in shown.out


def test_explain_gives_json_for_programs(daylight, trained):
    found = json.loads(daylight("explain", trained, "--json").out)
    assert {each["method"] for each in found["explanations"]} == {
        spec.name for spec in EXPLAINERS.values() if "image" in spec.inputs
    }
    assert found == json.loads((trained / "explain.json").read_text())


def test_explain_of_what_was_explained_changes_nothing(daylight, trained):
    before = (trained / "explain.json").read_bytes()
    outcome = daylight("explain", trained)
    assert "explain: kept" in outcome.err
    assert (trained / "explain.json").read_bytes() == before


def test_python_explains_as_the_command_does(trained):
    found = package.explain(trained)
    assert isinstance(found, ExplainedSection)
    assert package.explain(trained) == found  # still a function when all is loaded


def test_predict_draws_what_an_answer_rests_on(daylight, trained, one, tmp_path):
    outcome = daylight("predict", trained, one, "--explain")
    assert outcome.code == 0
    name, answer, _, drawn = outcome.out.strip().split("\t")
    assert (name, answer[:7]) == (str(one), "class 0")
    with Image.open(tmp_path / drawn) as image:
        assert image.width > image.height
    assert Path(drawn).parent == Path("explanations")


def test_predict_explains_by_the_method_that_is_named(daylight, trained, one):
    outcome = daylight("predict", trained, one, "--json", "--explain", "occlusion", "-o", "here")
    found = json.loads(outcome.out)
    assert (found["method"], found["picture"]) == ("occlusion", "here/0-occlusion.png")
    assert found["label"] == "class 0"
    assert Path("here/0-occlusion.png").is_file()


def test_predict_takes_the_most_faithful_method_of_those_that_work(daylight, trained, one):
    gains = {
        each.method: each.faithfulness.gain
        for each in package.explain(trained).explanations
        if each.faithfulness
    }
    best = max(gains, key=gains.get)
    outcome = daylight("predict", trained, one, "--json", "--explain")
    assert json.loads(outcome.out)["method"] == best


def test_predict_falls_back_on_a_method_that_needs_no_library(daylight, trained, one, monkeypatch):
    without(monkeypatch, "shap", "captum")
    outcome = daylight("predict", trained, one, "--json", "--explain")
    assert json.loads(outcome.out)["method"] == "occlusion"


def test_inputs_of_one_name_get_pictures_of_their_own(daylight, trained, photos):
    both = [photos / "class 0" / "3.png", photos / "class 1" / "3.png"]
    outcome = daylight("predict", trained, *both, "--explain", "occlusion")
    drawn = [line.split("\t")[-1] for line in outcome.out.splitlines()]
    assert drawn == ["explanations/3-occlusion.png", "explanations/3-2-occlusion.png"]
    assert all(Path(each).is_file() for each in drawn)


def test_what_cannot_be_read_is_said_and_the_rest_is_explained(daylight, trained, one, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    outcome = daylight("predict", trained, tmp_path / "broken.png", one, "--explain")
    assert outcome.code == 2
    assert "broken.png" in outcome.err
    assert len(outcome.out.splitlines()) == 1


def test_a_picture_of_another_size_is_explained_as_the_model_sees_it(daylight, trained, tmp_path):
    large = picture(tmp_path / "large.png", size=(90, 40))
    assert daylight("predict", trained, large, "--explain", "occlusion").code == 0


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("grad-cam", "the model is not a network"),
        ("occlusoin", "Did you mean 'occlusion'?"),
    ],
)
def test_a_method_that_does_not_fit_is_refused_with_a_reason(refused, trained, one, method, said):
    assert said in refused("predict", trained, one, "--explain", method)
    assert not Path("explanations").exists()


def test_a_method_that_lacks_its_library_says_how_to_get_it(refused, trained, one, monkeypatch):
    without(monkeypatch, "shap")
    assert "extra explain" in refused("predict", trained, one, "--explain", "tree-shap")


def test_a_package_that_was_never_explained_says_what_to_do(refused, trained, one, tmp_path):
    bare = shutil.copytree(trained / "package", tmp_path / "bare")
    shutil.rmtree(bare / "explain")
    seal(bare, version=package.__version__)
    for method in ([], ["occlusion"]):
        said = refused("predict", bare, one, "--explain", *method)
        assert "daylight explain RUN" in said


def test_a_model_that_looks_at_nothing_is_refused_with_a_reason(refused, daylight, photos, one):
    assert daylight("train", photos, "-o", "run", "--model", "majority").code == 0
    for method in ([], ["occlusion"]):
        assert "is not shown a picture" in refused("predict", "run", one, "--explain", *method)


def test_the_base_install_explains_by_occlusion(trained, one, tmp_path):
    command = ["predict", str(trained / "package"), str(one), "--explain", "occlusion"]
    command += ["-o", str(tmp_path / "drawn")]
    python(f"from daylight.cli.main import main\nmain({command!r})", forbidden=LIBRARIES)
    assert (tmp_path / "drawn" / "0-occlusion.png").is_file()


def test_a_run_without_the_extra_is_explained_by_what_there_is_and_later_by_all(
    daylight, photos, tmp_path, monkeypatch
):
    with monkeypatch.context() as missing:
        without(missing, "shap", "captum")
        quick = ["--model", "random-forest", "--set", "settings.num_trees=2"]
        assert daylight("train", photos, "-o", "run", *quick).code == 0
        shown = daylight("explain", "run")
        assert "not used: TreeSHAP, tree-shap needs shap, which is not installed." in shown.out
        assert "extra explain" in shown.out
        found = {each.method: each for each in package.explain("run").explanations}
        assert found["tree-shap"].lacks == "shap"
        assert found["occlusion"].faithfulness
        assert "shap" in (tmp_path / "run" / "report.html").read_text()
    again = daylight("explain", "run")
    assert "explain: done" in again.err
    assert "not used: TreeSHAP" not in again.out
    run = package.steps.pipeline.Run.open(tmp_path / "run")
    assert [step.name for step in STEPS if is_due(step, run)] == ["report"]


def test_a_model_that_was_exchanged_beside_its_graph_is_found_out(daylight, trained):
    """Gradients and trees of another model would explain answers that it never gave."""
    weights = trained / "package" / "model.safetensors"
    arrays = load_file(weights)
    arrays["leaves.indices"] = 1 - arrays["leaves.indices"]  # of two classes
    weights.write_bytes(save(arrays))
    seal(trained / "package", version=package.__version__)
    (trained / "explain.json").unlink()
    outcome = daylight("explain", trained)
    assert "not used: TreeSHAP, the model that the family loads answers otherwise" in outcome.out
    assert "not checked: the model that the family loads answers otherwise" in outcome.out
    assert outcome.code == 0
