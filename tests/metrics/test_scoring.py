"""Scores stand beside the baseline's, the primary one first."""

import time

import numpy as np
import pytest
from drawn_answers import DRAW, NUM_LABELS, label, real

from daylight.core.config import decode
from daylight.core.errors import UnknownNameError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.sections import Score
from daylight.core.types import Column
from daylight.metrics.scoring import figures, metrics_of, score

KINDS = list(ANSWER_KINDS)
LABELS = [f"label {index}" for index in range(NUM_LABELS)]


def scored(kind, targets, outputs, baseline, *, primary=None, labels=LABELS):
    return score(
        metrics_of(ANSWER_KINDS[kind], primary or ANSWER_KINDS[kind].metrics[-1]),
        targets=targets,
        outputs=outputs,
        baseline=baseline,
        labels=labels,
        random=np.random.default_rng(0),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_of_a_kind_is_scored_once_and_the_primary_first(kind):
    targets, outputs = DRAW[kind](np.random.default_rng(0), 30)
    names = [one.metric for one in scored(kind, targets, outputs, outputs)]
    assert names[0] == ANSWER_KINDS[kind].metrics[-1]
    assert set(names) == set(ANSWER_KINDS[kind].metrics)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_survive_being_written_and_read(kind):
    for one in scored(kind, *DRAW[kind](np.random.default_rng(0), 30), None):
        assert decode(Score, one.to_json(), where="here") == one


def test_metrics_per_label_give_a_score_for_each_label_in_order():
    targets, outputs = label(np.random.default_rng(0), 100)
    scores = scored("label", targets, outputs, None)
    assert [one.label for one in scores if one.metric == "recall"] == LABELS
    assert {one.label for one in scores if one.metric == "accuracy"} == {None}


def test_the_baseline_is_measured_on_the_same_examples():
    targets, outputs = label(np.random.default_rng(0), 400)
    share = np.full((400, NUM_LABELS), 1 / NUM_LABELS)
    first = scored("label", targets, outputs, {"probabilities": Column(share)}, primary="accuracy")
    assert first[0].baseline == pytest.approx(np.mean(targets["target"].values == 0))
    assert first[0].baseline_low < first[0].baseline < first[0].baseline_high < first[0].low


def test_without_a_baseline_there_is_none_beside_the_score():
    for one in scored("real", *real(np.random.default_rng(0), 30), None):
        assert (one.baseline, one.baseline_low, one.baseline_high) == (None, None, None)


def test_a_primary_metric_from_outside_the_kind_comes_on_top():
    names = [metric.name for metric in metrics_of(ANSWER_KINDS["text"], "accuracy")]
    assert names == ["accuracy", "exact_match", "character_error_rate"]


def test_an_unknown_primary_metric_is_named():
    with pytest.raises(UnknownNameError, match="acuracy"):
        metrics_of(ANSWER_KINDS["label"], "acuracy")


def test_figures_come_in_the_order_of_the_kind():
    targets, outputs = label(np.random.default_rng(0), 30)
    drawn = figures(ANSWER_KINDS["label"], targets=targets, outputs=outputs, labels=LABELS)
    assert [figure.name for figure in drawn] == ["confusion", "calibration"]


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "limit_s"), [(1000, 2), (10_000, 10)])
def test_scores_of_a_model_and_its_baseline_take_seconds(rows, limit_s):
    targets, outputs = label(np.random.default_rng(0), rows, num_labels=10)
    _, baseline = label(np.random.default_rng(1), rows, num_labels=10)
    start = time.process_time()
    scored("label", targets, outputs, baseline, labels=[str(index) for index in range(10)])
    assert time.process_time() - start < limit_s
