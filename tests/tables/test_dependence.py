"""How answers change with a column is what the package answers to changed rows."""

import numpy as np
import pytest

from contracts.conftest import make_run
from daylight import Predictor
from daylight.core.explained import ExplainedSection
from daylight.core.types import Column, Field
from daylight.explaining.dependence import dependence
from daylight.runtime.inputs import TEXT
from tiny import TINY

AGE = Field(name="age", type="number", role="input")
JOB = Field(name="job", type="category", role="input")


def half(columns):
    """A made-up package: the probability of the second label is age / 100."""
    share = np.nan_to_num(columns["age"].values, nan=50) / 100
    return {"probabilities": Column(np.stack([1 - share, share], axis=1).astype(np.float32))}


def rows(count):
    return {
        "age": Column(np.full(count, 20.0)),
        "job": Column(np.array(["nurse"] * count, TEXT)),
    }


def test_each_value_is_given_to_every_row():
    train = Column(np.array([10.0, 30.0, 30.0, np.nan, 90.0]))
    found = dependence(half, AGE, train=train, rows=rows(3), labels=("no", "yes"))
    assert (found.label, found.numbers) == ("yes", (10.0, 30.0, 90.0))
    assert found.means == pytest.approx((0.1, 0.3, 0.9))
    assert found.missing == pytest.approx(0.5)
    assert len(found.lines) == 3


def test_columns_that_do_not_matter_change_nothing_and_rare_names_are_not_told():
    names = ["nurse"] * 9 + ["smith"] * 6 + ["the king"]
    train = Column(np.array(names, TEXT))
    found = dependence(half, JOB, train=train, rows=rows(3), labels=("no", "yes"))
    assert found.names == ("nurse", "smith")
    assert found.means == pytest.approx((0.2, 0.2))
    assert found.missing is None


def test_a_column_of_one_value_has_nothing_to_show():
    train = Column(np.array([7.0, 7.0]))
    assert dependence(half, AGE, train=train, rows=rows(2), labels=("no", "yes")) is None


@pytest.mark.parametrize("family", ["linear", "boosted-trees"])
def test_it_is_found_in_a_run_through_the_package(tmp_path, family):
    data = TINY["tabular-regression"](tmp_path / "data")
    run = make_run(data, tmp_path / "run", family)
    changes = {each.column: each for each in run.read(ExplainedSection).dependence}
    assert changes["size"].means[-1] > 1.2 * changes["size"].means[0]
    assert set(changes["garden"].names) == {"true", "false"}
    assert "How the answer changes" in (run.path / "report.html").read_text()
    predictor = Predictor.open(run.package)
    line, numbers = changes["size"].lines[0], changes["size"].numbers
    asked = [{"size": number, "garden": garden} for number in numbers for garden in (True, False)]
    answers = [answer["value"] for answer in predictor.predict(asked)]
    assert line == pytest.approx(answers[::2], rel=1e-3) or line == pytest.approx(
        answers[1::2], rel=1e-3
    )
