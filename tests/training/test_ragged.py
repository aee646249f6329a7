"""Runs of different lengths are learned from in batches of like length; none changes another."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from daylight.core.context import Context, Decisions
from daylight.core.types import Column, Prepared, Split
from daylight.runtime.operations import OPERATIONS
from daylight.training import loop
from daylight.training.batches import epoch, num_batches
from daylight.training.network import Network
from daylight.training.rows import lengths, to_tensors
from daylight.training.settings import Training

quick = settings(max_examples=50, deadline=None)
LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=150)


def ragged(runs):
    """Row ``i`` holds ``i + 1``, so many times."""
    offsets = np.concatenate([[0], np.cumsum(runs)]).astype(np.int64)
    return Column(np.repeat(np.arange(len(runs), dtype=np.uint32) + 1, runs), offsets)


def split_of(runs):
    target = np.arange(len(runs)) % 2
    return Split({"words": ragged(runs)}, {"target": Column(target), "row": Column(target)})


def batches(runs, size, number=0, seed=0, start=0):
    numbered = Split({"words": ragged(runs)}, {"target": Column(np.arange(len(runs)))})
    made = epoch(
        numbered,
        ("words",),
        Training(batch_size=size),
        Context(seed=seed),
        number,
        start=start,
    )
    return [([each.numpy() for each in batch.inputs], batch.target.numpy()) for batch in made]


@quick
@given(LENGTHS, st.integers(1, 70), st.integers(0, 3))
def test_an_epoch_shows_every_run_once_and_whole(runs, size, number):
    found = batches(runs, size, number)
    assert sorted(row for _, rows in found for row in rows.tolist()) == list(range(len(runs)))
    assert len(found) == num_batches(len(runs), size)
    assert max(len(rows) for _, rows in found) <= size
    for (padded, of_rows), rows in found:
        assert of_rows.tolist() == [runs[row] for row in rows]
        for row, run, length in zip(rows, padded, of_rows, strict=True):
            assert (run[:length] == row + 1).all()
            assert (run[length:] == 0).all()


@quick
@given(LENGTHS, st.integers(1, 9), st.integers(0, 3), st.integers(0, 20))
def test_an_epoch_that_goes_on_shows_what_it_would_have_shown(runs, size, number, start):
    start = min(start, num_batches(len(runs), size) - 1)
    whole = batches(runs, size, number)[start:]
    rest = batches(runs, size, number, start=start)
    for (one, rows), (other, rows_again) in zip(whole, rest, strict=True):
        assert (rows == rows_again).all()
        assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_hardly_anything_is_filled_up_and_epochs_differ():
    runs = np.random.default_rng(0).integers(1, 120, 2000).tolist()
    held = sum(padded.size for (padded, _), _ in batches(runs, 32))
    assert held < 1.1 * sum(runs)
    first, second = (
        [rows.tolist() for _, rows in batches(runs, 32, number)] for number in range(2)
    )
    assert first != second
    widths = [padded.shape[1] for (padded, _), _ in batches(runs, 32)]
    assert widths != sorted(widths)


def test_dense_columns_have_no_lengths():
    dense = {"x": Column(np.zeros((3, 2)))}
    assert lengths(dense, ["x"]) is None
    assert lengths({**dense, "words": ragged([2, 0, 1])}, ["x", "words"]).tolist() == [2, 0, 1]


def test_rows_may_be_numbers_or_a_slice():
    columns = {"words": ragged([2, 0, 3])}
    for rows in (slice(1, 3), np.array([1, 2])):
        padded, of_rows = to_tensors(columns, ["words"], rows)
        assert padded.tolist() == [[0, 0, 0], [3, 3, 3]]
        assert of_rows.tolist() == [0, 3]


class Sums(nn.Module):
    """Adds up what stands inside of the lengths."""

    def __init__(self):
        super().__init__()
        self.scores = nn.Linear(1, 2)

    def forward(self, words, lengths):
        inside = torch.arange(words.shape[1]) < lengths[:, None]
        return self.scores((words.float() * inside).sum(1, keepdim=True) / 100)


@pytest.fixture
def prepared():
    splits = {name: split_of(np.arange(40) % 7) for name in ("train", "validation", "test")}
    return Prepared(
        splits=splits,
        tables={},
        schema={},
        nodes=(),
        target_nodes=(),
        names=("words",),
        answer="label",
        labels=("even", "odd"),
    )


def test_answers_keep_the_order_of_the_rows_and_depend_on_no_other(prepared):
    network = Network.of(Sums(), prepared, {})
    inputs = prepared.splits["test"].inputs
    together = network.predict(inputs)["probabilities"].values
    for row in range(40):
        alone = network.predict({"words": inputs["words"].take(np.array([row]))})
        assert np.abs(alone["probabilities"].values[0] - together[row]).max() < 1e-6


def test_a_training_on_runs_repeats(prepared):
    def trained():
        torch.manual_seed(0)
        network = Network.of(Sums(), prepared, {})
        training = Training(epochs=2, batch_size=8, learning_rate=0.05)
        loop.fit(network, prepared, training, Context(decisions=Decisions()))
        return network.predict(prepared.splits["test"].inputs)["probabilities"].values

    assert (trained() == trained()).all()


def test_truncating_keeps_the_beginning_of_each_run():
    operation = OPERATIONS["truncate"]
    run = operation.open(operation.parameters(max_length=2), None)
    [cut] = run(Column(np.array([1, 2, 3, 4, 5], np.uint32), np.array([0, 3, 3, 4, 5])))
    assert [cut[row].tolist() for row in range(4)] == [[1, 2], [], [4], [5]]
    assert cut.values.dtype == np.uint32
    with pytest.raises(ValueError, match="ragged"):
        run(Column(np.zeros(2)))
