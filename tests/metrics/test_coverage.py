"""Intervals that are called reliable cover in 93 to 97 % of cases."""

import numpy as np
import pytest
from drawn_answers import label, real
from scipy import stats

from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.intervals import measure, wilson


def wilson_coverage(trials):
    """Exact coverage where it is extreme: on both sides of every bound, and on a grid.

    Returns:
        Proportions from 0.05 to 0.95 and the coverage of each.
    """
    bounds = np.array([wilson(hits / trials, trials) for hits in range(trials + 1)])
    edges = bounds.ravel()
    grid = np.concatenate([edges - 1e-10, edges + 1e-10, np.linspace(0.05, 0.95, 91)])
    grid = np.unique(grid[(grid >= 0.05) & (grid <= 0.95)])
    # Both bounds grow with the hits, so those that cover are a run.
    first = np.searchsorted(bounds[:, 1], grid, side="left")
    last = np.searchsorted(bounds[:, 0], grid, side="right") - 1
    covered = stats.binom.cdf(last, trials, grid) - stats.binom.cdf(first - 1, trials, grid)
    return grid, covered


@pytest.mark.parametrize("trials", [*range(200, 260), 500, 1000, 5000])
def test_wilson_covers_in_93_to_97_percent_exactly(trials):
    _, covered = wilson_coverage(trials)
    assert covered.min() >= 0.93
    assert covered.max() <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("trials", [range(260, 600), range(600, 1001), [2000, 3000, 10_000]])
def test_wilson_covers_in_93_to_97_percent_exactly_for_every_size(trials):
    covered = np.concatenate([wilson_coverage(some)[1] for some in trials])
    assert covered.min() >= 0.93
    assert covered.max() <= 0.97


@pytest.mark.parametrize(("trials", "share"), [(200, 0.0008), (50, 0.01), (10, 0.5)])
def test_wilson_does_not_cover_so_where_it_is_called_unreliable(trials, share):
    hits = np.arange(trials + 1)
    bounds = np.array([wilson(some / trials, trials) for some in hits])
    inside = (bounds[:, 0] <= share) & (share <= bounds[:, 1])
    covered = stats.binom.pmf(hits, trials, share)[inside].sum()
    assert not 0.93 <= covered <= 0.97


def balanced(random, rows):
    return label(random, rows, num_labels=3)


def skewed(random, rows):
    return label(random, rows, num_labels=3, shares=[0.7, 0.2, 0.1])


def fifty_of_500(random, rows):
    return label(random, rows, num_labels=3, shares=[0.5, 0.4, 0.1])


CASES = [
    (balanced, ("macro_f1", "roc_auc", "log_loss", "brier")),
    (skewed, ("macro_f1", "log_loss")),
    (real, ("rmse", "mae", "r2")),
]


def coverage(draw, names, *, repetitions, num_resamples, rows=200):
    """How often the interval of some examples holds the value of 400,000; by metric."""
    random = np.random.default_rng(2026)
    metrics = [METRICS[name] for name in names]
    targets, outputs = draw(random, 400_000)
    weights = np.ones((1, 400_000))
    truth = {metric.name: metric.score(targets, outputs, weights)[0] for metric in metrics}
    covered = dict.fromkeys(names, 0)
    for _ in range(repetitions):
        targets, outputs = draw(random, rows)
        measured = measure(
            metrics, targets=targets, outputs=outputs, random=random, num_resamples=num_resamples
        )
        for name, (one,) in measured.items():
            covered[name] += one.low <= truth[name] <= one.high
    return covered


def assert_covers(covered, repetitions):
    """Fails where coverage is detectably outside of 93 to 97 %, not where chance has it so.

    The bounds are passed once in a thousand at 93 % or 97 %. With 4,000 repetitions, 91 % is found
    in 94 cases of 100, and at 93.5 % the verdict hangs on the seed five times in a million.
    """
    for name, count in covered.items():
        assert count >= stats.binom.ppf(0.001, repetitions, 0.93), (name, count / repetitions)
        assert count <= stats.binom.ppf(0.999, repetitions, 0.97), (name, count / repetitions)


@pytest.mark.parametrize(
    ("draw", "names"), [(balanced, ("macro_f1", "log_loss")), (real, ("rmse",))]
)
def test_bca_covers_about_as_often_as_it_says(draw, names):
    repetitions = 200
    covered = coverage(draw, names, repetitions=repetitions, num_resamples=400)
    assert_covers(covered, repetitions)


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "names"), CASES)
def test_bca_covers_in_93_to_97_percent(draw, names):
    repetitions = 4000
    covered = coverage(draw, names, repetitions=repetitions, num_resamples=1000)
    assert_covers(covered, repetitions)


@pytest.mark.slow
def test_an_area_with_fifty_examples_of_the_rarest_class_covers_in_93_to_97_percent():
    repetitions = 2000
    covered = coverage(
        fifty_of_500, ("roc_auc",), repetitions=repetitions, num_resamples=500, rows=500
    )
    assert_covers(covered, repetitions)


def flagged(draw, name, *, repetitions, rows=200):
    """Of so many samples, how many carry a caution."""
    random = np.random.default_rng(2026)
    found = 0
    for _ in range(repetitions):
        targets, outputs = draw(random, rows)
        measured = measure(
            [METRICS[name]], targets=targets, outputs=outputs, random=random, num_resamples=200
        )
        found += not measured[name][0].reliable
    return found


def heavy_tailed(random, rows):
    target = 3 * random.normal(size=rows)
    return {"target": Column(target)}, {"value": Column(target + random.standard_t(5, size=rows))}


def nearly_perfect(random, rows):
    return label(random, rows, num_labels=3, skill=5)


@pytest.mark.parametrize(
    ("draw", "name", "least"),
    [(heavy_tailed, "rmse", 0.8), (heavy_tailed, "r2", 0.8), (nearly_perfect, "log_loss", 0.95)],
)
def test_most_samples_whose_intervals_cover_too_seldom_carry_a_caution(draw, name, least):
    """Measured: 88, 88 and 100 %; the intervals cover in 90 to 92 %."""
    assert flagged(draw, name, repetitions=200) >= stats.binom.ppf(0.001, 200, least)


@pytest.mark.parametrize(
    ("draw", "name"), [(real, "rmse"), (real, "mae"), (real, "r2"), (balanced, "log_loss")]
)
def test_few_samples_of_ordinary_answers_carry_a_caution(draw, name):
    """Measured: 3, 0, 7 and 0 %."""
    assert flagged(draw, name, repetitions=200) <= stats.binom.ppf(0.999, 200, 0.1)
