"""Scores lie at the bottom of their loss; temperatures make probabilities true."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from daylight.core.context import Context
from daylight.training.convex import (
    LinearScores,
    cross_entropy,
    fit_scores,
    fit_temperature,
    squared_hinge,
)

few = settings(max_examples=20, deadline=None)


def clouds(seed, *, rows=120, num_features=5, num_classes=3):
    random = np.random.default_rng(seed)
    target = np.arange(rows) % num_classes
    middles = random.normal(0, 1, (num_classes, num_features))
    features = middles[target] + random.normal(0, 1, (rows, num_features))
    return features.astype(np.float32), target


@few
@pytest.mark.parametrize("loss", [cross_entropy, squared_hinge])
@given(st.integers(0, 99))
def test_the_slope_of_a_loss_is_its_slope(loss, seed):
    random = np.random.default_rng(seed)
    shape = (4, 3)
    target = random.integers(0, 3, 4)
    apart = check_grad(
        lambda flat: loss(flat.reshape(shape), target)[0],
        lambda flat: loss(flat.reshape(shape), target)[1].ravel(),
        random.normal(0, 2, 12),
    )
    assert apart <= 1e-5


@few
@given(st.integers(0, 99), st.sampled_from([0.3, 0.03, 0.003]))
def test_scores_are_those_of_multinomial_regression(seed, penalty):
    features, target = clouds(seed)
    start = LinearScores.zero(5, 3)
    found = fit_scores(
        features, target, loss=cross_entropy, penalty=penalty, start=start, context=Context()
    )
    theirs = LogisticRegression(C=1 / (penalty * len(target)), tol=1e-8, max_iter=10_000)
    theirs.fit(features.astype(float), target)
    expected = theirs.predict_proba(features.astype(float))
    assert np.abs(softmax(found(features), axis=1) - expected).max() <= 0.005


@few
@given(st.integers(0, 99), st.sampled_from([0.3, 0.03]))
def test_scores_are_those_of_one_machine_against_the_rest(seed, penalty):
    features, target = clouds(seed)
    start = LinearScores.zero(5, 3)
    found = fit_scores(
        features, target, loss=squared_hinge, penalty=penalty, start=start, context=Context()
    )
    # liblinear counts its bias among the weights; a large constant makes it count for little.
    theirs = LinearSVC(C=1 / (penalty * len(target)), dual=False, tol=1e-8, intercept_scaling=1000)
    theirs.fit(features.astype(float), target)
    assert pytest.approx(theirs.coef_, abs=0.01) == found.weights.T


@few
@given(st.integers(0, 99), st.sampled_from([0.2, 1.0, 4.0]))
def test_a_temperature_that_scores_were_multiplied_by_is_found_again(seed, temperature):
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, (4000, 3))
    target = (
        (softmax(scores, axis=1).cumsum(axis=1) < random.random((4000, 1))).sum(axis=1).clip(max=2)
    )
    assert fit_temperature(scores * temperature, target) == pytest.approx(temperature, rel=0.15)
