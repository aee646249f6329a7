"""Intervals hold their values, repeat, stay small, and say where they may not cover."""

import tracemalloc

import numpy as np
import pytest
from drawn_answers import DRAW, label, real
from scipy import stats

from daylight.core.errors import DataError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column
from daylight.metrics import METRICS, resampling
from daylight.metrics.intervals import bca, measure, wilson
from daylight.metrics.reliability import influential
from daylight.metrics.resampling import resample

BOUNDS = {
    "log_loss": (0, 16),
    "brier": (0, 2),
    "rmse": (0, np.inf),
    "mae": (0, np.inf),
    "r2": (-np.inf, 1),
    "character_error_rate": (0, np.inf),
    "frechet_distance": (-np.inf, np.inf),  # no value is below 0, but an interval may be
    "kernel_distance": (-np.inf, np.inf),  # unbiased, so below 0 where there is no difference
}
metric_names = pytest.mark.parametrize(
    ("kind", "name"),
    [(kind.name, name) for kind in ANSWER_KINDS.values() for name in kind.metrics],
)


def measured(name, targets, outputs, *, seed=0, num_resamples=200):
    random = np.random.default_rng(seed)
    one = measure(
        [METRICS[name]],
        targets=targets,
        outputs=outputs,
        random=random,
        num_resamples=num_resamples,
    )
    return one[name]


def hit_or_miss(hits, rows):
    """Answers of two labels, equally often right for both."""
    target = np.arange(rows) % 2
    answer = np.where(np.arange(rows) < hits, target, 1 - target)
    return {"target": Column(target)}, {"probabilities": Column(np.eye(2)[answer] * 0.8 + 0.1)}


@metric_names
@pytest.mark.parametrize("rows", [1, 2, 3, 10, 250])
def test_every_interval_holds_its_value_and_stays_within_the_bounds(kind, name, rows):
    for seed in range(4):
        for one in measured(name, *DRAW[kind](np.random.default_rng(seed), rows)):
            if one.value is None:
                assert (one.low, one.high, one.reliable) == (None, None, False)
                continue
            lowest, highest = BOUNDS.get(name, (0, 1))
            assert lowest <= one.low <= one.value <= one.high <= highest
            assert one.reliable == (one.caution == "")


@pytest.mark.parametrize("trials", [1, 7, 200, 10_000])
def test_wilson_intervals_are_those_of_scipy(trials):
    for hits in np.unique(np.linspace(0, trials, 9).astype(int)):
        expected = stats.binomtest(hits, trials).proportion_ci(method="wilson")
        assert wilson(hits / trials, trials) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("sample", ["gamma", "cauchy", "few values"])
def test_bca_intervals_are_those_of_scipy(sample):
    random = np.random.default_rng(5)
    values = {
        "gamma": random.gamma(1.0, size=60),
        "cauchy": random.standard_cauchy(60),
        "few values": random.integers(0, 3, 60).astype(float),
    }[sample]
    expected = stats.bootstrap((values,), np.mean, n_resamples=999, rng=random)
    left_out = (values.sum() - values) / 59
    low, high = bca(values.mean(), expected.bootstrap_distribution, left_out)
    # scipy takes the nearest draw, this the place between two.
    gap = 0.02 * (high - low)
    assert low == pytest.approx(expected.confidence_interval.low, abs=gap)
    assert high == pytest.approx(expected.confidence_interval.high, abs=gap)


def test_an_equal_seed_gives_equal_intervals_and_another_seed_others():
    drawn = label(np.random.default_rng(0), 100)
    assert measured("macro_f1", *drawn, seed=1) == measured("macro_f1", *drawn, seed=1)
    assert measured("macro_f1", *drawn, seed=1) != measured("macro_f1", *drawn, seed=2)


