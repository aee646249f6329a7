"""Metrics of any number of labels, against scikit-learn's and by hand."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.thresholds import MIN_TRUE, best_thresholds
from metrics.drawn_answers import labels

THEIRS = {
    "micro_f1": lambda true, given, shares: sklearn.f1_score(true, given, average="micro"),
    "macro_f1": lambda true, given, shares: sklearn.f1_score(true, given, average="macro"),
    "subset_accuracy": lambda true, given, shares: sklearn.accuracy_score(true, given),
    "hamming_loss": lambda true, given, shares: sklearn.hamming_loss(true, given),
    "ranking_precision": lambda true, given, shares: sklearn.label_ranking_average_precision_score(
        true, shares
    ),
}


def value(name, targets, outputs):
    return METRICS[name].score(targets, outputs, np.ones((1, len(targets["target"]))))[0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", THEIRS)
def test_metrics_are_those_of_scikit_learn(name, seed):
    targets, outputs = labels(np.random.default_rng(seed), 200)
    shares = outputs["probabilities"].values.round(1)  # with draws
    outputs = {"probabilities": Column(shares)}
    wanted = THEIRS[name](targets["target"].values, shares >= 0.5, shares)
    assert value(name, targets, outputs) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("name", ["precision", "recall"])
def test_precision_and_recall_of_each_label_are_those_of_scikit_learn(name):
    targets, outputs = labels(np.random.default_rng(0), 200)
    given = outputs["probabilities"].values >= 0.5
    theirs = {"precision": sklearn.precision_score, "recall": sklearn.recall_score}[name]
    wanted = theirs(targets["target"].values, given, average=None)
    assert value(name, targets, outputs) == pytest.approx(wanted)


def test_what_the_package_concludes_counts_rather_than_a_half():
    targets, outputs = labels(np.random.default_rng(0), 50)
    right = Column(targets["target"].values > 0)
    assert value("subset_accuracy", targets, {**outputs, "answered": right}) == 1


def test_one_threshold_serves_all_labels_unless_they_differ_on_other_examples():
    random = np.random.default_rng(0)
    truth = random.random((400, 2)) < 0.4
    shares = np.where(truth, 0.9, 0.1) + random.normal(0, 0.02, truth.shape)
    assert len(set(best_thresholds(shares, truth).tolist())) == 1
    shares[:, 1] /= 10  # the second label is never sure
    first, second = best_thresholds(shares, truth).tolist()
    assert 0.2 < first < 0.9
    assert 0.02 < second < 0.09


def test_a_rare_label_has_no_threshold_of_its_own():
    truth = np.zeros((200, 2), bool)
    truth[:100, 0] = truth[: MIN_TRUE - 1, 1] = True
    first, second = best_thresholds(np.where(truth, [0.9, 0.05], [0.1, 0.01]), truth).tolist()
    assert first == second
