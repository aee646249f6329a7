"""Whatever is set on a command line comes back from the recipe that is kept."""

import json
import math

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daylight.core.config import decode
from daylight.core.errors import UserError
from daylight.core.recipe import Recipe, resolve

quick = settings(max_examples=80, deadline=None)
DATA = {"data": {"path": "photos"}}
KEYS = st.lists(st.from_regex(r"[a-z_]{1,6}", fullmatch=True), min_size=1, max_size=3)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.from_regex(r"[A-Za-z][A-Za-z0-9 _-]{0,8}", fullmatch=True).filter(
        lambda text: text.strip() not in ("true", "false", "inf", "nan") and text == text.strip()
    ),
    st.lists(st.integers(-9, 9), max_size=3),
)


def spelled(value):
    """As a person writes it after ``--set key=``: TOML, or a bare word."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value) if "e" not in repr(value) else f"{value:.17e}"
    return json.dumps(value)


def at(values, keys):
    for key in keys:
        values = values[key]
    return values


@quick
@given(KEYS, VALUES)
def test_what_is_set_is_what_the_recipe_holds(keys, value):
    recipe = resolve(DATA, [f"settings.{'.'.join(keys)}={spelled(value)}"])
    found = at(recipe.settings, keys)
    assert found == value
    assert type(found) is type(value)


@quick
@given(st.lists(st.tuples(KEYS, VALUES), max_size=4))
def test_a_recipe_comes_back_from_json_as_it_was(overrides):
    sets = [f"training.{'.'.join(keys)}={spelled(value)}" for keys, value in overrides]
    recipe = resolve(DATA, sets)
    again = decode(Recipe, recipe.to_json(), where="recipe.json")
    assert again == recipe
    assert again.to_json() == recipe.to_json()
    assert recipe.differences(again) == []


@quick
@given(st.text(max_size=12))
@example("2024-01-31")
@example("12:30:00")
@example("inf")
@example("nan")
@example("{a = 1, b = [2, 'x']}")
@example("1\nother = 2")
def test_whatever_is_written_is_refused_or_comes_back_from_json_as_it_was(text):
    try:
        recipe = resolve(DATA, [f"settings.key={text}"])
    except UserError:
        return
    again = decode(Recipe, recipe.to_json(), where="recipe.json")
    assert again == recipe


@quick
@given(KEYS, VALUES, VALUES)
def test_the_last_of_two_settings_wins_and_their_difference_is_named(keys, first, second):
    key = ".".join(keys)
    sets = [f"settings.{key}={spelled(value)}" for value in (first, second)]
    both, one, other = resolve(DATA, sets), resolve(DATA, sets[:1]), resolve(DATA, sets[1:])
    assert both == other
    same = msgspec.json.encode(first) == msgspec.json.encode(second)
    if not same and first != second:
        assert one.differences(other) == [f"settings.{key}"]


@quick
@given(st.floats(allow_nan=False) | st.integers())
def test_a_share_out_of_range_is_refused_by_its_name(value):
    try:
        recipe = resolve(DATA, [f"data.test_fraction={spelled(value)}"])
    except UserError as error:
        assert "test_fraction" in error.message
        assert not 0 < value < 0.5
    else:
        assert recipe.data.test_fraction == value
        assert math.isfinite(value)
        assert 0 < value < 0.5


@quick
@given(st.text(max_size=8).filter(lambda text: "=" not in text))
def test_a_setting_without_a_value_is_refused(text):
    try:
        resolve(DATA, [text])
    except UserError as error:
        assert text in error.message
        assert error.hint
    else:
        raise AssertionError(text)
