"""Where errors differ in what they cost, everything keeps to the package's own threshold."""

import json

import numpy as np
import pytest

from contracts.conftest import make_run
from daylight import Predictor
from daylight.cli.main import main
from daylight.core.answers import answered
from daylight.core.errors import DataError
from daylight.core.sections import Scores
from daylight.steps.dataset import benchmark
from tiny import TINY

COSTS = "data.costs={yes = 9, no = 1}"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return TINY["tabular-classification"](tmp_path_factory.mktemp("costs") / "data")


@pytest.fixture(scope="module")
def run(data):
    return make_run(data, data.parent / "run", "linear", [COSTS])


def test_labels_are_answered_by_the_threshold_and_probabilities_stay(run, data):
    costs = run.read(Scores).costs
    found = Predictor.open(run.package).predict_columns(benchmark(run, "test").inputs())
    shares = found.columns["probabilities"].values
    assert (costs.positive, costs.missed, costs.false_alarm) == ("yes", 9, 1)
    given = [answer["label"] == "yes" for answer in found]
    assert given == (shares[:, 1] >= costs.threshold).tolist()
    assert given != (shares[:, 1] >= 0.5).tolist()
    assert all(a["probability"] == a["probabilities"][a["label"]] for a in found)
    plain = make_run(data, run.path.with_name("plain"), "linear")
    beside = Predictor.open(plain.package).predict_columns(benchmark(run, "test").inputs())
    assert np.array_equal(beside.columns["probabilities"].values, shares)
    assert "answered" not in beside.columns


def test_costs_and_accuracy_are_those_of_the_answers(run):
    scores, on = run.read(Scores), benchmark(run, "test")
    truth = on.targets(["no", "yes"])["target"].values
    given = answered(Predictor.open(run.package).predict_columns(on.inputs()).columns)
    accuracy = next(s for s in scores.scores if s.metric == "accuracy")
    assert accuracy.value == pytest.approx(np.mean(given == truth))
    costs = np.where(truth == 1, 9, 1) * (given != truth)
    assert scores.costs.cost.value == pytest.approx(costs.mean())
    saved = scores.costs.plain.value - scores.costs.cost.value
    assert scores.costs.saved.value == pytest.approx(saved)
    assert scores.costs.saved.low <= saved <= scores.costs.saved.high


def test_the_report_and_the_terminal_tell(run, capsys):
    main(["evaluate", str(run.path)])
    assert "Cost of an answer" in capsys.readouterr().out
    assert "What wrong answers cost" in (run.path / "report.html").read_text()
    row = json.dumps(dict.fromkeys(["since", "age", "income", "job"]))
    main(["predict", str(run.path), row, "--explain"])
    assert "\tyes " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("costs", "why"),
    [
        ("{yes = 1}", "the labels are 'no', 'yes'"),
        ("{yes = 1, maybe = 2}", "names .*'maybe'.*; the labels are"),
        ("{yes = 0, no = 1}", "costs nothing"),
    ],
)
def test_costs_of_other_labels_are_refused(data, tmp_path, costs, why):
    with pytest.raises(DataError, match=why) as refused:
        make_run(data, tmp_path / "run", "majority", [f"data.costs={costs}"])
    assert refused.value.hint


def test_numbers_have_no_costs(tmp_path):
    houses = TINY["tabular-regression"](tmp_path / "data")
    with pytest.raises(DataError, match="two labels"):
        make_run(houses, tmp_path / "run", "mean", [COSTS])


def test_the_card_says_from_when_on_a_label_is_answered(run):
    card = (run.package / "README.md").read_text()
    threshold = run.read(Scores).costs.threshold
    assert f"- yes is answered from a probability of {threshold:.3f} on: to miss it costs 9" in card
