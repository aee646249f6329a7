"""Networks that rank read histories to their ends, and learn what comes next."""

import numpy as np
import pytest
import torch

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.models import bpr, sasrec
from daylight.training.rankers import known, last, some
from daylight.training.settings import Training

PADDED = torch.tensor([[4, 7, -1, 9, 0], [3, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
LENGTHS = torch.tensor([4, 1, 0])


def test_an_unknown_item_and_what_is_filled_up_are_no_items():
    expected = [[1, 1, 0, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert known(PADDED, LENGTHS).int().tolist() == expected


def test_the_last_items_stand_at_the_end():
    items, inside = last(PADDED, LENGTHS, 3)
    assert inside.int().tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert items[inside].tolist() == [7, 9, 3]


def test_of_long_histories_another_part_is_learned_from_each_time():
    torch.manual_seed(0)
    long = torch.arange(20)[None]
    ends = {int(some(long, torch.tensor([20]), 5)[0][0, -1]) for _ in range(200)}
    assert ends == set(range(4, 20))


@pytest.fixture(scope="module")
def circles():
    """Everybody goes on from item to item: after 3 comes 4, after 11 comes 0."""
    random = np.random.default_rng(0)

    def split(rows):
        starts, lengths = random.integers(0, 12, rows), random.integers(3, 7, rows)
        runs = [(s + np.arange(n)) % 12 for s, n in zip(starts, lengths, strict=True)]
        column = Column(np.concatenate(runs), np.cumsum([0, *lengths]))
        target = Column((starts + lengths) % 12, np.arange(rows + 1))
        return Split({"taken": column}, {"target": target})

    splits = {name: split(rows) for name, rows in (("train", 200), ("validation", 40))}
    labels = tuple(map(str, range(12)))
    return Prepared(splits, {}, {}, (), (), ("taken",), "ranking", labels)


def hits(fitted, circles):
    split = circles.splits["validation"]
    first = fitted.predict(split.inputs)["items"].values[:, 0]
    return (first == split.targets["target"].values).mean()


def test_sasrec_learns_what_comes_next(circles):
    training = Training(epochs=12, batch_size=32, learning_rate=1e-2)
    settings = sasrec.Settings(units=16, layers=1, length=6, dropout=0.0, training=training)
    assert hits(sasrec.fit(circles, settings, Context()), circles) > 0.9


def test_where_there_are_many_items_sasrec_learns_from_some_of_them(circles, monkeypatch):
    monkeypatch.setattr(sasrec, "MAX_COMPARED", 6)
    training = Training(epochs=12, batch_size=32, learning_rate=1e-2)
    settings = sasrec.Settings(units=16, layers=1, length=6, dropout=0.0, training=training)
    assert hits(sasrec.fit(circles, settings, Context()), circles) > 0.9


def test_bpr_ranks_what_goes_together(circles):
    training = Training(epochs=12, batch_size=32, learning_rate=2e-2, weight_decay=0.0)
    fitted = bpr.fit(circles, bpr.Settings(factors=8, training=training), Context())
    [scores] = fitted.scores({"taken": Column(np.array([2, 4]), np.array([0, 2]))})
    assert scores[[3, 5]].min() > scores[[8, 9, 10]].max()


def test_sasrec_answers_by_the_order_and_bpr_whatever_the_order(circles):
    training = Training(epochs=2, batch_size=32)
    one, other = (
        {"taken": Column(np.array(run), np.array([0, 3]))} for run in ([1, 2, 3], [3, 2, 1])
    )
    reads = sasrec.fit(circles, sasrec.Settings(units=8, length=6, training=training), Context())
    assert np.abs(reads.scores(one) - reads.scores(other)).max() > 1e-3
    adds = bpr.fit(circles, bpr.Settings(factors=8, training=training), Context())
    np.testing.assert_allclose(adds.scores(one), adds.scores(other), atol=1e-5)
