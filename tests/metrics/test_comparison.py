"""A comparison finds what is there, and nothing else."""

import numpy as np
import pytest
from drawn_answers import DRAW, real
from scipy import stats

from daylight.core.config import decode
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.sections import Difference
from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.comparison import compare, hits, mcnemar
from daylight.metrics.scoring import metrics_of

NOTHING = "no detectable difference"
KINDS = list(ANSWER_KINDS)


def compared(names, targets, first, second, *, seed=0, num_resamples=500):
    differences = compare(
        [METRICS[name] for name in names],
        targets=targets,
        first=first,
        second=second,
        random=np.random.default_rng(seed),
        num_resamples=num_resamples,
    )
    return {one.metric: one for one in differences}


def two_models(random, rows, *, skills):
    """Two models that see different noise; of equal skill, they are equally good."""
    target = random.integers(0, 3, rows)
    outputs = []
    for skill in skills:
        scores = random.normal(size=(rows, 3))
        scores[np.arange(rows), target] += skill
        given = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        outputs.append({"probabilities": Column(given)})
    return {"target": Column(target)}, *outputs


@pytest.mark.parametrize("kind", KINDS)
def test_equal_answers_have_no_detectable_difference(kind):
    targets, outputs = DRAW[kind](np.random.default_rng(0), 60)
    names = [
        metric.name for metric in metrics_of(ANSWER_KINDS[kind], ANSWER_KINDS[kind].metrics[0])
    ]
    differences = compared(names, targets, outputs, outputs)
    assert set(differences) == {name for name in names if not METRICS[name].per_label}
    for one in differences.values():
        assert (one.difference, one.low, one.high, one.verdict) == (0, 0, 0, NOTHING)
        assert one.first == one.second
        assert decode(Difference, one.to_json(), where="here") == one


LABEL_METRICS = ["accuracy", "macro_f1", "roc_auc", "log_loss", "brier"]


def test_a_planted_difference_is_found_in_both_directions():
    targets, weak, strong = two_models(np.random.default_rng(0), 1000, skills=(1.0, 1.6))
    forth = compared(LABEL_METRICS, targets, weak, strong)
    back = compared(LABEL_METRICS, targets, strong, weak)
    for name in LABEL_METRICS:
        assert (forth[name].verdict, back[name].verdict) == ("better", "worse")
        assert forth[name].difference == pytest.approx(-back[name].difference)
        assert forth[name].low <= forth[name].difference <= forth[name].high
        assert forth[name].second - forth[name].first == pytest.approx(forth[name].difference)
    assert forth["log_loss"].difference < 0 < forth["accuracy"].difference


def test_models_of_equal_skill_have_no_detectable_difference():
    targets, first, second = two_models(np.random.default_rng(1), 1000, skills=(1.5, 1.5))
    differences = compared(LABEL_METRICS, targets, first, second)
    assert {one.verdict for one in differences.values()} == {NOTHING}
    assert all(one.low < 0 < one.high for one in differences.values())


def test_pairing_finds_what_two_separate_intervals_would_hide():
    random = np.random.default_rng(0)
    targets, first = real(random, 300, noise=3)
    error = first["value"].values - targets["target"].values
    second = {"value": Column(targets["target"].values + error * 0.97)}
    one = compared(["rmse"], targets, first, second)["rmse"]
    assert one.verdict == "better"
    assert one.high - one.low < 0.05 * one.first


def test_the_p_value_of_a_proportion_is_that_of_mcnemar():
    targets, first, second = two_models(np.random.default_rng(0), 600, skills=(1.3, 1.6))
    one = compared(["accuracy"], targets, first, second)["accuracy"]
    right = [
        outputs["probabilities"].values.argmax(axis=1) == targets["target"].values
        for outputs in (first, second)
    ]
    only_first = np.sum(right[0] & ~right[1])
    only_second = np.sum(right[1] & ~right[0])
    tail = stats.binom.cdf(min(only_first, only_second), only_first + only_second, 0.5)
    assert one.method == "mcnemar"
    assert one.p_value == pytest.approx(2 * tail)


