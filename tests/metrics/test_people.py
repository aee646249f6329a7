"""Rates by group are those of the definitions, and ranges hold the truth as often as said."""

import numpy as np
import pytest

from daylight.metrics.fairness import fairness
from daylight.metrics.spread import coverage, half_width


def compared(groups, answered, target):
    return fairness(
        "sex",
        "yes",
        groups=groups,
        answered=np.array(answered, bool),
        target=np.array(target, bool),
        random=np.random.default_rng(0),
    )


def test_rates_and_gaps_are_those_of_the_definitions():
    groups = ["f"] * 20 + ["m"] * 20
    target = [1] * 10 + [0] * 10 + [1] * 10 + [0] * 10
    answered = [1] * 5 + [0] * 5 + [0] * 10 + [1] * 9 + [0] * 1 + [1] * 2 + [0] * 8
    found = compared(groups, answered, target)
    first, second = found.groups
    assert (first.group, second.group) == ("f", "m")
    assert first.selected.value == pytest.approx(5 / 20)
    assert second.selected.value == pytest.approx(11 / 20)
    assert first.true_positive.value == pytest.approx(0.5)
    assert second.true_positive.value == pytest.approx(0.9)
    assert second.false_positive.value == pytest.approx(0.2)
    assert found.parity.value == pytest.approx(6 / 20)
    assert found.odds.value == pytest.approx(0.4)
    assert found.parity.low < 0.3 < found.parity.high


def test_groups_that_are_treated_alike_have_no_gap_and_small_ones_are_left_out():
    groups = ["a"] * 50 + ["b"] * 50 + ["c"] * 3
    target = [0, 1] * 25 + [0, 1] * 25 + [1] * 3
    found = compared(groups, target, target)
    assert [each.group for each in found.groups] == ["a", "b"]
    assert found.parity.value == found.odds.value == 0
    assert compared(["a"] * 40, [1] * 40, [1] * 40) is None


def test_a_rate_of_nobody_is_not_defined():
    found = compared(["a"] * 20 + ["b"] * 20, [1, 0] * 20, [0] * 40)
    assert found.groups[0].true_positive.value is None
    assert found.odds.value == 0


def test_the_truth_is_within_as_often_as_said():
    random = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        width = half_width(random.standard_t(3, 50))
        inside.append(coverage(random.standard_t(3, 50), width).value)
    assert 0.89 < np.mean(inside) < 0.94


def test_too_few_errors_say_nothing():
    assert half_width(np.ones(8)) is None
    assert half_width(np.ones(9)) == 1
