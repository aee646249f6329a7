"""Scores on parts of the examples and on harmed inputs."""

from itertools import groupby, pairwise
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from daylight.core.context import Context
from daylight.core.sections import Scores
from daylight.core.types import Column, Field
from daylight.data.attributes import attributes
from daylight.data.corruptions import HARMS
from daylight.metrics import METRICS
from daylight.runtime.inputs import TEXT
from daylight.runtime.predictor import Predictions, Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.strength import robustness, slices

HARMS_BY_NAME = {each.name: each for each in HARMS["image"].corruptions}
HARMS_OF_TEXTS = {each.name: each for each in HARMS["text"].corruptions}


def test_the_parts_of_an_attribute_hold_every_example_once(run):
    scores = run.read(Scores)
    for _, parts in groupby(scores.slices, attrgetter("attribute")):
        found = list(parts)
        assert sum(each.score.num_examples for each in found) == scores.num_examples
        known = [each for each in found if each.low is not None]
        assert all(one.high < other.low for one, other in pairwise(known))


def test_a_part_in_which_the_model_fails_is_seen(trained):
    run = trained("image-classification", "random-forest")
    on, labels = benchmark(run), Predictor.open(run.package).package.labels
    [told] = [
        each
        for each in attributes(on.dataset.fields("input"), on.inputs())
        if each.name == "brightness"
    ]
    right = on.targets(labels)["target"].values
    dark = told.values < np.median(told.values)
    answered = np.where(dark, (right + 1) % len(labels), right)
    answers = {"probabilities": Column(np.eye(len(labels), dtype=np.float32)[answered])}
    found = slices(on, Predictions(answers, on.answer, labels), METRICS["accuracy"], Context())
    brightness = [each.score.value for each in found if each.attribute == "brightness"]
    assert brightness[0] == 0
    assert brightness[-1] == 1


def test_a_model_that_ignores_its_input_bears_all_harm(trained):
    run = trained("image-classification", "majority")
    found = robustness(Predictor.open(run.baseline), benchmark(run), METRICS["accuracy"], Context())
    assert len(found) == 1 + sum(len(each.levels) for each in HARMS["image"].corruptions)
    assert {each.score.value for each in found} == {found[0].score.value}


def test_the_same_harm_gives_the_same_scores(trained):
    run = trained("image-classification", "random-forest")
    model, on = Predictor.open(run.package), benchmark(run)
    one, other = (robustness(model, on, METRICS["accuracy"], Context(seed=3)) for _ in range(2))
    assert one == other


def picture(seed, height, width, channels):
    """Smooth, as photographs are, so that a stronger harm can be told from a milder one."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (4, 4, 3), np.uint8)
    image = Image.fromarray(small if channels == 3 else small[..., 0])
    return image.resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("name", HARMS_BY_NAME)
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(24, 60), st.integers(24, 60), st.sampled_from([1, 3]))
def test_harm_keeps_the_form_of_a_picture(name, seed, height, width, channels):
    how = HARMS_BY_NAME[name]
    image = picture(seed, height, width, channels)
    for level in how.levels:
        made = how.apply(image, level, np.random.default_rng(seed))
        assert (made.mode, made.size) == (image.mode, image.size)


@pytest.mark.parametrize("name", HARMS_BY_NAME)
def test_harm_grows_with_its_level(name):
    how = HARMS_BY_NAME[name]
    pictures = [picture(seed, 40, 30, 3) for seed in range(30)]

    def changed(level):
        made = [how.apply(each, level, np.random.default_rng(0)) for each in pictures]
        pairs = zip(made, pictures, strict=True)
        return np.mean(
            [np.abs(np.asarray(a, float) - np.asarray(b, float)).mean() for a, b in pairs]
        )

    apart = [changed(level) for level in how.levels]
    assert 0 < apart[0] < apart[1] < apart[2]


@pytest.mark.parametrize("name", HARMS_OF_TEXTS)
def test_harm_to_texts_grows_with_its_level_and_can_be_repeated(name):
    how = HARMS_OF_TEXTS[name]
    text = " ".join(f"it's{number} 电影 word{number}" for number in range(300))

    def kept(level):
        made = how.apply(text, level, np.random.default_rng(5))
        assert made == how.apply(text, level, np.random.default_rng(5))
        return len(set(text.split()) & set(made.split())) / len(set(text.split()))

    likeness = [kept(level) for level in how.levels]
    assert 1 > likeness[0] > likeness[1] > likeness[2]


@pytest.mark.parametrize("name", HARMS_OF_TEXTS)
def test_an_empty_text_bears_all_harm(name):
    for level in HARMS_OF_TEXTS[name].levels:
        assert HARMS_OF_TEXTS[name].apply("", level, np.random.default_rng(0)) == ""


def test_texts_are_shown_to_people_and_are_not_published(trained):
    run = trained("text-classification", "tfidf-linear")
    written = set(benchmark(run).column("text"))
    assert {each.text for each in run.read(Scores).examples} <= written
    assert run.read(Scores).examples[0].text
    assert all(text.encode() not in (run.package / "metrics.json").read_bytes() for text in written)


def test_what_is_told_of_inputs_is_what_a_person_would_say():
    fields = (
        Field(name="text", type="text", role="input"),
        Field(name="age", type="number", role="input"),
        Field(name="seen", type="keys", role="input"),
        Field(name="kind", type="category", role="input"),
    )
    columns = {
        "text": Column(np.array(["", "日光"], TEXT)),
        "age": Column(np.array([3.0, np.nan])),
        "seen": Column(np.array(["a", "b", "c"], TEXT), np.array([0, 1, 3])),
        "kind": Column(np.array(["x", "y"], TEXT)),
    }
    told = {each.name: each.values.tolist() for each in attributes(fields, columns)}
    assert told["length of text"] == [0, 2]
    assert told["age"][0] == 3
    assert told["length of seen"] == [1, 2]
    assert told["kind"] == [0, 1]
    light = np.full((20, 10, 3), 250, np.uint8)
    pictures = np.empty(1, object)
    pictures[:] = [Image.fromarray(light)]
    image = (Field(name="image", type="image", role="input"),)
    told = {e.name: e.values.tolist() for e in attributes(image, {"image": Column(pictures)})}
    assert told == {"brightness": [250], "contrast": [0], "size": [200]}
