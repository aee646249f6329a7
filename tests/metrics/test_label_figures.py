"""Figures of labels show what was counted."""

import json

import numpy as np
import pytest
from drawn_answers import label
from sklearn.metrics import confusion_matrix

from daylight.core.types import Column
from daylight.metrics import FIGURES

LABELS = ("cat", "dog", "owl", "rat")


def test_confusion_counts_are_those_of_sklearn():
    targets, outputs = label(np.random.default_rng(0), 200)
    figure = FIGURES["confusion"](targets, outputs, LABELS)
    answer = outputs["probabilities"].values.argmax(axis=1)
    assert figure.kind == "matrix"
    assert figure.data["rows"] == figure.data["columns"] == list(LABELS)
    assert figure.data["counts"] == confusion_matrix(targets["target"].values, answer).tolist()


def test_unknown_targets_get_a_row_of_their_own():
    targets, outputs = label(np.random.default_rng(0), 200, unknown=0.1)
    data = FIGURES["confusion"](targets, outputs, LABELS).data
    assert len(data["rows"]) == len(data["counts"]) == 5
    assert len(data["columns"]) == len(data["counts"][0]) == 4
    assert sum(data["counts"][-1]) == (targets["target"].values == -1).sum() > 0
    assert np.sum(data["counts"]) == 200


def test_labels_that_never_occur_still_have_their_row():
    outputs = {"probabilities": Column(np.eye(4)[[0, 1]])}
    data = FIGURES["confusion"]({"target": Column(np.array([0, 0]))}, outputs, LABELS).data
    assert data["counts"] == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def sure(probability, right, rows):
    """Rows of two labels, answered with one probability, of which some are right."""
    target = np.where(np.arange(rows) < right, 0, 1)
    return target, np.tile([probability, 1 - probability], (rows, 1))


def test_calibration_error_is_what_its_definition_says():
    parts = [sure(0.9, 6, 10), sure(0.7, 21, 30)]
    targets = {"target": Column(np.concatenate([target for target, _ in parts]))}
    outputs = {"probabilities": Column(np.concatenate([given for _, given in parts]))}
    figure = FIGURES["calibration"](targets, outputs, LABELS[:2])
    assert figure.data["error"] == pytest.approx(0.3 * 10 / 40)
    filled = [index for index, count in enumerate(figure.data["counts"]) if count]
    assert [figure.data["confidence"][index] for index in filled] == pytest.approx([0.7, 0.9])
    assert [figure.data["accuracy"][index] for index in filled] == pytest.approx([0.7, 0.6])
    assert all(figure.data["edges"][i] < figure.data["confidence"][i] for i in filled)
    assert all(figure.data["confidence"][i] <= figure.data["edges"][i + 1] for i in filled)


def test_empty_bins_have_no_accuracy_and_the_figure_is_json():
    figure = FIGURES["calibration"](*label(np.random.default_rng(0), 50), LABELS)
    assert sum(figure.data["counts"]) == 50
    assert figure.data["accuracy"][0] is figure.data["confidence"][0] is None
    assert json.loads(figure.to_json())["data"] == figure.data


def test_probabilities_of_zero_and_one_have_a_bin():
    outputs = {"probabilities": Column(np.array([[1.0], [0.0]]))}
    data = FIGURES["calibration"]({"target": Column(np.zeros(2, int))}, outputs, ["a"]).data
    assert (data["counts"][0], data["counts"][-1]) == (1, 1)
