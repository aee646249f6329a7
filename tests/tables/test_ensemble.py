"""An ensemble is one package, in which each member counts as much as it helped on validation."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conftest import fit, make_run, prepared_of
from daylight.core.explained import ExplainedSection
from daylight.models import FAMILIES
from daylight.models.ensemble import MEMBERS
from daylight.package.package import Package
from daylight.training.selection import weights
from tiny import TINY


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("ensemble")
    return make_run(TINY["tabular-regression"](place / "data"), place / "run", "ensemble")


def test_members_are_families_under_their_own_names():
    assert {name: FAMILIES[name].module for name in MEMBERS} == dict(MEMBERS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_the_mean_is_at_least_as_good_as_the_best_alone(seed, count, is_label):
    random = np.random.default_rng(seed)
    target = random.integers(0, 3, 20) if is_label else random.normal(size=20)
    shape = (20, 3) if is_label else (20,)
    answers = [random.random(shape) for _ in range(count)]
    if is_label:
        answers = [each / each.sum(axis=1, keepdims=True) for each in answers]

    def loss(answer):
        if is_label:
            return -np.log(answer[np.arange(20), target]).mean()
        return np.square(answer - target).mean()

    shares = weights(answers, target, rounds=20)
    assert shares.sum() == pytest.approx(1)
    mean = sum(share * each for share, each in zip(shares, answers, strict=True))
    assert loss(mean) <= min(map(loss, answers)) + 1e-9


def test_its_package_holds_the_members_that_count_and_their_weights(run):
    package = Package.open(run.package)
    mean = package.program.nodes[-2]
    assert mean.operation == "weighted_mean"  # the range follows
    assert sum(mean.parameters["weights"]) == pytest.approx(1)
    members = {name.partition("/")[0] for name in mean.inputs}
    assert members <= {"linear", "random-forest"}
    held = {name.partition("/")[0] for name in package.manifest.files if name.endswith(".onnx")}
    assert held == members


def test_it_is_explained_by_the_columns_of_the_table(run):
    section = run.read(ExplainedSection)
    found = [each for each in section.explanations if each.faithfulness]
    assert {place.name for place in found[0].importance} == {"size", "garden"}
    assert {each.column for each in section.dependence} == {"size", "garden"}


def test_where_there_is_no_time_the_last_members_are_left_out(run):
    late = fit(run, deadline=time.monotonic())
    assert [each.name for each in late.config.members] == ["linear"]
    assert late.predict(prepared_of(run).splits["test"].inputs)["value"].values.std() > 0
