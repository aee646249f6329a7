"""The sentences at the top say what the sections below show, and nothing else."""

import msgspec
import pytest

from daylight.core.sections import Harmed, Slice
from daylight.report.summary import remarks
from report.synthetic import report_data, score

OVERALL = score("accuracy", 0.9, low=0.88, high=0.92)


def said(*, scores=(OVERALL,), slices=(), robustness=()):
    data = report_data((), scores=scores).scores
    data = msgspec.structs.replace(data, slices=slices, robustness=robustness)
    return [each.text for each in remarks(data)]


def part(low, high, value):
    measured = score("accuracy", value, low=value - 0.02, high=value + 0.02)
    return Slice(attribute="brightness", unit="of 255", low=low, high=high, score=measured)


def harmed(corruption, level, value):
    measured = score("accuracy", value, low=value - 0.02, high=value + 0.02)
    return Harmed(corruption=corruption, unit="of 255", level=level, score=measured)


def test_the_weakest_label_is_the_one_with_the_lowest_score():
    labelled = (score("recall", 0.7, label="rose"), score("recall", 0.5, label="lily"))
    assert "The weakest label is lily, with recall 0.500." in said(scores=(OVERALL, *labelled))


@pytest.mark.parametrize(
    ("own", "higher", "expected"),
    [
        (
            (0.1, 0.3, 0.5),
            True,
            ["It is not shown to be better than the baseline, majority: their"],
        ),
        ((0.01, 0.02, 0.03), True, ["It is worse than the baseline, majority."]),
        ((0.5, 0.6, 0.7), True, []),
        ((0.5, 0.6, 0.7), False, ["It is worse than the baseline, majority."]),
        ((0.01, 0.02, 0.03), False, []),
        ((0.09, 0.1, 0.11), True, []),  # the baseline itself
    ],
)
def test_a_model_that_is_not_better_than_the_baseline_is_called_so_first(own, higher, expected):
    low, value, high = own
    found = said(scores=(score(value=value, low=low, high=high, higher_is_better=higher),))
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True))


def test_only_parts_that_are_surely_weaker_are_named():
    slices = (part(0, 10, 0.89), part(11, 20, 0.7))
    [text] = said(slices=slices)
    assert text == "It is weaker where brightness is between 11 and 20 of 255: accuracy 0.700."


def test_where_a_value_is_missing_is_said_so():
    [text] = said(slices=(part(None, None, 0.5),))
    assert "where brightness is missing" in text


def test_the_mildest_level_that_harms_is_named_once_for_each_way():
    robustness = (
        harmed("", 0, 0.9),
        harmed("Noise", 10, 0.89),
        harmed("Noise", 25, 0.8),
        harmed("Noise", 50, 0.4),
        harmed("JPEG", 50, 0.5),
    )
    [text] = said(robustness=robustness)
    assert text == (
        "Accuracy falls from 0.900 under noise of 25 of 255 (0.800), JPEG of 50 of 255 (0.500)."
    )


def test_that_no_harm_is_detected_is_said_as_such():
    robustness = (harmed("", 0, 0.9), harmed("Noise", 10, 0.9))
    assert said(robustness=robustness) == [
        "No harm that was tried on its inputs makes a detectable difference."
    ]


def test_doubtful_intervals_are_counted():
    doubtful = score("log_loss", 0.3, reliable=False, caution="A few examples decide this value.")
    assert said(scores=(OVERALL, doubtful)) == [
        "1 interval may be too narrow or too wide; footnotes say why."
    ]
