"""Metrics of pictures that are drawn, compared with real ones as two crowds of points.

A point is what a network sees in a picture: its features, on the principal axes of the training
pictures and scaled so that these have a total variance of 1. All values depend on how many points
there are: a Fréchet distance falls with their number even where nothing else changes. So a model
and its baseline are always measured on equally many.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, ratio

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_NEIGHBORS = 3
"""Source: Kynkäänniemi et al., arXiv:1904.06991, section 3: k = 3."""

NEAREST_KEPT = 32
"""Neighbours at which a row's k-th is looked for first; further away only if most weigh nothing."""

_OF_SIZE = "It falls with the number of pictures: compare it only where that is equal."
_OF_WIDTH = "Its interval is up to twice as wide as it need be."

COPY_QUANTILE = 0.05
BLOCK_ROWS = 512


def frechet(first: "Array", second: "Array") -> float:
    """Squared Fréchet distance between the normal distributions that fit two sets of points.

    Args:
        first: Shape ``(rows, size)``.
        second: Shape ``(other_rows, size)``.

    Source: Heusel et al., arXiv:1706.08500, equation 6.

    >>> points = np.random.default_rng(0).normal(size=(500, 2))
    >>> round(frechet(points, points + [3.0, 0.0]), 6)
    9.0
    """
    one, other = (_Moments(points)(np.ones((1, len(points)))) for points in (first, second))
    return float(_distances(one, other)[0])


class _Moments:
    """Means and covariances of points under any weights."""

    def __init__(self, points: "Array") -> None:
        self._points = np.asarray(points, np.float64)

    def __call__(self, weights: "Array") -> "tuple[Array, Array]":
        """Shapes ``(draws, size)`` and ``(draws, size, size)``; NaN for fewer than two points."""
        count = weights.sum(axis=1)
        means = ratio(weights @ self._points, count[:, None])
        size = self._points.shape[1]
        products = np.empty((len(weights), size, size))
        for draw, some in enumerate(weights):
            products[draw] = (self._points * some[:, None]).T @ self._points
        outer = means[:, :, None] * means[:, None, :]
        with np.errstate(invalid="ignore", divide="ignore"):
            covariances = (products - count[:, None, None] * outer) / (count - 1)[:, None, None]
        return means, np.where((count > 1)[:, None, None], covariances, np.nan)


def _distances(one: "tuple[Array, Array]", other: "tuple[Array, Array]") -> "Array":
    """``|m - n|² + tr(S + T - 2 (S T)^½)`` for each draw."""
    values = np.full(len(one[0]), np.nan)
    for draw, (mean, covariance) in enumerate(zip(*one, strict=True)):
        apart, against = mean - other[0][draw], other[1][draw]
        if not np.isfinite(covariance).all():
            continue
        # (S T)^½ has the trace of (S^½ T S^½)^½, which is symmetric.
        spread, axes = np.linalg.eigh(covariance)
        root = axes * np.sqrt(spread.clip(min=0)) @ axes.T
        both = np.linalg.eigvalsh(root @ against @ root).clip(min=0)
        traces = np.trace(covariance) + np.trace(against) - 2 * np.sqrt(both).sum()
        values[draw] = max(0.0, apart @ apart + traces)
    return values


def _frechet_distance(targets: Columns, outputs: Columns) -> Statistic:
    real, drawn = (_Moments(each["features"].values) for each in (targets, outputs))
    return lambda weights: _distances(real(weights), drawn(weights))


def _kernel_distance(targets: Columns, outputs: Columns) -> Statistic:
    """Squared maximum mean discrepancy, unbiased, so that it may be below 0.

    The kernel is ``(x·y + 1)³``: that of the paper, where ``x·y`` is divided by the number of
    features and these have a variance of 1 each.

    Source: Bińkowski et al., arXiv:1801.01401, section 4; unbiased: Gretton et al., JMLR 13 (2012),
    equation 3.
    """
    real, drawn = (np.asarray(each["features"].values, np.float64) for each in (targets, outputs))

    def kernel_distance(weights: "Array") -> "Array":
        count = weights.sum(axis=1)
        within = [_kernel_sums(x, x, weights) - weights @ _kernel(x, x) for x in (real, drawn)]
        between = _kernel_sums(real, drawn, weights)
        return ratio(within[0] + within[1], count * (count - 1)) - ratio(2 * between, count**2)

    return kernel_distance


def _kernel(x: "Array", y: "Array") -> "Array":
    """Of each row with the same row."""
    values: Array = ((x * y).sum(axis=1) + 1) ** 3
    return values


