"""Thresholds cost as little as the examples allow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.metrics.costs import best_threshold, cost_curve, cost_of_each, fair_threshold

tenths = st.integers(0, 10).map(lambda n: n / 10)
examples = st.lists(st.tuples(tenths, st.booleans()), min_size=1, max_size=30)
prices = st.floats(0.5, 8)


def arrays(pairs):
    shares, truth = zip(*pairs, strict=True)
    return np.array(shares, np.float32), np.array(truth)


@settings(max_examples=200, deadline=None)
@given(examples, prices, prices)
def test_the_cheapest_threshold_is_not_detectably_cheaper(pairs, missed, false_alarm):
    shares, truth = arrays(pairs)
    costs = {"missed": missed, "false_alarm": false_alarm}
    own = cost_of_each(shares >= best_threshold(shares, truth, **costs), truth, **costs)
    others = [
        cost_of_each(shares >= threshold, truth, **costs)
        for threshold in (*np.unique(shares).tolist(), 2.0)
    ]
    paired = own - min(others, key=lambda each: each.mean())
    assert paired.mean() <= 1.96 * paired.std() / np.sqrt(len(paired)) + 1e-6


@settings(max_examples=100, deadline=None)
@given(examples, prices, prices)
def test_the_curve_is_the_mean_of_the_costs(pairs, missed, false_alarm):
    shares, truth = arrays(pairs)
    costs = {"missed": missed, "false_alarm": false_alarm}
    thresholds = [0.0, 0.25, 0.5, 0.75, 1.0, 2.0]
    found = cost_curve(shares, truth, thresholds, **costs)
    expected = [cost_of_each(shares >= t, truth, **costs).mean() for t in thresholds]
    assert found == pytest.approx(expected)


def test_exact_probabilities_get_the_threshold_that_they_ask_for():
    random = np.random.default_rng(0)
    shares = random.random(5000)
    truth = random.random(5000) < shares
    found = best_threshold(shares, truth, missed=4, false_alarm=1)
    assert found == fair_threshold(4, 1) == 0.2


def test_probabilities_that_are_far_too_low_get_a_lower_one():
    random = np.random.default_rng(0)
    shares = random.random(5000)
    truth = random.random(5000) < shares
    assert best_threshold(shares / 10, truth, missed=4, false_alarm=1) < 0.05


@pytest.mark.parametrize(("truth", "always"), [(True, True), (False, False)])
def test_a_model_that_gives_all_the_same_answers_what_costs_less(truth, always):
    shares = np.full(50, 0.3, np.float32)
    found = best_threshold(shares, np.full(50, truth), missed=1, false_alarm=1)
    assert bool((shares >= found).all()) == always