def test_the_size_of_chunks_does_not_show_in_the_interval(monkeypatch):
    drawn = label(np.random.default_rng(0), 100)
    whole = measured("roc_auc", *drawn)
    monkeypatch.setattr(resampling, "CHUNK_BYTES", 3 * 8 * 100)
    (parts,) = measured("roc_auc", *drawn)
    assert (parts.low, parts.high) == pytest.approx((whole[0].low, whole[0].high), rel=1e-12)


def test_memory_does_not_grow_with_the_number_of_resamples():
    drawn = label(np.random.default_rng(0), 20_000)
    tracemalloc.start()
    measured("macro_f1", *drawn, num_resamples=600)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    all_weights = 600 * 20_000 * 8
    assert peak < all_weights / 2


def test_a_resample_draws_as_many_rows_as_there_are_and_a_jackknife_leaves_each_out_once():
    seen = []
    resample(
        [lambda weights: seen.append(weights) or weights[:, 0]],
        1000,
        random=np.random.default_rng(0),
        num_resamples=50,
    )
    weights = np.concatenate(seen)
    as_they_are, draws, left_out = weights[:1], weights[1:51], weights[51:]
    assert (as_they_are == 1).all()
    assert (draws.sum(axis=1) == 1000).all()
    assert draws.var() == pytest.approx(0.999, abs=0.02)
    assert len(left_out) == 300
    assert ((1 - left_out).sum(axis=0) == 1).all()
    assert set((1 - left_out).sum(axis=1)) == {3, 4}


def test_leaving_out_groups_gives_nearly_the_interval_of_leaving_out_rows():
    random = np.random.default_rng(0)
    losses = random.gamma(0.5, size=3000)
    draws = np.array([random.choice(losses, 3000).mean() for _ in range(2000)])
    by_row = (losses.sum() - losses) / 2999
    groups = losses.reshape(300, 10).sum(axis=1)
    by_group = (losses.sum() - groups) / 2990
    one, other = bca(losses.mean(), draws, by_row), bca(losses.mean(), draws, by_group)
    assert other == pytest.approx(one, abs=0.03 * (one[1] - one[0]))


@pytest.mark.parametrize("name", ["macro_f1", "roc_auc", "log_loss", "brier"])
def test_a_perfect_model_is_never_certain(name):
    targets, outputs = hit_or_miss(300, 300)
    (one,) = measured(name, targets, outputs)
    assert not one.reliable
    assert "redraw" in one.caution


def test_a_perfect_accuracy_has_room_for_doubt():
    (one,) = measured("accuracy", *hit_or_miss(300, 300))
    assert one.value == one.high == 1
    assert one.low == pytest.approx(0.987, abs=0.001)
    assert not one.reliable


@pytest.mark.parametrize("name", ["accuracy", "macro_f1"])
@pytest.mark.parametrize(
    ("hits", "rows", "reliable"),
    [(150, 199, False), (150, 200, True), (194, 200, False), (5, 200, False), (180, 200, True)],
)
def test_only_what_is_shown_to_cover_is_called_reliable(name, hits, rows, reliable):
    (one,) = measured(name, *hit_or_miss(hits, rows))
    assert one.reliable is reliable


def test_a_label_with_few_examples_is_not_called_reliable_in_a_large_test_set():
    target = np.repeat([0, 1], [900, 100])
    answer = np.where(np.arange(1000) % 4 == 0, 1 - target, target)
    outputs = {"probabilities": Column(np.eye(2)[answer])}
    common, rare = measured("recall", {"target": Column(target)}, outputs)
    assert (common.num_examples, common.reliable) == (900, True)
    assert (rare.num_examples, rare.reliable) == (100, False)
    assert "100 examples" in rare.caution


def test_a_mean_that_hangs_on_a_rare_class_is_not_called_reliable():
    drawn = label(np.random.default_rng(2), 300, num_labels=3, shares=[0.5, 0.48, 0.02])
    (one,) = measured("macro_f1", *drawn)
    assert not one.reliable
    assert "One class has only" in one.caution


