"""Metrics of real numbers agree with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from daylight.core.types import Column
from daylight.metrics import METRICS

patient = settings(deadline=None)


@st.composite
def answers(draw):
    rows = draw(st.integers(2, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    target = random.normal(size=rows) * 10.0 ** draw(st.integers(-3, 3)) + draw(
        st.integers(-1000, 1000)
    )
    weights = random.integers(0, 4, rows).astype(float)
    weights[:2] += 1
    return target, target + random.normal(size=rows), weights


def score(name, target, value, weights):
    outputs = {"value": Column(value)}
    return METRICS[name].score({"target": Column(target)}, outputs, weights[None])[0]


@patient
@given(answers())
def test_rmse_is_that_of_sklearn(drawn):
    target, value, weights = drawn
    expected = sklearn.mean_squared_error(target, value, sample_weight=weights) ** 0.5
    assert score("rmse", *drawn) == pytest.approx(expected)


@patient
@given(answers())
def test_mae_is_that_of_sklearn(drawn):
    target, value, weights = drawn
    expected = sklearn.mean_absolute_error(target, value, sample_weight=weights)
    assert score("mae", *drawn) == pytest.approx(expected)


@patient
@given(answers())
def test_r2_is_that_of_sklearn(drawn):
    target, value, weights = drawn
    expected = sklearn.r2_score(target, value, sample_weight=weights)
    assert score("r2", *drawn) == pytest.approx(expected)


def test_r2_of_targets_far_from_zero_keeps_its_digits():
    target = 1e6 + np.arange(10.0)
    value = target + np.tile([0.5, -0.5], 5)
    assert score("r2", target, value, np.ones(10)) == pytest.approx(1 - 0.25 / 8.25, rel=1e-12)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_r2_is_not_defined_where_all_targets_are_equal(constant):
    target = np.full(7, constant)
    assert np.isnan(score("r2", target, target + 1, np.ones(7)))


def test_r2_is_not_defined_in_a_resample_of_one_row():
    target = np.random.default_rng(0).normal(size=50)
    outputs = {"value": Column(target + 1)}
    values = METRICS["r2"].score({"target": Column(target)}, outputs, 3 * np.eye(50))
    assert np.isnan(values).all()


def test_r2_sees_small_differences_of_large_targets():
    target = 1e6 + np.array([0.0, 0.01, 0.02, 0.03])
    assert score("r2", target, target, np.ones(4)) == 1
