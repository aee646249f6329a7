"""The page on which people try models."""

import pytest

from browser import CHROMIUM, QUIET, look, needs_chromium
from contracts.test_families import rows_of
from daylight.package.package import Package
from daylight.steps.dataset import benchmark
from daylight.tasks import TASKS

pytestmark = needs_chromium


def test_it_is_easy_to_read_and_asks_nothing_from_outside(server):
    look(server.url)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


@pytest.fixture
def page(browser, server):
    opened = browser.new_page()
    opened.set_default_timeout(10_000)
    said = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(server.url)
    yield opened
    assert not [each for each in said if "status of 4" not in each], said
    opened.close()


def fill(page, fields, row):
    for field in fields:
        value = row[field.name]
        if field.type == "image":
            page.set_input_files("#file", str(value))
        elif field.type == "keys":
            page.fill("#keys", "\n".join(value))
        elif page.query_selector("#text"):
            page.fill("#text", value)
        else:
            page.fill(f'[name="{field.name}"]', "" if value is None else str(value))


@pytest.mark.parametrize("task", TASKS)
def test_each_task_can_be_asked_on_the_page(page, runs, task):
    page.select_option("#model", task)
    page.wait_for_function("task => document.title.startsWith(task)", arg=task)
    fields = Package.open(runs[task].package).program.fields
    fill(page, fields, rows_of(benchmark(runs[task]))[0])
    page.click("button[type=submit]")
    page.wait_for_selector("#answer .took")
    assert not page.query_selector("#answer .error")


def test_a_picture_is_answered_with_classes_in_their_order(page, runs):
    page.select_option("#model", "image-classification")
    row = rows_of(benchmark(runs["image-classification"]))[0]
    page.set_input_files("#file", str(row["image"]))
    page.wait_for_selector("#answer .took")
    cells = [float(each) for each in page.locator("#answer td.number").all_inner_texts()]
    assert cells == sorted(cells, reverse=True)
    assert sum(cells) == pytest.approx(1, abs=0.01)
    first = page.locator("#answer th").first.inner_text()
    assert page.inner_text("#answer .first") == first


def test_what_is_no_picture_is_said_on_the_page(page, tmp_path):
    page.select_option("#model", "image-classification")
    (tmp_path / "rose.jpg").write_text("no picture")
    page.set_input_files("#file", str(tmp_path / "rose.jpg"))
    assert "not a picture" in page.locator("#answer .error").inner_text()
