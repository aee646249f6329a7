"""The report: one file, for anybody, that tells nothing it should not."""

import dataclasses
import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from browser import look, needs_chromium
from contracts.conftest import make_run
from daylight.core.choice import ChosenSection
from daylight.core.explained import ExplainedSection
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.sections import CheckedSection, PreparedSection, Scores, TrainedSection
from daylight.models import FAMILIES
from daylight.report.page import ReportData, render
from daylight.tasks import TASKS
from tiny import TINY, patterns


def data_of(run):
    return ReportData(
        task=TASKS[run.recipe.task],
        spec=FAMILIES[run.recipe.model],
        recipe=run.recipe,
        checked=run.read(CheckedSection),
        chosen=run.read(ChosenSection),
        prepared=run.read(PreparedSection),
        trained=run.read(TrainedSection),
        scores=run.read(Scores),
        media=Path(run.recipe.data.path),
        explained=run.read(ExplainedSection),
        pictures=run.path / "explain",
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    names = ["<script>alert('a')</script>", "猫 " * 30, "c", "d"]
    for index, name in enumerate(names):
        for number in range(8):
            path = place / "data" / name.replace("/", "|") / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (20, 20), (index * 60, number * 30, 9)).save(path)
    return make_run(place / "data", place / "run", "cnn")


@pytest.fixture(scope="module")
def hundred(tmp_path_factory):
    place = tmp_path_factory.mktemp("hundred")
    data = patterns(place / "data", classes=100, each=3, side=8)
    return make_run(data, place / "run", "random-forest")


@pytest.fixture(scope="module", params=[name for name in TINY if name != "image-classification"])
def other(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    data = TINY[request.param](place / "data")
    task = TASKS[request.param]
    drawn = ANSWER_KINDS[task.answer].media  # takes long to learn
    return make_run(data, place / "run", task.baseline if drawn else task.default)


def test_equal_sections_give_equal_bytes(run):
    assert render(data_of(run)) == render(data_of(run)) == (run.path / "report.html").read_bytes()


def test_names_from_the_data_are_text_and_never_markup(run):
    page = render(data_of(run)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page


def test_it_does_not_tell_where_the_data_lay(run):
    assert str(run.path.parent) not in render(data_of(run)).decode()


def test_it_needs_nothing_from_outside(run):
    page = render(data_of(run)).decode()
    links = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')\s>]+)', page)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)


def numbers_of(scores):
    return [s for s in scores.scores if s.value is not None]


def test_every_score_with_its_interval_is_on_the_page(run, other):
    for each in (run, other):
        page = render(data_of(each)).decode()
        for score in numbers_of(each.read(Scores)):
            assert score.title in page
            assert f"{score.value:,.3f}" in page
            if score.low is not None:
                assert f"{score.low:,.3f} to {score.high:,.3f}" in page


def test_a_hundred_classes_fold_away_and_are_all_there(hundred):
    page = render(data_of(hundred)).decode()
    assert "<summary>70 more</summary>" in page
    assert all(f"class {label}" in page for label in range(100))


def test_a_picture_is_found_by_its_path_whatever_its_example_is_called(run):
    data = data_of(run)
    renamed = [msgspec.structs.replace(each, id="row 7") for each in data.scores.examples]
    scores = msgspec.structs.replace(data.scores, examples=tuple(renamed), mistakes=())
    page = render(dataclasses.replace(data, scores=scores, pictures=Path("/nowhere"))).decode()
    assert page.count("data:image") == len(renamed)
    assert "row 7" in page


def test_missing_pictures_are_said_and_stop_nothing(run, tmp_path):
    page = render(dataclasses.replace(data_of(run), media=tmp_path, pictures=tmp_path)).decode()
    assert "picture not found" in page
    assert "data:image" not in page


def test_files_that_were_left_out_are_listed(run):
    data = data_of(run)
    prepared = msgspec.structs.replace(data.prepared, skipped={"a.png": "a.png is damaged"})
    assert "a.png is damaged" in render(dataclasses.replace(data, prepared=prepared)).decode()


@needs_chromium
def test_a_browser_shows_it_at_any_width_and_asks_for_nothing(run, hundred):
    look(run.path / "report.html", hundred.path / "report.html")


@pytest.mark.slow
@needs_chromium
def test_a_browser_shows_the_report_of_every_task(other):
    look(other.path / "report.html")