def _kernel_sums(x: "Array", y: "Array", weights: "Array") -> "Array":
    """Over all pairs of rows, times both weights; shape ``(draws,)``."""
    sums = np.zeros(len(weights))
    for start in range(0, len(x), BLOCK_ROWS):
        some = slice(start, start + BLOCK_ROWS)
        sums += ((weights @ ((y @ x[some].T + 1) ** 3)) * weights[:, some]).sum(axis=1)
    return sums


def _manifold_precision(targets: Columns, outputs: Columns) -> Statistic:
    """Share of drawn pictures that lie nearer to a real one than its third-nearest real one does.

    Source: Kynkäänniemi et al., arXiv:1904.06991, equations 1 and 2.
    """
    return _share_inside(targets["features"].values, outputs["features"].values)


def _manifold_recall(targets: Columns, outputs: Columns) -> Statistic:
    """The same the other way round: share of real pictures that lie among drawn ones."""
    return _share_inside(outputs["features"].values, targets["features"].values)


def _share_inside(crowd: "Array", points: "Array") -> Statistic:
    """Share of ``points`` no further from one of ``crowd`` than its k-th neighbour is."""
    radii = _Radii(crowd)
    distances = squared_distances(points, crowd)

    def share(weights: "Array") -> "Array":
        values = np.full(len(weights), np.nan)
        for draw, some in enumerate(weights):
            if some.sum() > NUM_NEIGHBORS:
                inside = (distances <= radii(some)).any(axis=1)
                values[draw] = some @ inside / some.sum()
        return values

    return share


class _Radii:
    """Squared distance of each point's k-th neighbour, under any weights."""

    def __init__(self, points: "Array") -> None:
        self._distances = squared_distances(points, points)
        np.fill_diagonal(self._distances, 0)
        # The point itself comes first, even if others lie at the same place.
        self._order = np.argsort(self._distances - np.eye(len(points)), axis=1, kind="stable")

    def __call__(self, weights: "Array") -> "Array":
        """Shape ``(rows,)``; -1, so that nothing is inside, for points of weight 0."""
        radii = np.full(len(weights), -1.0)
        rows = np.flatnonzero(weights > 0)
        kept = self._order[rows, :NEAREST_KEPT]
        near = np.cumsum(weights[kept], axis=1)  # the point itself is not its neighbour
        found = near[:, -1] > NUM_NEIGHBORS
        at = (near[found] > NUM_NEIGHBORS).argmax(axis=1)
        radii[rows[found]] = self._distances[rows[found], kept[found, at]]
        for row in rows[~found]:
            order = self._order[row]
            at = (np.cumsum(weights[order]) > NUM_NEIGHBORS).argmax()
            radii[row] = self._distances[row, order[at]]
        return radii


def squared_distances(x: "Array", y: "Array") -> "Array":
    """Between all rows of ``x`` and of ``y``; float64 ``(len(x), len(y))``."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1)
    apart: Array = (squares - 2 * x @ y.T).clip(min=0)
    return apart


def _near_copies(targets: Columns, outputs: Columns) -> Statistic:
    """Share of drawn pictures nearer to a training picture than all but 5 % of the test's are."""
    real, drawn = (each["nearest_distance"].values for each in (targets, outputs))
    order = np.argsort(real, kind="stable")

    def near_copies(weights: "Array") -> "Array":
        count = weights.sum(axis=1)
        below = np.cumsum(weights[:, order], axis=1) < COPY_QUANTILE * count[:, None]
        limit = real[order[below.sum(axis=1).clip(max=len(order) - 1)]]
        return ratio((weights * (drawn < limit[:, None])).sum(axis=1), count)

    return near_copies


FRECHET_DISTANCE = Metric(
    name="frechet_distance",
    title="Fréchet distance over EfficientNet-lite0 features",
    unit="of the real variance",
    higher_is_better=False,
    interval="jackknife",
    score=Weighted(_frechet_distance, doubt=_OF_SIZE),
)
KERNEL_DISTANCE = Metric(
    name="kernel_distance",
    title="Kernel distance over EfficientNet-lite0 features",
    unit="",
    higher_is_better=False,
    interval="jackknife",
    score=Weighted(_kernel_distance),
)
MANIFOLD_PRECISION = Metric(
    name="manifold_precision",
    title="Precision: drawn pictures among real ones",
    unit="ratio",
    higher_is_better=True,
    interval="jackknife",
    score=Weighted(_manifold_precision, doubt=_OF_WIDTH),
)
MANIFOLD_RECALL = Metric(
    name="manifold_recall",
    title="Recall: real pictures among drawn ones",
    unit="ratio",
    higher_is_better=True,
    interval="jackknife",
    score=Weighted(_manifold_recall, doubt=_OF_WIDTH),
)
NEAR_COPIES = Metric(
    name="near_copies",
    title="Near copies of training pictures",
    unit="ratio",
    higher_is_better=False,
    interval="bootstrap",
    score=Weighted(_near_copies),
)
