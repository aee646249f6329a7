"""The sheet of ``check`` shows what is wrong, is one file, and can be read by anybody."""

import shutil

import pytest
from PIL import Image

from browser import look, needs_chromium
from daylight import check
from tiny import patterns

NAME = "<b>bold"


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    place = tmp_path_factory.mktemp("sheet")
    data = patterns(place / "data", classes=2, each=20)
    (data / "class 0").rename(data / NAME)
    shutil.copy(data / NAME / "0.png", data / "class 1" / "same.png")
    (data / NAME / "cut.png").write_bytes((data / NAME / "1.png").read_bytes()[:300])
    for number in range(15):
        Image.new("RGB", (14, 14), (number * 10, 0, 0)).save(data / NAME / f"red {number}.png")
    check(data, output=place / "run")
    return place / "run" / "check.html"


def test_names_from_the_data_are_text_and_never_markup(sheet):
    page = sheet.read_text()
    assert "&lt;b&gt;bold" in page
    assert "<b>" not in page


def test_what_does_not_fit_is_folded_away(sheet):
    assert "<summary>3 more</summary>" in sheet.read_text()


def test_a_file_that_cannot_be_shown_is_listed(sheet):
    assert '<ul class="evidence listed">' in sheet.read_text()


@needs_chromium
def test_a_browser_shows_it_at_any_width_and_asks_for_nothing(sheet):
    look(sheet)
