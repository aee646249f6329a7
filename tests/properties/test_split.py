"""Splits keep shares, keep groups whole, and stay where they are when data is added."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.errors import DataError
from daylight.data.split import SPLITS, split

quick = settings(max_examples=60, deadline=None)
FRACTION = st.floats(0.01, 0.49)
IDS = st.lists(st.text(max_size=4), min_size=3, max_size=60, unique=True)


def cut(ids, *, groups=None, strata=None, given=None, validation=0.1, test=0.2, seed=0):
    return split(
        ids,
        groups=groups or ids,
        strata=strata or [""] * len(ids),
        given=given or [None] * len(ids),
        fractions={"validation": validation, "test": test},
        seed=seed,
    )


def home(ids, rows):
    return {ids[row]: name for name in rows for row in rows[name]}


@quick
@given(IDS, st.integers(0, 2**32 - 1))
def test_every_example_is_in_one_split(ids, seed):
    rows = cut(ids, seed=seed)
    assert tuple(rows) == SPLITS
    assert sorted(row for name in rows for row in rows[name]) == list(range(len(ids)))
    assert all(list(rows[name]) == sorted(rows[name]) for name in rows)


@quick
@given(IDS, FRACTION, FRACTION)
def test_shares_are_within_one_of_exact(ids, validation, test):
    rows = cut(ids, validation=validation, test=test)
    assert abs(len(rows["validation"]) - validation * len(ids)) <= 1
    assert abs(len(rows["test"]) - test * len(ids)) <= 1
    assert len(rows["train"]) >= 1


@quick
@given(st.lists(st.integers(3, 30), min_size=1, max_size=5), FRACTION, FRACTION)
def test_shares_are_within_one_of_exact_in_every_class(sizes, validation, test):
    strata = [str(label) for label, size in enumerate(sizes) for _ in range(size)]
    ids = [f"{label}/{number}" for number, label in enumerate(strata)]
    rows = cut(ids, strata=strata, validation=validation, test=test)
    for name, fraction in (("validation", validation), ("test", test)):
        counts = Counter(strata[row] for row in rows[name])
        for label, size in enumerate(sizes):
            assert abs(counts[str(label)] - fraction * size) <= 1


@quick
@given(st.lists(st.integers(0, 11), min_size=1, max_size=60), st.integers(0, 99))
def test_a_group_is_never_parted(members, seed):
    members = [*range(4), *members]  # enough groups to be cut
    ids = [str(number) for number in range(len(members))]
    rows = cut(ids, groups=[f"group {each}" for each in members], seed=seed)
    homes = defaultdict(set)
    for name in rows:
        for row in rows[name]:
            homes[members[row]].add(name)
    assert all(len(names) == 1 for names in homes.values())


@quick
@given(IDS, st.text(max_size=4), st.integers(0, 99), FRACTION, FRACTION)
def test_an_added_example_moves_at_most_the_ones_at_the_cuts(ids, new, seed, validation, test):
    if new in ids:
        return
    shares = {"validation": validation, "test": test, "seed": seed}
    before = home(ids, cut(ids, **shares))
    more = [*ids, new]
    after = home(more, cut(more, **shares))
    moved = [each for each in ids if before[each] != after[each]]
    # One over the first cut and two over the second, which moves with the first.
    assert len(moved) <= 3


@quick
@given(IDS, st.randoms(use_true_random=False), st.integers(0, 99))
def test_where_an_example_goes_depends_on_its_name_and_not_on_its_place(ids, random, seed):
    shuffled = random.sample(ids, len(ids))
    assert home(ids, cut(ids, seed=seed)) == home(shuffled, cut(shuffled, seed=seed))


@quick
@given(IDS, st.data())
def test_what_the_data_names_stays_where_it_named_it(ids, data):
    names = st.sampled_from([None, "train", "validation", "test"])
    named = data.draw(st.lists(names, min_size=len(ids), max_size=len(ids)))
    try:
        rows = cut(ids, given=named)
    except DataError:
        # Only where nothing is left to be cut.
        open_rows = sum(name in (None, "train") for name in named)
        assert open_rows <= len({"validation", "test"} - set(named))
        return
    found = home(ids, rows)
    assert all(
        found[each] == name
        for each, name in zip(ids, named, strict=True)
        if name != "train" and name
    )
    assert all(len(rows[name]) for name in rows)


def test_another_seed_gives_another_split():
    ids = [str(number) for number in range(50)]
    assert home(ids, cut(ids, seed=0)) != home(ids, cut(ids, seed=1))


@pytest.mark.parametrize("size", [1, 2])
def test_too_few_to_be_cut_are_refused(size):
    with pytest.raises(DataError, match="too few"):
        cut([str(number) for number in range(size)])
