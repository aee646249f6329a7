"""Drawings keep to their numbers."""

import re
from xml.etree import ElementTree

import pytest

from daylight.report.charts import curve, heat_map, interval_plot, reliability
from daylight.report.frame import Scale
from report.synthetic import score


def places(drawing, name, attribute):
    return [
        float(each.get(attribute))
        for each in ElementTree.fromstring(drawing).iter()
        if each.get("class") == name
    ]


@pytest.mark.parametrize(
    "ends", [(0.13, 0.91), (-3.2, 0.0), (0.0, 81_000.0), (5.0, 5.0), (0, 1e-6)]
)
def test_a_scale_holds_what_it_was_made_for(ends):
    scale = Scale.around(*ends)
    assert scale.low <= ends[0] <= ends[1] <= scale.high
    assert scale.ticks()[-1] == pytest.approx(scale.high)
    assert 2 <= len(scale.ticks()) <= 9


def test_the_dot_lies_within_its_interval_and_the_baseline_where_it_is():
    drawing = interval_plot(score(value=0.8, baseline=0.2), Scale(0, 1))
    (dot,) = places(drawing, "dot", "cx")
    (low,), (high,) = places(drawing, "interval", "x1"), places(drawing, "interval", "x2")
    (base,) = places(drawing, "base", "x1")
    assert base < low < dot < high


def test_a_baseline_within_the_interval_is_drawn_over_it():
    drawing = interval_plot(score(value=0.2, low=0.05, high=0.4, baseline=0.1), Scale(0, 1))
    assert drawing.index('class="interval"') < drawing.index('class="base"')


def test_a_curve_leaves_out_what_is_not_a_number():
    drawing = curve("Loss", "accent", [1, 2, 3], [0.9, float("nan"), 0.5])
    assert "nan" not in drawing
    assert len(re.search(r'points="([^"]*)"', drawing).group(1).split()) == 2


def test_a_curve_of_one_epoch_is_a_dot():
    assert len(places(curve("Loss", "accent", [1], [0.9]), "accent-dot", "cx")) == 1


def test_empty_bins_are_not_drawn():
    drawing = reliability([None, 0.5, 0.9], [None, 0.4, 1.0], [0, 3, 30])
    assert len(places(drawing, "accent-dot", "cx")) == 2
    assert len(places(drawing, "count", "height")) == 2


def test_a_heat_map_has_a_square_for_each_pair_and_stays_small():
    many = [(x, y, 1) for x in range(300) for y in range(300)]
    assert heat_map([(0, 0, 90)], [(1, 0, 10)], size=(2, 2)).count("h1v1h-1z") == 2
    assert len(heat_map([], many, size=(300, 300))) < 200_000


def test_titles_are_text():
    drawing = curve("<script>", "accent", [1, 2], [1.0, 2.0])
    assert "<script>" not in drawing
    assert ElementTree.fromstring(drawing) is not None
