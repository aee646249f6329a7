"""Splits, batches, schedules and files keep their promises for any input."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from daylight.core import files
from daylight.core.context import Decisions
from daylight.core.errors import DataError
from daylight.core.types import Column
from daylight.data.split import SPLITS, split
from daylight.training.pictures import Standardize

FRACTIONS = {"validation": 0.1, "test": 0.2}


def cut(ids, groups=None, strata=None, given_=None, seed=0):
    rows = split(
        ids,
        groups=groups or ids,
        strata=strata or [""] * len(ids),
        given=given_ or [None] * len(ids),
        fractions=FRACTIONS,
        seed=seed,
    )
    return {name: set(picked.tolist()) for name, picked in rows.items()}


@given(st.lists(st.integers(0, 30), min_size=60, max_size=120), st.integers(0, 9))
def test_a_group_is_never_parted(groups, seed):
    ids = [str(number) for number in range(len(groups))]
    try:
        rows = cut(ids, groups=[f"g{group}" for group in groups], seed=seed)
    except DataError:
        return
    homes = {name: {groups[row] for row in picked} for name, picked in rows.items()}
    assert sum(map(len, homes.values())) == len(set(groups))


@given(st.lists(st.integers(3, 60), min_size=1, max_size=5), st.integers(0, 9))
def test_every_class_keeps_its_share_and_every_example_its_place(sizes, seed):
    strata = [f"c{label}" for label, size in enumerate(sizes) for _ in range(size)]
    ids = [str(number) for number in range(len(strata))]
    rows = cut(ids, strata=strata, seed=seed)
    assert sorted(row for picked in rows.values() for row in picked) == list(range(len(ids)))
    for label, size in enumerate(sizes):
        for name, fraction in FRACTIONS.items():
            count = sum(strata[row] == f"c{label}" for row in rows[name])
            assert count >= 1
            assert abs(count - fraction * size) <= 1


@given(st.integers(50, 300), st.integers(0, 99))
def test_an_added_example_moves_at_most_a_few(count, seed):
    ids = [f"picture {number}" for number in range(count)]
    before, after = cut(ids, seed=seed), cut([*ids, "new"], seed=seed)
    assert sum(len(before[name] - after[name]) for name in SPLITS) <= 3


def test_another_seed_gives_other_splits():
    ids = [str(number) for number in range(100)]
    assert cut(ids, seed=1) == cut(ids, seed=1)
    assert cut(ids, seed=1) != cut(ids, seed=2)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    place = tmp_path / "a.json"
    files.write_atomic(place, b"old")
    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(files.OutputError, match="No space left"):
        files.write_atomic(place, b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.json", b"old")]


def test_a_folder_that_fails_leaves_the_old_folder(tmp_path):
    place = tmp_path / "package"
    with files.folder_atomic(place) as new:
        (new / "a").write_text("old")
    with pytest.raises(RuntimeError), files.folder_atomic(place) as new:
        (new / "a").write_text("new")
        raise RuntimeError
    assert [(p.name, p.read_text()) for p in place.iterdir()] == [("a", "old")]
    assert [p.name for p in tmp_path.iterdir()] == ["package"]


def fail(*_):
    raise OSError(28, "No space left on device")


def test_a_decision_is_made_once_and_replayed(tmp_path):
    first = Decisions(tmp_path / "decisions.json")
    assert first.decide("threads", lambda: 2) == 2
    again = Decisions(tmp_path / "decisions.json")
    assert again.decide("threads", lambda: 8) == 2
    assert again.all() == {"threads": 2}


def test_pictures_are_measured_as_if_all_were_read_at_once():
    pixels = np.random.default_rng(0).integers(0, 256, (300, 5, 4, 3), np.uint8)
    layer = Standardize(3)
    layer.measure(Column(pixels))
    seen = layer(torch.from_numpy(pixels)).numpy()
    assert np.abs(seen.mean((0, 2, 3))).max() < 1e-5
    assert np.abs(seen.std((0, 2, 3)) - 1).max() < 1e-4


def test_a_channel_of_one_value_is_not_divided_by_nothing():
    layer = Standardize(1)
    layer.measure(Column(np.full((3, 2, 2, 1), 7, np.uint8)))
    assert layer(torch.full((1, 2, 2, 1), 7, dtype=torch.uint8)).abs().max() == 0