def test_models_that_are_right_on_the_same_rows_have_a_p_value_of_one():
    right = np.array([True, False])
    assert mcnemar(right, right) == 1


@pytest.mark.parametrize(("only_second", "verdict"), [(5, NOTHING), (6, "better")])
def test_the_verdict_on_a_proportion_is_mcnemars_at_five_percent(only_second, verdict):
    targets = {"target": Column(np.zeros(100, dtype=int))}
    wrong, right = [0.1, 0.9], [0.9, 0.1]
    first = {
        "probabilities": Column(np.array([wrong] * only_second + [right] * (100 - only_second)))
    }
    second = {"probabilities": Column(np.array([right] * 100))}
    assert compared(["accuracy"], targets, first, second)["accuracy"].verdict == verdict


@pytest.mark.parametrize(("kind", "name"), [("label", "accuracy"), ("text", "exact_match")])
def test_hits_are_the_rows_that_a_proportion_counts(kind, name):
    targets, outputs = DRAW[kind](np.random.default_rng(0), 700)
    found = hits(METRICS[name], targets, outputs)
    assert found.dtype == bool
    assert found.mean() == pytest.approx(
        METRICS[name].score(targets, outputs, np.ones((1, 700)))[0]
    )
    assert METRICS[name].score(targets, outputs, found[None].astype(float))[0] == 1


def test_few_examples_give_no_verdict():
    targets, first = real(np.random.default_rng(0), 19)
    second = {"value": Column(targets["target"].values)}
    one = compared(["rmse"], targets, first, second)["rmse"]
    assert one.difference < 0
    assert one.verdict == NOTHING


def test_metrics_that_are_not_defined_are_left_out():
    targets = {"target": Column(np.full(30, 2.0))}
    outputs = {"value": Column(np.random.default_rng(0).normal(size=30))}
    assert set(compared(["r2", "mae"], targets, outputs, outputs)) == {"mae"}


def test_an_equal_seed_gives_an_equal_comparison():
    drawn = two_models(np.random.default_rng(0), 100, skills=(1, 1.2))
    assert compared(LABEL_METRICS, *drawn) == compared(LABEL_METRICS, *drawn)


def false_alarms(names, *, repetitions, num_resamples):
    """How often equal models of 200 answers are called different; by metric."""
    random = np.random.default_rng(2026)
    found = dict.fromkeys(names, 0)
    for _ in range(repetitions):
        drawn = two_models(random, 200, skills=(1.5, 1.5))
        seed = random.integers(2**32)
        for one in compared(names, *drawn, seed=seed, num_resamples=num_resamples).values():
            found[one.metric] += one.verdict != NOTHING
    return found


def test_equal_models_are_seldom_called_different():
    found = false_alarms(["accuracy", "log_loss"], repetitions=200, num_resamples=300)
    for name, count in found.items():
        # At a rate of 7 %, more would be seen once in a thousand.
        assert count <= stats.binom.ppf(0.999, 200, 0.07), name


@pytest.mark.slow
def test_equal_models_are_called_different_in_about_five_percent_of_cases():
    """Fails where the rate is detectably outside of 3 to 7 %, not where chance has it so.

    At 5.7 %, the largest that was measured, the verdict hangs on the seed once in 100 million; a
    rate of 10 % is found in 96 cases of 100.
    """
    repetitions = 2000
    found = false_alarms(LABEL_METRICS, repetitions=repetitions, num_resamples=1000)
    for name, count in found.items():
        assert count <= stats.binom.ppf(0.999, repetitions, 0.07), (name, count / repetitions)
        if METRICS[name].interval == "bootstrap":  # McNemar's exact test errs to the safe side.
            assert count >= stats.binom.ppf(0.001, repetitions, 0.03), (name, count / repetitions)
