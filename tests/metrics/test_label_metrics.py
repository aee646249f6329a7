"""Metrics of labels agree with scikit-learn, and say what unknown classes cost."""

import numpy as np
import pytest
from drawn_answers import label
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.label import SMALLEST_PROBABILITY

patient = settings(deadline=None)

# scikit-learn speaks up on rare classes; what it returns then is what is compared.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")


@st.composite
def answers(draw, min_labels=2):
    """Targets, probabilities (many of them equal) and whole-number weights."""
    num_labels = draw(st.integers(min_labels, 5))
    rows = draw(st.integers(1, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    target = random.integers(0, num_labels, rows)
    parts = random.integers(1, 5, (rows, num_labels)).astype(float)
    weights = random.integers(0, 4, rows).astype(float)
    weights[0] += 1
    return target, parts / parts.sum(axis=1, keepdims=True), weights


def value(name, target, probabilities, weights):
    targets, outputs = {"target": Column(target)}, {"probabilities": Column(probabilities)}
    return METRICS[name].score(targets, outputs, weights[None])[0]


@patient
@given(answers())
def test_accuracy_is_that_of_sklearn(drawn):
    target, probabilities, weights = drawn
    expected = sklearn.accuracy_score(target, probabilities.argmax(axis=1), sample_weight=weights)
    assert value("accuracy", *drawn) == pytest.approx(expected)


@patient
@given(answers())
def test_macro_f1_is_that_of_sklearn_over_the_classes_in_the_targets(drawn):
    target, probabilities, weights = drawn
    expected = sklearn.f1_score(
        target,
        probabilities.argmax(axis=1),
        average="macro",
        labels=np.unique(target[weights > 0]),
        sample_weight=weights,
    )
    assert value("macro_f1", *drawn) == pytest.approx(expected)


@patient
@given(answers(), st.sampled_from(["precision", "recall"]))
def test_precision_and_recall_are_those_of_sklearn_and_nan_without_trials(drawn, name):
    target, probabilities, weights = drawn
    function = {"precision": sklearn.precision_score, "recall": sklearn.recall_score}[name]
    expected = function(
        target,
        probabilities.argmax(axis=1),
        average=None,
        labels=np.arange(probabilities.shape[1]),
        sample_weight=weights,
        zero_division=np.nan,
    )
    np.testing.assert_allclose(value(name, *drawn), expected)


@patient
@given(answers(min_labels=3))
def test_roc_auc_is_that_of_sklearn_one_against_the_rest(drawn):
    target, probabilities, weights = drawn
    assume(len(np.unique(target[weights > 0])) > 1)
    areas = [
        sklearn.roc_auc_score(target == label, probabilities[:, label], sample_weight=weights)
        for label in np.unique(target[weights > 0])
    ]
    assert value("roc_auc", *drawn) == pytest.approx(np.mean(areas))


def test_roc_auc_is_that_of_sklearn_in_its_own_words_where_all_classes_are_there():
    targets, outputs = label(np.random.default_rng(0), 300)
    target, probabilities = targets["target"].values, outputs["probabilities"].values
    expected = sklearn.roc_auc_score(target, probabilities, multi_class="ovr", average="macro")
    assert value("roc_auc", target, probabilities, np.ones(300)) == pytest.approx(expected)


@patient
@given(answers())
def test_roc_auc_of_two_classes_is_that_of_the_second(drawn):
    target, probabilities, weights = drawn
    target, probabilities = target % 2, probabilities[:, :2]
    assume(len(np.unique(target[weights > 0])) == 2)
    expected = sklearn.roc_auc_score(target, probabilities[:, 1], sample_weight=weights)
    assert value("roc_auc", target, probabilities, weights) == pytest.approx(expected)


@patient
@given(answers())
def test_log_loss_is_that_of_sklearn(drawn):
    target, probabilities, weights = drawn
    labels = np.arange(probabilities.shape[1])
    expected = sklearn.log_loss(target, probabilities, sample_weight=weights, labels=labels)
    assert value("log_loss", *drawn) == pytest.approx(expected)


@patient
@given(answers())
def test_brier_score_is_that_of_sklearn(drawn):
    target, probabilities, weights = drawn
    expected = sklearn.brier_score_loss(
        target,
        probabilities,
        sample_weight=weights,
        labels=np.arange(probabilities.shape[1]),
        scale_by_half=False,
    )
    assert value("brier", *drawn) == pytest.approx(expected)


def test_a_sure_and_wrong_answer_costs_a_finite_log_loss():
    loss = value("log_loss", np.array([0]), np.array([[0.0, 1.0]], np.float32), np.ones(1))
    assert loss == pytest.approx(-np.log(SMALLEST_PROBABILITY))


UNKNOWN = np.array([0, 1, -1])
SURE = np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", 2 / 3),
        ("macro_f1", (2 / 3 + 1 + 0) / 3),
        ("log_loss", -np.log(SMALLEST_PROBABILITY) / 3),
        ("brier", (0.9**2 + 0.1**2 + 1) / 3),
        ("precision", [1 / 2, 1]),
        ("recall", [1, 1]),
    ],
)
def test_an_answer_to_an_unknown_class_is_wrong(name, expected):
    np.testing.assert_allclose(value(name, UNKNOWN, SURE, np.ones(3)), expected, atol=1e-6)


def test_an_unknown_class_ranks_among_the_negatives():
    assert value("roc_auc", np.array([1, -1]), SURE[:2], np.ones(2)) == 0
    assert value("roc_auc", np.array([1, -1]), SURE[1::-1], np.ones(2)) == 1


def test_a_class_that_a_resample_does_not_hold_is_left_out_of_the_mean():
    target, probabilities = np.array([0, 1, 2]), np.eye(3)[[0, 1, 1]]
    assert value("macro_f1", target, probabilities, np.ones(3)) == pytest.approx((1 + 2 / 3) / 3)
    assert value("macro_f1", target, probabilities, np.array([1.0, 1.0, 0.0])) == 1
