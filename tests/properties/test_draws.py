"""What is drawn depends on the seed and on nothing else; what is drawn can be looked at."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from scipy import stats

from daylight.core.errors import DataError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.png import data_uri, encode
from daylight.core.types import Column, Field, Node
from daylight.data.processing import fit_nodes
from daylight.runtime.inputs import TEXT, to_columns
from daylight.runtime.operations import OPERATIONS

seeds = st.integers(0, 2**63 - 1)


def opened(name, **parameters):
    operation = OPERATIONS[name]
    return operation.open(operation.parameters(**parameters), lambda file: b"")


def numbers(*drawn, shape=(5,)):
    [column] = opened("noise", shape=shape)(Column(np.array(drawn, np.int64)))
    return column.values


def labels(asked, drawn, *, vocabulary=("lily", "rose", "tulip"), shares=(0.5, 0.25, 0.25)):
    run = opened("draw_label", vocabulary=vocabulary, shares=shares)
    [column] = run(Column(np.array(drawn, np.int64)), Column(np.array(asked, TEXT)))
    return column.values


def test_the_numbers_of_a_seed_are_the_same_for_ever():
    expected = [
        [2.2844415, -1.5494508, 1.9245853, -0.6637518],
        [0.8587950, 0.5618760, 1.2832655, 0.1112373],
        [-0.2874866, -1.8405428, -0.2674529, 0.1569315],
    ]
    np.testing.assert_allclose(numbers(0, 1, 2**63 - 1, shape=(4,)), expected, rtol=1e-6)


@given(st.lists(seeds, min_size=1, max_size=8))
def test_a_seed_draws_the_same_alone_and_among_others(drawn):
    together = numbers(*drawn)
    for row, seed in enumerate(drawn):
        assert (numbers(seed) == together[row]).all()


def test_numbers_look_normal_within_a_seed_and_across_seeds():
    within = numbers(7, shape=(20_000,))[0]
    across = numbers(*range(5000), shape=(3,))
    for sample in (within, *across.T):
        assert stats.kstest(sample, "norm").pvalue > 0.001
    assert np.abs(np.corrcoef(across.T) - np.eye(3)).max() < 0.05


def test_a_label_that_is_asked_for_is_given_whatever_the_seed():
    assert (labels(["rose"] * 50, range(50)) == [0, 1, 0]).all()


def test_without_a_label_the_seed_draws_one_as_often_as_it_occurs():
    found = labels([""] * 4000, range(4000))
    assert (found.sum(axis=1) == 1).all()
    np.testing.assert_allclose(found.mean(axis=0), [0.5, 0.25, 0.25], atol=0.03)
    assert (found == labels([""] * 4000, range(4000))).all()


def test_a_label_that_nobody_knows_is_refused_with_those_that_are_known():
    with pytest.raises(DataError, match="hat") as refused:
        labels(["hat"], [1])
    assert "lily, rose, tulip" in refused.value.hint


def test_labels_and_their_shares_are_learned_from_train():
    node = Node(operation="draw_label", inputs=("seed", "label"), outputs=("classes",))
    train = {
        "seed": Column(np.arange(4)),
        "label": Column(np.array(["b", "a", "b", "b"], TEXT)),
    }
    [fitted] = fit_nodes([node], train, lambda file: b"")
    assert fitted.parameters == {"vocabulary": ["a", "b"], "shares": [0.25, 0.75]}


@pytest.mark.parametrize("wrong", [-1, 2**63, 1.5, True, "1", None])
def test_what_is_no_seed_is_refused(wrong):
    with pytest.raises(DataError, match="seed"):
        to_columns([Field(name="seed", type="seed", role="input")], [{"seed": wrong}])


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))))
def test_a_png_is_read_by_others_as_it_was_written(pixels):
    image = Image.open(io.BytesIO(encode(pixels)))
    image.verify()  # checks the sums of all chunks
    image = Image.open(io.BytesIO(encode(pixels)))
    assert image.mode == {1: "L", 3: "RGB"}[pixels.shape[2]]
    assert (np.asarray(image).reshape(pixels.shape) == pixels).all()


def test_an_answer_that_is_a_picture_holds_it_whole():
    pixels = np.random.default_rng(0).random((2, 4, 6, 3), np.float32)
    answers = ANSWER_KINDS["image"].decode({"image": Column(pixels)}, ())
    head, _, text = answers[1]["image"].partition(",")
    assert head == "data:image/png;base64"
    assert (answers[1]["height_px"], answers[1]["width_px"]) == (4, 6)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
    assert np.abs(shown / 255 - pixels[1]).max() <= 0.5 / 255 + 1e-6
    assert data_uri(shown) == answers[1]["image"]
