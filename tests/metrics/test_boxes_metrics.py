"""Mean average precision agrees with a plain transcription of COCO's evaluation."""

import numpy as np
import pytest
from drawn_answers import boxes, ragged

from daylight.metrics import METRICS
from daylight.metrics.boxes import intersection_over_union


def plain_overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def plain_map(targets, outputs):
    """COCOeval at an overlap of 0.5, one size range, as loops."""
    values = []
    for label in np.unique(targets["classes"].values):
        found, total = [], 0
        for image in range(len(targets["boxes"])):
            wanted = targets["boxes"][image][targets["classes"][image] == label].tolist()
            mine = outputs["classes"][image] == label
            scores = outputs["scores"][image][mine]
            order = np.argsort(-scores, kind="mergesort")[:100]
            total += len(wanted)
            taken = set()
            for index in order:
                box = outputs["boxes"][image][mine][index].tolist()
                free = [i for i in range(len(wanted)) if i not in taken]
                best = max(free, key=lambda i: plain_overlap(box, wanted[i]), default=None)
                hit = best is not None and plain_overlap(box, wanted[best]) >= 0.5
                if hit:
                    taken.add(best)
                found.append((float(scores[index]), hit))
        found.sort(key=lambda pair: -pair[0])
        hits = np.cumsum([hit for _, hit in found])
        precision = hits / np.arange(1, len(found) + 1)
        for i in range(len(found) - 1, 0, -1):
            precision[i - 1] = max(precision[i - 1], precision[i])
        places = np.searchsorted(hits / total, np.linspace(0, 1, 101), side="left")
        values.append(np.mean([precision[i] if i < len(found) else 0.0 for i in places]))
    return np.mean(values)


def score(targets, outputs):
    return METRICS["map@50"].score(targets, outputs, np.ones((1, len(targets["boxes"]))))[0]


def one_image(targets, answers, scores):
    return (
        {
            "boxes": ragged([np.reshape(targets, (-1, 4))], np.float32),
            "classes": ragged([np.zeros(len(targets))], np.int64),
        },
        {
            "boxes": ragged([np.reshape(answers, (-1, 4))], np.float32),
            "classes": ragged([np.zeros(len(answers))], np.int64),
            "scores": ragged([np.array(scores)], np.float32),
        },
    )


@pytest.mark.parametrize("seed", range(10))
def test_map_is_that_of_coco(seed):
    targets, outputs = boxes(np.random.default_rng(seed), 25)
    expected = plain_map(targets, outputs)
    assert 0.1 < expected < 0.9
    assert score(targets, outputs) == pytest.approx(expected, abs=1e-12)


def test_overlap_of_boxes_is_what_its_definition_says():
    random = np.random.default_rng(0)
    corners = random.random((2, 8, 2)) * 50
    first, second = np.concatenate([corners, corners + 30], axis=2)
    overlaps = intersection_over_union(first, second)
    expected = [[plain_overlap(a, b) for b in second.tolist()] for a in first.tolist()]
    np.testing.assert_allclose(overlaps, expected)
    assert overlaps.min() == 0 < overlaps.max()


A, B = [0, 0, 10, 10], [50, 50, 60, 60]


def test_the_same_boxes_have_a_score_of_one():
    assert score(*one_image([A, B], [A, B], [0.9, 0.8])) == 1


def test_a_target_is_found_once():
    # The second answer is false, and stands before the last target is found.
    assert score(*one_image([A, B], [A, A, B], [0.9, 0.8, 0.7])) == pytest.approx(
        (51 * 1 + 50 * 2 / 3) / 101
    )


def test_no_answers_have_a_score_of_zero():
    assert score(*one_image([A], [], [])) == 0


def test_no_targets_have_no_score():
    assert np.isnan(score(*one_image([], [A], [0.5])))


def test_a_class_that_the_model_does_not_know_is_never_found():
    targets, outputs = one_image([A, B], [A, B], [0.9, 0.8])
    targets["classes"].values[1] = -1
    assert score(targets, outputs) == 0.5


def test_answers_of_equal_score_enter_together():
    one, other = [A, [80, 0, 90, 10]], [[80, 0, 90, 10], A]
    here = score(*one_image([A], one, [0.5, 0.5]))
    assert here == score(*one_image([A], other, [0.5, 0.5])) == 0.5


def test_no_more_than_a_hundred_answers_per_image_are_looked_at():
    false = [[80, 0, 90, 10]] * 100
    scores = [*np.linspace(1, 0.5, 100), 0.1]
    assert score(*one_image([A], [*false, A], scores)) == 0
    assert score(*one_image([A], [*false[1:], A], scores[1:])) > 0
