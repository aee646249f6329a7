"""A number is answered with a range, wherever it is asked for."""

import json

import pytest

from contracts.conftest import make_run
from daylight import Predictor
from daylight.cli.main import main
from daylight.core.sections import Scores
from daylight.steps.dataset import benchmark
from tiny import TINY


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("ranges")
    return make_run(TINY["tabular-regression"](place / "data"), place / "run", "linear")


def test_the_report_counts_the_truths_in_the_ranges_that_people_get(run):
    on, spread = benchmark(run, "test"), run.read(Scores).spread
    answers = Predictor.open(run.package).predict_columns(on.inputs())
    truths = on.targets(())["target"].values
    held = [a["low"] <= truth <= a["high"] for a, truth in zip(answers, truths, strict=True)]
    assert sum(held) / len(held) == pytest.approx(spread.coverage.value)
    assert answers[0]["high"] - answers[0]["low"] == pytest.approx(2 * spread.half_width, rel=1e-5)


def test_predict_prints_it(run, capsys):
    row = json.dumps({"size": 80, "garden": True})
    main(["predict", str(run.path), row])
    assert " (90 %: " in capsys.readouterr().out
    main(["predict", str(run.path), row, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["low"] < answer["value"] < answer["high"]


def test_too_few_examples_give_no_range(tmp_path):
    data = tmp_path / "few.csv"
    data.write_text("size,target\n" + "".join(f"{7 * n % 40}.5,{n / 3:.2f}\n" for n in range(40)))
    run = make_run(data, tmp_path / "run", "linear")
    assert run.read(Scores).spread is None
    assert set(Predictor.open(run.package).predict([{"size": 3}])[0]) == {"value"}


def test_the_card_says_how_wide_ranges_are(run):
    width = run.read(Scores).spread.half_width
    assert f"- Each answer has a range of ±{width:.4g}" in (run.package / "README.md").read_text()
