"""Intervals that are called reliable cover in 93 to 97 % of cases."""

import numpy as np
import pytest
from drawn_answers import label, real
from scipy import stats

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


@pytest.mark.parametrize(
    ("draw", "names"), [(balanced, ("macro_f1", "log_loss")), (real, ("rmse",))]
)
def test_bca_covers_about_as_often_as_it_says(draw, names):
    repetitions = 200
    covered = coverage(draw, names, repetitions=repetitions, num_resamples=400)
    for name, count in covered.items():
        # The exact 99.9 % interval of what was seen must meet 93 to 97 %.
        seen = stats.binomtest(count, repetitions).proportion_ci(confidence_level=0.999)
        assert seen.low <= 0.97, name
        assert seen.high >= 0.93, name


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "names"), CASES)
def test_bca_covers_in_93_to_97_percent(draw, names):
    repetitions = 4000
    covered = coverage(draw, names, repetitions=repetitions, num_resamples=1000)
    for name, count in covered.items():
        # The exact 98 % interval of what was seen must lie within: chance alone does not pass.
        seen = stats.binomtest(count, repetitions).proportion_ci(confidence_level=0.98)
        assert seen.low >= 0.93, (name, count / repetitions)
        assert seen.high <= 0.97, (name, count / repetitions)


@pytest.mark.slow
def test_an_area_with_fifty_examples_of_the_rarest_class_covers_in_93_to_97_percent():
    repetitions = 2000
    covered = coverage(
        fifty_of_500, ("roc_auc",), repetitions=repetitions, num_resamples=500, rows=500
    )
    # Closer to 93 % than the cases above, so what was seen is held to it, not its interval.
    assert 0.93 <= covered["roc_auc"] / repetitions <= 0.97
