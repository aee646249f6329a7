"""Batches hold every example once, pictures are never mixed, the rate stays in its range."""

import math
import time
from itertools import product

import msgspec
import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.context import Context, Decisions
from daylight.core.types import Column, Split
from daylight.training.batches import epoch, num_batches
from daylight.training.schedule import Horizon, Speed, learning_rate
from daylight.training.settings import Training

quick = settings(max_examples=50, deadline=None)


def split_of(pictures):
    rows = Column(np.arange(len(pictures)))
    return Split({"pixels": Column(pictures), "rows": rows}, {"target": rows})


def batches(split, training, number=0, seed=0):
    names = ("pixels", "rows")
    context = Context(seed=seed)
    return [
        ([each.numpy() for each in batch.inputs], batch.target.numpy())
        for batch in epoch(split, names, training, context, number)
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
        for picture, row in zip(pixels, target, strict=True):
            fill = pictures[row].mean(axis=(0, 1)).astype(np.uint8)
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
    for options in (
        {"flip": True},
        {"shift": 0.5},
        {"erase": 0.5},
        {"jitter": 0.5},
        {"mixup": 1.0},
    ):
        found = batches(split_of(pictures), Training(**options))
        assert any((pixels != pictures[target]).any() for (pixels, _), target in found)


EVERYTHING = Training(batch_size=4, flip=True, shift=0.4, erase=0.5, jitter=0.3)


@quick
@given(st.integers(5, 40), st.integers(1, 40), st.integers(0, 9))
def test_what_happens_to_a_picture_depends_on_no_other(rows, size, number):
    split = split_of(random_pictures(rows, 5, 4, 3))
    alone = msgspec.structs.replace(EVERYTHING, batch_size=1)
    together = msgspec.structs.replace(EVERYTHING, batch_size=size)
    shown = [
        {
            int(row): picture
            for (pixels, _), target in found
            for picture, row in zip(pixels, target, strict=True)
        }
        for found in (batches(split, each, number) for each in (alone, together))
    ]
    assert all((shown[0][row] == shown[1][row]).all() for row in range(rows))


@quick
@given(st.integers(5, 60), st.integers(1, 9), st.integers(0, 20), st.integers(0, 4))
def test_an_epoch_that_goes_on_shows_what_it_would_have_shown(rows, size, start, number):
    split = split_of(random_pictures(rows, 3, 3, 1))
    training = msgspec.structs.replace(EVERYTHING, batch_size=size, mixup=0.4)
    start = min(start, num_batches(rows, size) - 1)
    whole = [*epoch(split, ("pixels",), training, Context(), number)][start:]
    rest = [*epoch(split, ("pixels",), training, Context(), number, start=start)]
    for one, other in zip(whole, rest, strict=True):
        assert torch.equal(one.inputs[0], other.inputs[0])
        assert torch.equal(one.target, other.target)
        assert one.share == other.share


@quick
@given(st.integers(1, 30), st.integers(0, 30))
def test_two_epochs_show_both_views_of_every_picture(rows, number):
    pictures = random_pictures(rows, 2, 5, 1)
    split = split_of(pictures)
    views = [set() for _ in range(rows)]
    for each in (number, number + 1):
        for (pixels, _), target in batches(split, Training(flip=True), each):
            for picture, row in zip(pixels, target, strict=True):
                views[row].add(picture.tobytes())
    both = [{one.tobytes(), one[:, ::-1].tobytes()} for one in pictures]
    assert views == both


@quick
@given(st.integers(2, 30), st.floats(0.1, 4))
def test_mixed_pictures_lie_between_two_and_the_targets_say_which(rows, alpha):
    split = split_of(random_pictures(rows, 3, 3, 1))
    training = Training(batch_size=rows, mixup=alpha)
    [batch] = epoch(split, ("pixels",), training, Context(), 0)
    assert 0.5 <= batch.share <= 1
    pictures = split.inputs["pixels"].values.astype(float)
    one, other = pictures[batch.target], pictures[batch.mixed_in]
    expected = batch.share * one + (1 - batch.share) * other
    assert np.abs(batch.inputs[0].numpy() - expected).max() <= 0.5 + 1e-3


def test_what_is_no_picture_is_not_mixed():
    values = Column(np.arange(12, dtype=np.float32).reshape(6, 2))
    split = Split({"x": values}, {"target": Column(np.arange(6))})
    [batch] = epoch(split, ("x",), Training(mixup=1.0, flip=True), Context(), 0)
    assert batch.share == 1
    assert (batch.inputs[0].numpy() == values.values[batch.target]).all()


@quick
@given(st.integers(1, 40), st.integers(1, 60))
def test_the_parts_of_a_batch_hold_every_row_once(rows, count):
    [batch] = epoch(
        split_of(random_pictures(rows, 2, 2, 1)), ("rows",), Training(batch_size=99), Context(), 0
    )
    parts = batch.parts(count)
    assert len(parts) == min(rows, count)
    assert torch.equal(torch.cat([part.target for part in parts]), batch.target)
    assert torch.equal(torch.cat([part.inputs[0] for part in parts]), batch.inputs[0])


def rates_of(horizon, training, steps):
    return [learning_rate(horizon.progress(step), training) for step in range(steps)]


@quick
@given(
    st.integers(1, 300),
    st.floats(1e-8, 1e3),
    st.floats(0, 0.95),
    st.sampled_from(["one-cycle", "constant"]),
)
def test_the_learning_rate_is_never_negative_nor_above_its_maximum(steps, most, warmup, schedule):
    training = Training(learning_rate=most, warmup=warmup, schedule=schedule)
    rates = rates_of(Horizon(steps, Decisions()), training, steps)
    assert min(rates) >= 0
    assert max(rates) <= most
    assert rates[0] > 0
    peak = rates.index(max(rates))
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


AFFORDABLE = st.lists(st.one_of(st.floats(0, 400), st.just(math.inf)), max_size=30)


def walked(horizon, affordable):
    """Progress at each step until the end; what can be afforded changes on the way."""
    seen = []
    while len(seen) < horizon.end:
        seen.append(horizon.progress(len(seen)))
        left = affordable[len(seen)] if len(seen) < len(affordable) else math.inf
        horizon.revise(len(seen), left)
    return seen


@quick
@given(st.integers(1, 200), AFFORDABLE)
def test_progress_rises_through_every_change_of_the_end_and_comes_near_to_one(steps, affordable):
    seen = walked(Horizon(steps, Decisions()), affordable)
    assert 1 <= len(seen) <= steps
    assert seen == sorted(set(seen))
    assert 0 < seen[0] < 1
    assert 0 < seen[-1] < 1


@quick
@given(st.integers(1, 200), AFFORDABLE)
def test_changes_of_the_end_are_replayed_without_a_clock(steps, affordable):
    decisions = Decisions()
    made = walked(Horizon(steps, decisions), affordable)
    assert walked(Horizon(steps, decisions), []) == made


@quick
@given(st.integers(2, 500), st.integers(1, 400))
def test_time_for_fewer_steps_ends_the_training_within_them(steps, affordable):
    horizon = Horizon(steps, Decisions())
    horizon.revise(1, affordable)
    assert horizon.end - 1 <= affordable + max(1, 0.05 * (steps - 1))
    horizon.revise(2, 0)
    assert horizon.end <= 2


@quick
@given(st.integers(1, 200), st.floats(200, 1e6))
def test_time_that_suffices_decides_nothing(steps, affordable):
    decisions = Decisions()
    assert len(walked(Horizon(steps, decisions), [affordable] * (steps + 1))) == steps
    assert not decisions.hurried()


def test_without_a_deadline_the_plan_stays():
    decisions = Decisions()
    assert len(walked(Horizon(50, decisions), [math.inf] * 50)) == 50
    assert decisions.all() == {}


def test_steps_that_can_be_afforded_leave_time_for_a_last_look(monkeypatch):
    speed = Speed(per_epoch=10, validation_share=0)
    monkeypatch.setattr(time, "monotonic", lambda: 2.0)
    speed.stepped(1.0)
    speed.looked(5.0)
    assert speed.affordable(20) == (20 - 5) / (1 + 0.5)
    assert speed.duration_s(10) == 10 + 2 * 5
    assert speed.affordable(math.inf) == math.inf
