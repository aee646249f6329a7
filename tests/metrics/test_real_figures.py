"""The picture of real answers shows them as they are."""

import numpy as np
import pytest

from daylight.core.config import decode
from daylight.core.sections import Figure
from daylight.core.types import Column
from daylight.metrics.real_figures import MAX_BINS, MAX_POINTS, scatter


def drawn(true, answered):
    targets = {"target": Column(np.array(true, np.float64))}
    outputs = {"value": Column(np.array(answered, np.float32))}
    figure = scatter(targets, outputs, ())
    assert decode(Figure, figure.to_json(), where="here") == figure
    return figure.data


def test_every_pair_and_every_error_is_there():
    data = drawn([1, 2, 3, 4], [1, 2, 4, 4])
    assert data["true"] == [1, 2, 3, 4]
    assert data["answered"] == [1, 2, 4, 4]
    assert data["edges"] == [0, 0.5, 1]
    assert data["counts"] == [3, 1]


def test_of_many_examples_some_are_shown_and_all_are_counted():
    random = np.random.default_rng(0)
    true = random.normal(size=50_000)
    data = drawn(true, true + random.normal(size=50_000))
    assert len(data["true"]) == len(data["answered"]) == MAX_POINTS
    assert (data["true"][0], data["true"][-1]) == (true[0], true[-1])
    assert len(data["counts"]) == MAX_BINS == len(data["edges"]) - 1
    assert sum(data["counts"]) == 50_000


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_left_out(value):
    data = drawn([1, 2, 3], [1, value, 3])
    assert data["true"] == [1, 3]
    assert sum(data["counts"]) == 2


@pytest.mark.parametrize("answer", [0.0, 1e12, 1e-12, 0.1])
def test_equal_errors_are_one_bar(answer):
    data = drawn([0.0] * 40, [answer] * 40)
    assert data["counts"] == [40]


def test_errors_that_differ_by_rounding_are_one_bar():
    true = 1e15 + np.arange(40) * 0.125
    assert drawn(true, np.zeros(40))["counts"] == [40]


def test_no_answer_is_no_failure():
    assert drawn([], [])["true"] == []
    assert sum(drawn([1], [np.nan])["counts"]) == 0
