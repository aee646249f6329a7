"""Crowds of pictures are told apart as the papers say, and copies are noticed."""

import numpy as np
import pytest
from drawn_answers import image
from scipy import linalg, stats

from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.image import frechet
from daylight.metrics.image_figures import nearest, samples
from daylight.metrics.intervals import jackknife, measure


def crowd(random, rows, *, size=4, scale=1.0, shift=0.0):
    return random.normal(size=(rows, size)) * scale + shift


def value(name, real, drawn):
    columns = [{"features": Column(points)} for points in (real, drawn)]
    return float(METRICS[name].score(*columns, np.ones((1, len(real))))[0])


def near(distances):
    return {"nearest_distance": Column(np.asarray(distances, float))}


def test_the_frechet_distance_is_that_of_the_formula():
    random = np.random.default_rng(0)
    real = crowd(random, 300) @ random.normal(size=(4, 4))
    drawn = crowd(random, 300, scale=2.0, shift=0.5) @ random.normal(size=(4, 4))
    one, other = np.cov(real.T), np.cov(drawn.T)
    apart = real.mean(0) - drawn.mean(0)
    expected = apart @ apart + np.trace(one + other - 2 * linalg.sqrtm(one @ other).real)
    assert frechet(real, drawn) == pytest.approx(expected)
    assert value("frechet_distance", real, drawn) == pytest.approx(expected)


def test_the_frechet_distance_of_fewer_points_than_axes_is_still_defined():
    points = np.random.default_rng(0).normal(size=(5, 64))
    assert frechet(points, points) == pytest.approx(0, abs=1e-6)
    assert frechet(points, points + 1) == pytest.approx(64)


def test_the_kernel_distance_is_the_mean_over_pairs_of_different_points():
    random = np.random.default_rng(1)
    real, drawn = crowd(random, 30), crowd(random, 30, shift=0.3)

    def kernel(x, y):
        return (x @ y + 1) ** 3

    def within(points):
        pairs = [(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j]
        return np.mean([kernel(x, y) for x, y in pairs])

    between = np.mean([kernel(x, y) for x in real for y in drawn])
    expected = within(real) + within(drawn) - 2 * between
    assert value("kernel_distance", real, drawn) == pytest.approx(expected)


def test_the_kernel_distance_is_zero_on_average_where_there_is_no_difference():
    random = np.random.default_rng(2)
    values = [value("kernel_distance", crowd(random, 60), crowd(random, 60)) for _ in range(100)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 10
    assert min(values) < 0


def inside(crowd_points, points):
    """The definition, point by point: is it in any ball up to a third neighbour?"""
    found = 0
    for point in points:
        for each in crowd_points:
            others = np.sort(np.linalg.norm(crowd_points - each, axis=1))
            if np.linalg.norm(point - each) <= others[3]:  # others[0] is the point itself
                found += 1
                break
    return found / len(points)


def test_precision_and_recall_are_those_of_the_definition():
    random = np.random.default_rng(3)
    real, drawn = crowd(random, 60), crowd(random, 60, scale=0.6, shift=0.8)
    assert value("manifold_precision", real, drawn) == pytest.approx(inside(real, drawn))
    assert value("manifold_recall", real, drawn) == pytest.approx(inside(drawn, real))


def test_pictures_all_alike_are_precise_and_recall_next_to_nothing():
    random = np.random.default_rng(4)
    real, collapsed = crowd(random, 200), crowd(random, 200, scale=0.01)
    assert value("manifold_precision", real, collapsed) > 0.95
    assert value("manifold_recall", real, collapsed) < 0.05


def test_a_third_neighbour_is_found_even_where_most_points_weigh_nothing():
    random = np.random.default_rng(5)
    real, drawn = crowd(random, 300), crowd(random, 300)
    few = np.sort(random.choice(300, 12, replace=False))
    weights = np.zeros((1, 300))
    weights[0, few] = 1
    columns = [{"features": Column(points)} for points in (real, drawn)]
    for name in ("manifold_precision", "manifold_recall"):
        weighted = METRICS[name].score(*columns, weights)[0]
        assert weighted == pytest.approx(value(name, real[few], drawn[few]))


def test_pictures_that_are_new_are_near_copies_one_time_in_twenty():
    random = np.random.default_rng(6)
    test, fresh, copied = random.gamma(9, size=4000), random.gamma(9, size=4000), np.zeros(4000)
    score = METRICS["near_copies"].score
    ones = np.ones((1, 4000))
    assert score(near(test), near(fresh), ones)[0] == pytest.approx(0.05, abs=0.015)
    assert score(near(test), near(copied), ones)[0] == 1
    assert score(near(test), near(test + 100), ones)[0] == 0


def test_the_jackknife_of_a_mean_is_the_interval_that_is_known():
    values = np.random.default_rng(7).normal(size=50)
    left_out = (values.sum() - values) / 49
    half = stats.norm.ppf(0.975) * values.std(ddof=1) / 50**0.5
    assert jackknife(values.mean(), left_out) == pytest.approx(
        (values.mean() - half, values.mean() + half)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("frechet_distance", 0.9, 1.2),
        ("kernel_distance", 0.9, 1.2),
        ("manifold_precision", 0.9, 2.0),
        ("manifold_recall", 0.9, 2.0),
    ],
)
def test_intervals_are_as_wide_as_values_of_fresh_crowds_differ(name, least, most):
    random = np.random.default_rng(8)

    def two_crowds():
        real, drawn = crowd(random, 300, size=8), crowd(random, 300, size=8, scale=0.9, shift=0.4)
        return [{"features": Column(points)} for points in (real, drawn)]

    ones = np.ones((1, 300))
    spread = np.std([METRICS[name].score(*two_crowds(), ones)[0] for _ in range(400)])
    halves = []
    for _ in range(20):
        targets, outputs = two_crowds()
        [one] = measure([METRICS[name]], targets=targets, outputs=outputs, random=random)[name]
        halves.append((one.high - one.low) / 2 / 1.96)
    assert least * spread < np.mean(halves) < most * spread


def verdict(share):
    targets, outputs = image(np.random.default_rng(9), 400)
    targets["nearest_distance"] = Column(np.linspace(1, 2, 400))
    distances = np.full(400, 3.0)
    distances[: round(share * 400)] = 0.0
    return nearest(targets, {**outputs, "nearest_distance": Column(distances)}, ()).data["note"]


def test_copying_is_said_in_words():
    assert "So there is no sign of copying" in verdict(0.05)
    assert "look at the pairs" in verdict(0.09)
    assert "may be copying" not in verdict(0.09)
    assert "It may be copying" in verdict(0.2)


def test_sheets_show_each_label_that_was_asked_for():
    targets, outputs = image(np.random.default_rng(10), 100)
    figure = samples(targets, outputs, ())
    assert [(row["title"], row["count"]) for row in figure.data["rows"]] == [
        ("lily", 10),
        ("rose", 10),
    ]
    targets["asked"] = Column(np.full(100, "", targets["asked"].values.dtype))
    rows = samples(targets, outputs, ()).data["rows"]
    assert [(row["title"], row["count"]) for row in rows] == [("", 10)] * 6


def test_the_pictures_nearest_to_training_ones_are_shown_with_these():
    targets, outputs = image(np.random.default_rng(11), 100)
    drawn, train = nearest(targets, outputs, ()).data["rows"]
    assert (drawn["title"], train["title"]) == ("Drawn", "Nearest in train")
    assert drawn["count"] == train["count"] == 10
