"""A server tells when what it is asked no longer looks like the test data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.types import Column, Field, Program
from daylight.runtime.usual import features, stability_index, usual
from daylight.serve import drift

FIELDS = (
    Field(name="age", type="number", role="input"),
    Field(name="city", type="category", role="input"),
    Field(name="note", type="text", role="input"),
)
PROGRAM = Program(fields=FIELDS, nodes=(), prepared=(), answer="label")


def rows(count, *, seed=0, older=0.0, cities=("a", "b")):
    random = np.random.default_rng(seed)
    ages = random.normal(40 + older, 10, count)
    ages[random.random(count) < 0.1] = np.nan
    text = np.dtypes.StringDType()
    fields = {
        "age": Column(ages),
        "city": Column(np.array(random.choice(cities, count), text)),
        "note": Column(np.array(["x" * n for n in random.integers(1, 30, count)], text)),
    }
    odds = random.dirichlet([1, 1], count).astype(np.float32)
    return fields, {}, {"probabilities": Column(odds)}


def watch(*batches):
    watching = drift.Drift(usual(features(PROGRAM, *rows(1000))), PROGRAM)
    for batch in batches:
        watching._next = 0.0
        watching.see(*batch)
    return watching.indices()


def test_rows_like_those_of_the_test_data_are_near():
    found = watch(rows(500, seed=1), rows(500, seed=2))
    assert set(found) == {"age", "city", "note, length", "(label)", "(probability)"}
    assert all(index < 0.1 for index in found.values()), found


def test_what_has_changed_is_far_and_the_rest_is_near():
    found = watch(rows(500, seed=1, older=20), rows(500, seed=2, older=20))
    assert {name for name, index in found.items() if index > 0.2} == {"age"}
    found = watch(rows(500, seed=1, cities=("c", "a")))
    assert {name for name, index in found.items() if index > 0.2} == {"city"}


def test_of_few_rows_nothing_is_said_and_old_ones_are_forgotten(monkeypatch):
    assert watch(rows(drift.MIN_ROWS - 1)) == {}
    late = [rows(700, seed=seed) for seed in range(4)]
    found = watch(rows(700, older=40), *late)
    assert found["age"] < 0.1


def test_a_name_that_few_have_is_not_in_the_package():
    seen = {"city": np.array(["paris"] * 5 + ["somebody"] * 4, np.dtypes.StringDType())}
    kept = usual(seen).features["city"]
    assert kept.names == ("paris",)
    assert kept.shares == pytest.approx((5 / 9, 4 / 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_infinity=False) | st.just(float("nan")), min_size=1, max_size=50))
def test_every_value_is_in_one_bin(values):
    given_ = np.array(values, np.float64)
    bins = usual({"x": given_}).features["x"]
    assert sum(bins.shares) == pytest.approx(1)
    assert bins.count(given_).sum() == len(values)
    assert stability_index(np.array(bins.shares), bins.count(given_)) == 0


def test_chance_alone_brings_the_index_to_no_more_than_a_few_hundredths():
    random = np.random.default_rng(0)
    shares = np.full(10, 0.1)
    found = [stability_index(shares, random.multinomial(500, shares)) for _ in range(200)]
    assert np.mean(found) < 0.01
    assert np.quantile(found, 0.99) < 0.05