@pytest.mark.parametrize("name", ["macro_f1", "roc_auc"])
@pytest.mark.parametrize(("rare", "reliable"), [(49, False), (50, True)])
def test_a_mean_over_classes_needs_fifty_examples_of_each(name, rare, reliable):
    random = np.random.default_rng(0)
    target = np.repeat([0, 1, 2], [250, 250, rare])
    scores = np.exp(random.normal(size=(len(target), 3)) + np.eye(3)[target])
    outputs = {"probabilities": Column(scores / scores.sum(axis=1, keepdims=True))}
    (one,) = measured(name, {"target": Column(target)}, outputs, num_resamples=1000)
    assert one.reliable is reliable
    assert ("One class has only 49 examples" in one.caution) is not reliable


def test_a_mean_over_classes_that_resamples_lose_is_not_called_reliable():
    target = np.repeat([0, 1, 2], [150, 148, 2])
    answer = np.where(np.arange(300) % 5 == 0, 1 - target % 2, target % 2)
    outputs = {"probabilities": Column(np.eye(3)[answer])}
    (one,) = measured("macro_f1", {"target": Column(target)}, outputs)
    assert one.high - one.value > 0.1
    assert not one.reliable
    assert "jumps" in one.caution


def test_a_value_that_grows_with_fewer_examples_is_not_called_reliable():
    (one,) = measured("map@50", *DRAW["boxes"](np.random.default_rng(0), 250))
    assert not one.reliable
    assert "to one side" in one.caution


def test_an_error_that_hangs_on_an_outlier_is_not_called_reliable():
    targets, outputs = real(np.random.default_rng(0), 1000)
    assert measured("rmse", targets, outputs)[0].reliable
    outputs["value"].values[7] += 50
    assert not measured("rmse", targets, outputs)[0].reliable


def test_influence_counts_the_examples_that_decide():
    share = np.repeat([1.0, 0.0], [10, 190])
    assert influential(-share, 200) == pytest.approx(11, abs=0.1)
    assert influential(-np.repeat([1.0, 0.0], [100, 100]), 200) == pytest.approx(200)
    assert influential(np.zeros(200), 200) == 200


def test_an_outlier_among_many_rows_is_seen_through_its_group():
    losses = np.random.default_rng(0).gamma(0.5, size=30_000)
    assert influential(-losses.reshape(300, 100).sum(axis=1), 30_000) > 100
    losses[77] = 10_000
    assert influential(-losses.reshape(300, 100).sum(axis=1), 30_000) == pytest.approx(1, abs=0.1)


def test_what_is_not_defined_has_no_value_and_says_so():
    targets, outputs = hit_or_miss(5, 10)
    outputs["probabilities"].values[:, 1] = 0
    first, second = measured("precision", targets, outputs)
    assert first.value == 0.5
    assert second.value is second.low is second.high is None
    assert second.caution == "It is not defined on these examples."


def test_what_many_resamples_do_not_define_is_not_called_reliable():
    targets = {"target": Column(np.repeat([0, 1], [299, 1]))}
    scores = np.random.default_rng(0).random(300)
    outputs = {"probabilities": Column(np.stack([1 - scores, scores], axis=1))}
    (one,) = measured("roc_auc", targets, outputs)
    assert not one.reliable
    assert "do not define it in 3" in one.caution


def test_answers_that_are_not_numbers_have_no_value():
    targets, outputs = real(np.random.default_rng(0), 10)
    outputs["value"].values[3] = np.nan
    assert measured("rmse", targets, outputs)[0].value is None
    outputs["value"].values[3] = np.inf
    assert measured("rmse", targets, outputs)[0].value is None


def test_one_example_has_a_value_and_a_caution():
    (one,) = measured("rmse", *real(np.random.default_rng(0), 1))
    assert one.value == one.low == one.high
    assert "Only 1 example;" in one.caution


def test_no_examples_are_refused():
    targets, outputs = real(np.random.default_rng(0), 10)
    nothing = [{n: c.slice(0, 0) for n, c in columns.items()} for columns in (targets, outputs)]
    with pytest.raises(DataError, match="no examples"):
        measured("rmse", *nothing)
