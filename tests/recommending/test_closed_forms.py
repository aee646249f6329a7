"""Families that are solved at once give what their papers say."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from daylight.core.context import Context
from daylight.core.errors import ResourceError
from daylight.core.types import Column, Prepared, Split
from daylight.models import ease, implicit_als, item_knn, slim
from daylight.runtime.operations.item_scores import item_scores
from daylight.training import grams


@pytest.fixture
def taken():
    random = np.random.default_rng(0)
    return (random.random((200, 30)) < random.random(30)).astype(np.float32)


def prepared_of(taken):
    """Histories of all but the last item of each row."""
    rows = [np.flatnonzero(row) for row in taken]
    histories, following = [row[:-1] for row in rows], [row[-1:] for row in rows]

    def column(runs):
        return Column(np.concatenate(runs), np.cumsum([0, *map(len, runs)]))

    split = Split({"taken": column(histories)}, {"target": column(following)})
    labels = tuple(map(str, range(taken.shape[1])))
    splits = {"train": split, "validation": split, "test": split}
    return Prepared(splits, {}, {}, (), (), ("taken",), "ranking", labels)


@pytest.mark.parametrize("cost", [0, 10**9])
def test_the_gram_matrix_is_exact_dense_and_sparse(taken, cost, monkeypatch):
    monkeypatch.setattr(grams, "SPARSE_COST", cost)
    monkeypatch.setattr(grams, "BLOCK_ROWS", 64)
    assert (grams.gram(csr_array(taken)).numpy() == taken.T @ taken).all()


def test_ease_is_steck_s_closed_form(taken):
    inverse = np.linalg.inv(taken.T.astype(float) @ taken + 50 * np.eye(30))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    found = ease.solve(torch.from_numpy(taken.T @ taken), 50.0).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_item_knn_is_the_shrunk_cosine_of_the_nearest(taken):
    settings = item_knn.Settings(neighbors=5, shrinkage=3.0)
    fitted = item_knn.fit(prepared_of(taken), settings, Context())
    together = taken.T @ taken
    sizes = np.sqrt(np.diag(together))
    near = together / (np.outer(sizes, sizes) + 3)
    np.fill_diagonal(near, 0)
    kept = np.where(near >= np.sort(near, axis=1)[:, -5:][:, :1], near, 0)
    single = Column(np.arange(30), np.arange(31))
    found = item_scores(fitted.tensors, single) - fitted.tensors["bias"]
    np.testing.assert_allclose(found, kept, atol=1e-6)


@pytest.mark.parametrize("family", [ease, slim])
def test_memory_is_asked_for_before_it_is_taken(taken, family):
    with pytest.raises(ResourceError, match="30 items take") as refused:
        family.fit(prepared_of(taken), family.Settings(), Context(memory_bytes=1000))
    assert "item-knn or implicit-als" in refused.value.hint


def test_slim_meets_the_conditions_of_its_optimum(taken):
    settings = slim.Settings(sparsity=2.0, penalty=10.0, iterations=300)
    together = torch.from_numpy(taken.T @ taken)
    found = slim.solve(together.clone(), settings, Context()).numpy().astype(float)
    assert (found >= 0).all()
    assert (np.diag(found) == 0).all()
    counts = taken.T.astype(float) @ taken
    slope = counts @ found - counts + 10 * found + 2
    np.fill_diagonal(slope, 0)
    assert np.abs(slope[found > 1e-4]).max() < 0.2  # where a weight is, nothing is to be gained
    assert slope[found == 0].min() > -0.2
    assert 0 < (found > 0).mean() < 0.6


def test_als_solves_for_every_taste_as_hu_says(taken):
    settings = implicit_als.Settings(factors=4, confidence=3.0, penalty=2.0)
    items = np.random.default_rng(1).normal(size=(30, 4)).astype(np.float32)
    empty = np.zeros((1, 30), np.float32)
    rows = np.concatenate([taken[:20], empty])
    found = implicit_als.solved(
        implicit_als._sparse(csr_array(rows)),
        torch.from_numpy(items),
        torch.ones(21, 4),
        settings,
        steps=8,
    ).numpy()
    for row, taste in zip(rows, found, strict=True):
        weight = np.diag(1 + 3.0 * row)
        expected = np.linalg.solve(items.T @ weight @ items + 2 * np.eye(4), items.T @ weight @ row)
        np.testing.assert_allclose(taste, expected, atol=1e-4)


def test_als_folds_in_people_as_it_solved_for_those_of_train(taken):
    settings = implicit_als.Settings(factors=4, iterations=3)
    fitted = implicit_als.fit(prepared_of(taken), settings, Context())
    factors = torch.from_numpy(fitted.tensors["factors"])
    people = implicit_als._sparse(csr_array(taken))
    tastes = implicit_als.solved(people, factors, torch.zeros(200, 4), settings, steps=8)
    runs = [np.flatnonzero(row) for row in taken]
    histories = Column(np.concatenate(runs), np.cumsum([0, *map(len, runs)]))
    scores = fitted.scores({"taken": histories}) - fitted.tensors["bias"]
    np.testing.assert_allclose(scores, (tastes @ factors.T).numpy(), atol=1e-4)


def test_an_item_counts_once_and_an_unknown_one_never(taken):
    fitted = ease.fit(prepared_of(taken), ease.Settings(), Context())
    plain = Column(np.array([3, 7]), np.array([0, 2]))
    odd = Column(np.array([7, -1, 3, 7]), np.array([0, 4]))
    assert (item_scores(fitted.tensors, plain) == item_scores(fitted.tensors, odd)).all()


def test_whoever_has_nothing_is_answered_what_most_people_took(taken):
    nothing = Column(np.empty(0, np.int64), np.zeros(2, np.int64))
    for family in (ease, item_knn):
        fitted = family.fit(prepared_of(taken), family.Settings(), Context())
        [items] = fitted.predict({"taken": nothing})["items"].values
        counts = taken.sum(axis=0)
        assert (np.diff(counts[items]) <= 0).all()
