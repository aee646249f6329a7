"""Metrics of answers that are boxes with a class and a score.

Which box answers which target depends on its own image only, so matching happens once, and a
resample of the images changes only how often each match counts.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, num_rows, owners, ratio

if TYPE_CHECKING:
    from daylight.core.types import Array

OVERLAP = 0.5
MAX_DETECTIONS = 100
"""Per image and class, the best first; more are not looked at."""
RECALLS = np.linspace(0, 1, 101)
BLOCK_ELEMENTS = 1 << 20
"""How many numbers a block of draws may hold for one class."""


def intersection_over_union(first: "Array", second: "Array") -> "Array":
    """Overlap of every box with every other; boxes without area overlap nothing.

    Args:
        first: ``box_xyxy_px``, shape ``(m, 4)``.
        second: Likewise, shape ``(n, 4)``.

    Returns:
        Shape ``(m, n)``, 0 to 1.
    """
    first, second = first[:, None].astype(np.float64), second[None].astype(np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(
        first[..., :2], second[..., :2]
    )
    shared = sides.clip(min=0).prod(axis=-1)
    areas = [(box[..., 2:] - box[..., :2]).clip(min=0).prod(axis=-1) for box in (first, second)]
    return np.nan_to_num(ratio(shared, areas[0] + areas[1] - shared))


def match(targets: "Array", boxes: "Array") -> "Array":
    """Gives each target to the first box, in the order given, that overlaps it enough.

    A box takes the target that it overlaps most, of those not taken yet.

    Args:
        targets: Boxes of one class in one image, shape ``(m, 4)``.
        boxes: Answers of that class, best score first, shape ``(n, 4)``.

    Returns:
        Whether each box found a target; shape ``(n,)``.

    Source: COCO's ``COCOeval.evaluateImg``.
    """
    hits = np.zeros(len(boxes), dtype=bool)
    if len(targets) == 0:
        return hits
    overlaps = intersection_over_union(boxes, targets)
    for row in np.flatnonzero(overlaps.max(axis=1, initial=0) >= OVERLAP):
        best = overlaps[row].argmax()
        if overlaps[row, best] >= OVERLAP:
            hits[row] = True
            overlaps[:, best] = -1
    return hits


@dataclass(frozen=True, slots=True)
class _Class:
    """The answers of one class, best score first.

    Attributes:
        images: The image of each answer; shape ``(answers,)``.
        hits: Whether it found a target; shape ``(answers,)``.
        ends: Indices of the last answer of each score: equal scores enter together.
        num_targets: Per image; shape ``(images,)``.
    """

    images: "Array"
    hits: "Array"
    ends: "Array"
    num_targets: "Array"

    def average_precision(self, weights: "Array") -> "Array":
        """Mean of the best precision at each of 101 recalls; NaN where there is no target."""
        totals = weights @ self.num_targets
        values = np.where(totals > 0, 0.0, np.nan)
        if len(self.images) == 0:
            return values
        found = np.cumsum(weights[:, self.images] * self.hits, axis=1)[:, self.ends]
        given = np.cumsum(weights[:, self.images], axis=1)[:, self.ends]
        precision = np.nan_to_num(ratio(found, given))
        precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        precision = np.pad(precision, ((0, 0), (0, 1)))  # 0 for recalls that are never reached
        for draw in np.flatnonzero(totals > 0):
            reached = np.searchsorted(found[draw] / totals[draw], RECALLS, side="left")
            values[draw] = precision[draw, reached].mean()
        return values


def _class(label: int, targets: Columns, outputs: Columns) -> _Class:
    num_images = num_rows(targets)
    wanted = np.flatnonzero(targets["classes"].values == label)
    wanted_images = owners(targets["boxes"])[wanted]
    given = np.flatnonzero((outputs["classes"].values == label) & (label >= 0))
    scores = outputs["scores"].values[given]
    given = given[np.argsort(-scores, kind="stable")]
    given_images = owners(outputs["boxes"])[given]

    hits = np.zeros(len(given), dtype=bool)
    looked_at = np.zeros(len(given), dtype=bool)
    by_image = np.argsort(given_images, kind="stable")
    edges = np.searchsorted(given_images[by_image], np.arange(num_images + 1))
    target_edges = np.searchsorted(wanted_images, np.arange(num_images + 1))
    for image in np.unique(given_images):
        rows = by_image[edges[image] : edges[image + 1]][:MAX_DETECTIONS]
        looked_at[rows] = True
        boxes = wanted[target_edges[image] : target_edges[image + 1]]
        hits[rows] = match(targets["boxes"].values[boxes], outputs["boxes"].values[given[rows]])

    scores = outputs["scores"].values[given][looked_at]
    return _Class(
        images=given_images[looked_at],
        hits=hits[looked_at],
        ends=np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)]),
        num_targets=np.bincount(wanted_images, minlength=num_images).astype(np.float64),
    )


def _map_at_50(targets: Columns, outputs: Columns) -> Statistic:
    """Mean average precision at an overlap of 0.5, over the classes that have targets; 0 to 1.

    As COCO's AP50 with one size range and at most 100 answers per image and class, except that
    answers of equal score enter together, so that the order of the images does not matter. Targets
    of a class that the model does not know (-1) are one class, which is never found.

    Source: Lin et al. 2014, arXiv:1405.0312; COCO's ``COCOeval.accumulate``.
    """
    labels = np.unique(targets["classes"].values).tolist()
    classes = [_class(label, targets, outputs) for label in labels]

    def mean_average_precision(weights: "Array") -> "Array":
        total, count = np.zeros(len(weights)), np.zeros(len(weights))
        for one in classes:
            step = max(1, BLOCK_ELEMENTS // max(1, len(one.images)))
            for start in range(0, len(weights), step):
                value = one.average_precision(weights[start : start + step])
                defined = ~np.isnan(value)
                total[start : start + step] += np.where(defined, value, 0.0)
                count[start : start + step] += defined
        return ratio(total, count)

    return mean_average_precision


MAP_AT_50 = Metric(
    name="map@50",
    title="Mean average precision at overlap 0.5",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_map_at_50),
)
