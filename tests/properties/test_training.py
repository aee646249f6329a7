"""Batches hold every example once, pictures are never mixed, the rate stays in its range."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.context import Context
from daylight.core.types import Column, Split
from daylight.training.batches import epoch, num_batches
from daylight.training.loop import learning_rate
from daylight.training.settings import Training

quick = settings(max_examples=50, deadline=None)


def split_of(pictures):
    rows = Column(np.arange(len(pictures)))
    return Split({"pixels": Column(pictures), "rows": rows}, {"target": rows})


def batches(split, training, number=0, seed=0):
    names = ("pixels", "rows")
    context = Context(seed=seed)
    return [
        ([each.numpy() for each in inputs], target.numpy())
        for inputs, target in epoch(split, names, training, context, number)
    ]


def random_pictures(rows, height, width, channels):
    shape = (rows, height, width, channels)
    return np.random.default_rng(rows).integers(0, 256, shape, np.uint8)


SHAPES = st.tuples(*[st.integers(1, 6)] * 3, st.sampled_from([1, 3]))
SHARE = st.floats(0, 0.99)


@quick
@given(st.integers(1, 150), st.integers(1, 70), st.integers(0, 5))
def test_an_epoch_shows_every_example_once_in_batches_of_nearly_one_size(rows, size, number):
    split = split_of(np.zeros((rows, 1, 1, 1), np.uint8))
    found = batches(split, Training(batch_size=size), number)
    assert sorted(row for _, target in found for row in target.tolist()) == list(range(rows))
    assert len(found) == num_batches(rows, size)
    sizes = [len(target) for _, target in found]
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    for (_, seen), target in found:
        assert (seen == target).all()


@quick
@given(st.integers(5, 40), st.integers(0, 5), st.integers(0, 9))
def test_an_epoch_depends_on_its_number_and_the_seed_only(rows, number, seed):
    split = split_of(random_pictures(rows, 3, 3, 1))
    training = Training(batch_size=4, flip=True, shift=0.4, erase=0.5)
    one, other = (batches(split, training, number, seed) for _ in range(2))
    for (inputs, target), (inputs_again, target_again) in zip(one, other, strict=True):
        assert (target == target_again).all()
        assert all((a == b).all() for a, b in zip(inputs, inputs_again, strict=True))


def test_two_epochs_have_two_orders():
    split = split_of(np.zeros((50, 1, 1, 1), np.uint8))
    orders = [[t.tolist() for _, t in batches(split, Training(), number)] for number in range(2)]
    assert orders[0] != orders[1]


@quick
@given(SHAPES, st.booleans(), SHARE, SHARE)
def test_augmentation_keeps_shape_and_type(shape, flip, shift, erase):
    training = Training(batch_size=4, flip=flip, shift=shift, erase=erase)
    for (pixels, _), target in batches(split_of(random_pictures(*shape)), training):
        assert pixels.dtype == np.uint8
        assert pixels.shape == (len(target), *shape[1:])


@quick
@given(st.integers(2, 20), st.integers(1, 7), st.integers(1, 7), st.booleans(), SHARE)
def test_a_moved_or_mirrored_picture_holds_pixels_of_that_picture_only(
    rows, height, width, flip, shift
):
    numbered = np.arange(rows, dtype=np.uint8)[:, None, None, None]
    pictures = np.broadcast_to(numbered, (rows, height, width, 1)).copy()
    training = Training(batch_size=5, flip=flip, shift=shift)
    for (pixels, _), target in batches(split_of(pictures), training):
        assert (pixels == target[:, None, None, None]).all()


def views(picture, most_down, most_right, *, flip):
    """Every picture that moving (the edge repeats) and mirroring can make of one."""
    height, width, _ = picture.shape
    for down, right in product(
        range(-most_down, most_down + 1), range(-most_right, most_right + 1)
    ):
        rows = np.clip(np.arange(height) + down, 0, height - 1)
        columns = np.clip(np.arange(width) + right, 0, width - 1)
        moved = picture[rows][:, columns]
        yield moved
        if flip:
            yield picture[:, ::-1][rows][:, columns]
            yield moved[:, ::-1]


@settings(max_examples=25, deadline=None)
@given(SHAPES, st.booleans(), st.floats(0, 0.5))
def test_a_picture_is_moved_and_mirrored_as_a_whole(shape, flip, shift):
    pictures = random_pictures(*shape)
    most = [round(shift * side) for side in shape[1:3]]
    training = Training(batch_size=4, flip=flip, shift=shift)
    for (pixels, _), target in batches(split_of(pictures), training):
        for picture, row in zip(pixels, target, strict=True):
            assert any((view == picture).all() for view in views(pictures[row], *most, flip=flip))


@quick
@given(SHAPES, SHARE)
def test_erasing_fills_one_rectangle_and_leaves_the_rest(shape, erase):
    pictures = random_pictures(*shape)
    for (pixels, _), target in batches(split_of(pictures), Training(batch_size=4, erase=erase)):
        fill = pictures[target].mean(axis=(0, 1, 2)).astype(np.uint8)
        for picture, row in zip(pixels, target, strict=True):
            changed = (picture != pictures[row]).any(axis=-1)
            assert (picture[changed] == fill).all()
            down, right = changed.any(axis=1), changed.any(axis=0)
            inside = picture[down.argmax() : len(down) - down[::-1].argmax()]
            inside = inside[:, right.argmax() : len(right) - right[::-1].argmax()]
            assert not changed.any() or (inside == fill).all()


def test_without_augmentation_pictures_stay_as_they_are():
    pictures = random_pictures(9, 4, 5, 3)
    for (pixels, _), target in batches(split_of(pictures), Training(batch_size=4)):
        assert (pixels == pictures[target]).all()


def test_augmentation_changes_something():
    pictures = random_pictures(9, 6, 6, 3)
    for options in ({"flip": True}, {"shift": 0.5}, {"erase": 0.5}):
        found = batches(split_of(pictures), Training(**options))
        assert any((pixels != pictures[target]).any() for (pixels, _), target in found)


@quick
@given(
    st.integers(1, 300),
    st.floats(1e-8, 1e3),
    st.floats(0, 0.999),
    st.sampled_from(["one-cycle", "constant"]),
)
def test_the_learning_rate_is_never_negative_nor_above_its_maximum(steps, most, warmup, schedule):
    training = Training(learning_rate=most, warmup=warmup, schedule=schedule)
    rates = [learning_rate(step, steps, training) for step in range(steps)]
    assert min(rates) >= 0
    assert max(rates) <= most
    assert max(rates) > 0.5 * most  # it gets near what was asked for
    peak = rates.index(max(rates))
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
