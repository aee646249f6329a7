"""Footnotes say what the cautions say, in fewer words."""

from daylight.metrics.cautions import UNEXPLAINED, Footnotes
from report.synthetic import score


def cautioned(*cautions):
    return [score(caution=each, reliable=not each) for each in cautions]


def test_sentences_that_differ_in_numbers_are_one_with_their_range():
    few = "It rests on {} examples; intervals are shown to hold from 200."
    scores = cautioned(few.format(117), few.format(86), few.format("1,024"))
    notes = Footnotes(scores)
    assert notes.texts == (few.format("86 to 1,024"),)
    assert [notes.of(each) for each in scores] == [(1,), (1,), (1,)]


def test_numbers_that_are_equal_stay_as_they_are():
    text = "Intervals are tested for values from 0.05 to 0.95."
    assert Footnotes(cautioned(text, text)).texts == (text,)


def test_each_sentence_of_a_caution_is_a_footnote():
    scores = cautioned("It jumps.", "Only 3 examples. It jumps.", "")
    notes = Footnotes(scores)
    assert notes.texts == ("It jumps.", "Only 3 examples.")
    assert [notes.of(each) for each in scores] == [(1,), (1, 2), ()]


def test_a_point_within_a_number_ends_no_sentence():
    assert Footnotes(cautioned("Close to 0.5 or 1. It jumps.")).texts == (
        "Close to 0.5 or 1.",
        "It jumps.",
    )


def test_a_doubt_without_words_is_still_said():
    assert Footnotes([score(reliable=False)]).texts == (UNEXPLAINED,)
