"""Packages in other forms: smaller, or faster and no worse, with all that serving them takes."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from daylight import __version__
from daylight.cli.main import build_parser
from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.exported import Exported, Speedup
from daylight.core.sections import Difference, Scores
from daylight.package.manifest import seal
from daylight.package.package import Package
from daylight.runtime.predictor import Predictor
from daylight.steps.container import dockerfile
from daylight.steps.dataset import benchmark
from daylight.steps.export import EXPORT
from daylight.steps.forms import FORMS, files
from daylight.steps.pipeline import advance, start
from daylight.steps.quantize import quantized
from end_to_end.conftest import contents
from tiny import FAST, TINY, patterns


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A network that knows its patterns, evaluated."""
    folder = tmp_path_factory.mktemp("exported")
    data = patterns(folder / "photos", classes=2, each=40)
    values = {"data": {"path": str(data)}, "model": "cnn"}
    made = start(recipes.resolve(values, FAST["cnn"]), folder / "photos-run", Context())
    advance(made, Context(), through="evaluate")
    return made


def answers(package, run):
    model = Predictor.open(package)
    return model.predict_columns(benchmark(run).inputs()).columns["probabilities"].values


def test_what_is_exported_answers_as_the_run_does_and_holds_no_more_than_that_needs(daylight, run):
    outcome = daylight("export", run.path, "--to", "float32")
    assert outcome.code == 0, outcome.err
    assert "daylight serve photos-export" in outcome.out
    assert (answers("photos-export", run) == answers(run.package, run)).all()
    package = Package.open(Path("photos-export"))
    assert not [name for name in package.manifest.files if name.endswith(".safetensors")]
    assert package.manifest.size_bytes < Package.open(run.package).manifest.size_bytes
    told = json.loads(package.read("metrics.json"))
    assert told["scores"][0]["value"] == run.read(Scores).scores[0].value
    assert "Exported with what answers need" in package.read("README.md").decode()
    assert daylight("export", run.path, "--to", "float32").code == 0


def test_a_container_serves_the_package_by_a_command_that_there_is(daylight, run):
    assert daylight("export", run.path, "--to", "float32", "-o", "small").code == 0
    lines = Package.open(Path("small")).read("Dockerfile").decode().splitlines()
    [command] = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    program, *arguments = json.loads(command)
    options = build_parser().parse_args(arguments)
    assert (program, options.models) == ("daylight", ["small=/models/small"])
    assert "COPY . /models/small" in lines
    assert lines.index("USER 10001") < lines.index(f"CMD {command}")
    assert not any("torch" in line for line in lines)


@pytest.mark.parametrize(("name", "tag"), [("My photos", "my-photos"), ("花", "model")])
def test_a_container_has_a_name_that_images_may_have(name, tag):
    lines = dockerfile(name, needs="").decode().splitlines()
    assert f"COPY . /models/{tag}" in lines


def test_numbers_of_8_bits_answer_nearly_as_those_of_32(run):
    package, inputs = Package.open(run.package), benchmark(run, "train").inputs()
    made = files(run, FORMS["int8"])["model.onnx"]
    assert len(made) < len(package.read("model.onnx"))
    pixels = Predictor.of(package).program.process(inputs)["pixels"].values

    def probabilities(graph):
        session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: pixels})[0]

    ours, theirs = probabilities(package.read("model.onnx")), probabilities(made)
    assert np.abs(ours - theirs).mean() < 0.05
    assert (ours != theirs).any()
    assert made == quantized(package.read("model.onnx"), [pixels])


def test_bfloat16_answers_nearly_as_float32_and_only_where_it_is_installed(
    run, tmp_path, monkeypatch, refused
):
    for name, data in files(run, FORMS["bf16"]).items():
        (tmp_path / name).write_bytes(data)
    seal(tmp_path, version=__version__)
    apart = np.abs(answers(tmp_path, run) - answers(run.package, run))
    assert apart.max() < 0.05
    monkeypatch.setitem(sys.modules, "openvino", None)
    picture = next((run.path.parent / "photos").rglob("*.png"))
    assert "OpenVINO" in refused("predict", tmp_path, picture)


def exported(verdict, *ratios):
    difference = Difference(
        metric="accuracy",
        title="Accuracy",
        unit="",
        first=0.9,
        second=0.8,
        difference=-0.1,
        low=-0.2,
        high=-0.05,
        p_value=0.01,
        method="mcnemar",
        verdict=verdict,
    )
    speedups = tuple(Speedup(rows=1, ratio=r, low=r - 0.1, high=r + 0.1) for r in ratios)
    return Exported(
        form="int8",
        made_of="a",
        size_bytes=1,
        num_examples=100,
        speedups=speedups,
        differences=(difference,),
        cpu="a processor",
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (exported("worse", 3.0, 3.0), "Accuracy is 0.8000 instead of 0.9000"),
        (exported("no detectable difference", 1.1, 0.5), "no faster"),
        (exported("no detectable difference", 0.5, 2.0), ""),
        (exported("better", 2.0, 2.0), ""),
    ],
)
def test_a_form_is_worth_keeping_if_it_is_faster_and_no_worse(found, why):
    assert why in found.refusal
    assert bool(found.refusal) == bool(why)


def test_what_is_not_worth_keeping_or_too_large_leaves_nothing(daylight, refused, run, monkeypatch):
    monkeypatch.setattr(Exported, "refusal", property(lambda self: "it is no faster"))
    assert "int8 is not kept" in refused("export", run.path, "--to", "int8", "-o", "new")
    monkeypatch.undo()
    large = refused("export", run.path, "--to", "float32", "--size", "1kB", "-o", "new")
    assert "allowed" in large
    assert not Path("new").exists()


def test_a_folder_that_was_not_exported_is_left_alone(refused, run):
    before = contents(run.path)
    assert "was not exported" in refused("export", run.path, "-o", run.path)
    assert contents(run.path) == before


def test_a_run_without_scores_says_what_to_do_first(refused, run):
    scores = run.path / Scores.saved_as()
    kept = scores.read_bytes()
    scores.unlink()
    try:
        assert "daylight report" in refused("export", run.path)
    finally:
        scores.write_bytes(kept)


def test_the_fastest_form_is_found_and_says_so(daylight, run):
    outcome = daylight("export", run.path, "-o", "best", "--json")
    found = json.loads(outcome.out)
    assert found["form"] in FORMS
    assert json.loads((Path("best") / EXPORT).read_text()) == found


def test_what_an_engine_cannot_run_is_passed_over(daylight, refused, tmp_path):
    data = TINY["tabular-classification"](tmp_path / "table")
    options = ["--model", "boosted-trees", "--set", "settings.rounds=5", "-o", "rows-run"]
    assert daylight("train", data, *options).code == 0
    outcome = daylight("export", "rows-run")
    assert (outcome.code, "bf16 is not kept" in outcome.err) == (0, True), outcome.err
    assert "cannot be run" in refused("export", "rows-run", "--to", "bf16", "-o", "new", code=3)
