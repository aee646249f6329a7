"""Metrics of rankings agree with scikit-learn and with their definitions."""

import numpy as np
import pytest
from drawn_answers import ragged, ranking
from sklearn.metrics import ndcg_score

from daylight.core.types import Column
from daylight.metrics import METRICS

seeds = pytest.mark.parametrize("seed", range(10))


def score(name, wanted, items):
    outputs = {"items": Column(np.array(items)), "scores": Column(np.zeros(np.shape(items)))}
    targets = {"target": ragged([np.array(some, dtype=int) for some in wanted], np.int64)}
    return METRICS[name].score(targets, outputs, np.ones((1, len(items))))[0]


@seeds
def test_ndcg_is_that_of_sklearn(seed):
    random = np.random.default_rng(seed)
    items = np.stack([random.permutation(20) for _ in range(30)])
    relevant = random.random((30, 20)) < random.random((30, 1))
    relevant[:, 0] = True
    scores = np.empty((30, 20))
    np.put_along_axis(scores, items, -np.arange(20.0)[None].repeat(30, axis=0), axis=1)
    expected = ndcg_score(relevant, scores, k=10)
    assert score("ndcg@10", [np.flatnonzero(row) for row in relevant], items) == pytest.approx(
        expected
    )


@seeds
def test_recall_and_mrr_are_what_their_definitions_say(seed):
    targets, outputs = ranking(np.random.default_rng(seed), 50)
    recalls, reciprocals = [], []
    for row in range(50):
        wanted, items = set(targets["target"][row].tolist()), outputs["items"][row].tolist()
        if wanted:
            recalls.append(len(wanted & set(items[:10])) / len(wanted))
            ranks = [rank for rank, item in enumerate(items, start=1) if item in wanted]
            reciprocals.append(1 / ranks[0] if ranks else 0.0)
    assert 0 < len(recalls) < 50
    weights = np.ones((1, 50))
    assert METRICS["recall@10"].score(targets, outputs, weights)[0] == pytest.approx(
        np.mean(recalls)
    )
    assert METRICS["mrr"].score(targets, outputs, weights)[0] == pytest.approx(np.mean(reciprocals))


@pytest.mark.parametrize("name", ["ndcg@10", "recall@10", "recall@50", "map@10", "mrr"])
def test_the_best_list_has_a_score_of_one(name):
    assert score(name, [[3], [5, 1]], [[3, 1, 2], [1, 5, -1]]) == pytest.approx(1)


@pytest.mark.parametrize("name", ["ndcg@10", "recall@10", "recall@50", "map@10", "mrr"])
def test_rows_without_a_relevant_item_are_left_out(name):
    assert score(name, [[3], []], [[3, 1], [1, 3]]) == pytest.approx(1)
    assert np.isnan(score(name, [[], []], [[3, 1], [1, 3]]))


def test_an_item_that_is_listed_twice_is_found_once():
    assert score("recall@10", [[3, 4]], [[3, 3, 3]]) == pytest.approx(0.5)


def test_a_relevant_item_that_the_model_does_not_know_is_never_found():
    assert score("recall@10", [[3, -1]], [[3, -1, -1]]) == pytest.approx(0.5)
    assert score("mrr", [[-1]], [[-1, -1, -1]]) == 0


def test_average_precision_is_that_of_its_definition():
    found = score("map@10", [[1, 3, 9]], [[1, 2, 3, 4]])
    assert found == pytest.approx((1 / 1 + 2 / 3) / 3)


def test_what_stands_after_the_tenth_place_counts_for_mrr_only():
    items = [list(range(11))]
    assert score("ndcg@10", [[10]], items) == 0
    assert score("recall@10", [[10]], items) == 0
    assert score("mrr", [[10]], items) == pytest.approx(1 / 11)
