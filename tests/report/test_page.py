"""The page, over sections of every shape."""

import os
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from browser import look, needs_chromium
from daylight.core.choice import ChosenSection
from daylight.report.page import render
from report.synthetic import race, report_data, score

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/x onerror=alert(1)>',
    "{{ 7 * 7 }}</style></title>",
    "第一类 " * 40,
    "x" * 300,
    "\u202eright to left",
    "undecodable \udcff",
)
VOID = {"meta", "link", "img", "br", "hr", "input"}


def text_of(data):
    return render(data).decode()


class Outline(HTMLParser):
    """Elements with their attributes; raises if tags do not close in order."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


MANY = tuple(f"class {index} with_a_long_name_{'x' * 60}" for index in range(100))
SHAPES = {"two": ("rose", "lily"), "one": ("a",), "hundred": MANY, "none": (), "hostile": HOSTILE}


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def labels(request):
    return request.param


def test_equal_sections_give_equal_bytes(labels):
    assert render(report_data(labels)) == render(report_data(labels))


def test_every_score_is_on_the_page(labels):
    data = report_data(labels)
    page = unescape(text_of(data))
    for each in data.scores.scores:
        assert each.title in page
        assert f"{each.value:.3f}" in page
        assert (each.label or "").encode("utf-8", "replace").decode() in page
        assert f"on {each.num_examples:,} examples" in page


def test_the_page_is_well_formed_and_can_be_read_without_seeing_it(labels):
    outline = Outline(text_of(report_data(labels)))
    tags = [tag for tag, _ in outline.elements]
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table")
    assert all(attrs.get("scope") in ("col", "row") for attrs in outline.all("th"))
    assert all("alt" in attrs for attrs in outline.all("img"))
    drawings = [each for each in outline.all("svg") if each.get("aria-hidden") != "true"]
    assert all(each.get("role") == "img" for each in drawings)
    assert tags.count("title") >= len(drawings) + 1


def test_names_from_the_data_make_no_elements():
    outline = Outline(text_of(report_data(HOSTILE)))
    tags = {tag for tag, _ in outline.elements}
    assert "script" not in tags
    assert outline.all("img") == []
    assert not any(name.startswith("on") for _, attrs in outline.elements for name in attrs)
    assert "{{ 7 * 7 }}" in unescape(text_of(report_data(HOSTILE)))


def test_the_first_sentence_gives_score_interval_and_baseline():
    assert (
        "Accuracy 0.851 (95\u00a0% interval 0.828 to 0.872) on 1,000 test examples; "
        "the baseline, majority, reaches 0.100."
    ) in text_of(report_data())


def test_a_unit_is_shown_unless_it_is_a_ratio():
    page = text_of(report_data((), scores=(score("rmse", 41.5, unit="EUR"),)))
    assert "Rmse 41.500 EUR (95" in page
    assert "0.851 ratio" not in text_of(report_data())


def test_a_score_that_is_not_defined_is_a_dash():
    assert "\N{EN DASH}" in text_of(report_data((), scores=(score("r2", None, baseline=None),)))


def test_equal_cautions_are_said_once():
    scores = (score("a", caution="Few examples."), score("b", caution="Few examples."))
    page = text_of(report_data((), scores=scores))
    assert page.count("Few examples.") == 1
    assert page.count("<sup>1</sup>") == 2


def test_scores_of_another_model_are_said_to_be_so():
    data = report_data()
    assert "of another model" not in text_of(data)
    other = msgspec.structs.replace(data.scores, model_digest="f" * 64)
    assert "of another model" in text_of(replace(data, scores=other))


def test_cautions_that_differ_in_their_numbers_are_said_once():
    scores = (
        score("a", caution="Only 9 examples."),
        score("b", caution="Only 120 examples. It jumps."),
    )
    page = text_of(report_data((), scores=scores))
    assert "<li>Only 9 to 120 examples.</li>" in page
    assert "<sup>1</sup>" in page
    assert "<sup>1,2</sup>" in page


def test_missing_pictures_are_said_and_stop_nothing():
    page = text_of(report_data())
    assert "picture not found" in page
    assert "data:image" not in page


def test_answers_that_are_numbers_are_drawn_against_the_truth_and_have_no_label_tables():
    page = text_of(report_data((), curve=False))
    assert "By label" not in page
    assert '<path class="dots"' in page
    assert "0.25 to 0.5: 1" in page
    assert "<polyline" not in page
    assert "100.500" in page


def test_targets_of_any_shape_are_shown():
    data = report_data(())
    boxes = [{"box_xyxy_px": [0, 1, 2, 3], "label": "cat"}]
    example = msgspec.structs.replace(data.scores.examples[0], target=boxes, error=None)
    scores = msgspec.structs.replace(data.scores, examples=(example,))
    assert "box_xyxy_px" in text_of(replace(data, scores=scores))


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground_it_stands_on(scheme):
    """Source: WCAG 2.2, success criterion 1.4.3."""
    style = files("daylight.report").joinpath("templates/style.css").read_text("utf-8")
    block = re.findall(r":root \{([^}]*)\}", style)[scheme]
    colors = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    pairs = [(name, "page") for name in ("ink", "quiet", "accent", "second", "good")]
    pairs += [("ink", ground) for ground in ("raised", "accent-soft", "second-soft")]
    pairs += [("quiet", "raised")]
    for front, ground in pairs:
        dark, light = sorted([luminance(colors[front]), luminance(colors[ground])])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, ground)


@pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no Chromium: not at /usr/bin/chromium, nor at $CHROMIUM"
)
def test_a_narrow_window_never_scrolls_sideways_nor_asks_for_anything(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"]
        quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=quiet)
        page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for name, shape in SHAPES.items():
            file = tmp_path / f"{name}.html"
            file.write_bytes(render(report_data(shape)))
            page.goto(file.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def raced(*models):
    chosen = ChosenSection(
        model=models[0], settings={}, training={}, reason="the best of them", race=race(models)
    )
    return replace(report_data(), chosen=chosen)


def test_a_race_is_shown_with_a_reason_for_everyone():
    page = text_of(raced("cnn", "svm", "linear", "majority"))
    assert 'id="choice"' in page
    for said in (
        "the best of them",
        "behind cnn",
        "it draws",
        "the defaults stay",
        "Time was short",
    ):
        assert said in page
    assert "svm (backbone=hf:owner/name)" in page
    assert "multiples curves" in page
    assert "not met: 1 contributor" in page
    Outline(page)


def test_hostile_names_of_models_stay_text():
    page = text_of(raced(*HOSTILE[:3], "last"))
    assert HOSTILE[0] not in page
    Outline(page)


def test_without_a_race_there_is_no_ranking():
    assert 'id="choice"' not in text_of(report_data())


@needs_chromium
def test_a_browser_shows_a_race_at_any_width(tmp_path):
    page = tmp_path / "report.html"
    page.write_bytes(render(raced("cnn", "svm", "linear", "majority")))
    look(page)
