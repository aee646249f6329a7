"""Metrics of texts count edits as the textbook does."""

import numpy as np
import pytest
from drawn_answers import strings
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.metrics import METRICS
from daylight.metrics.text import edit_distance

patient = settings(deadline=None)

words = st.text(alphabet="abé🙂", max_size=80)


def textbook_distance(first, second):
    """Wagner and Fischer 1974."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        above, row = row, [i]
        for j, b in enumerate(second, start=1):
            row.append(min(row[-1] + 1, above[j] + 1, above[j - 1] + (a != b)))
    return row[-1]


def score(name, targets, texts):
    rows = np.ones((1, len(texts)))
    return METRICS[name].score({"target": strings(targets)}, {"text": strings(texts)}, rows)[0]


@patient
@given(words, words)
def test_edit_distance_is_that_of_the_textbook(first, second):
    assert edit_distance(first, second) == textbook_distance(first, second)


def test_character_error_rate_is_all_edits_over_all_characters():
    rate = score("character_error_rate", ["abcd", "x"], ["abxd", "xyz"])
    assert rate == pytest.approx((1 + 2) / 5)


def test_character_error_rate_is_not_defined_without_characters():
    assert np.isnan(score("character_error_rate", ["", ""], ["a", ""]))


def test_exact_match_folds_and_trims_nothing():
    assert score("exact_match", ["a", "a", "a", "é"], ["a", "A", "a ", "e\u0301"]) == 0.25
