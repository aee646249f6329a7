"""Packages that others published on a hub."""

import os
import subprocess
import sys

import pytest

from daylight.core.run import Run
from daylight.package.package import Package
from loopback_hub import COMMIT
from training.open_checkpoints import hub

ASK = "from daylight.cli.main import main; import sys; main(sys.argv[1:])"


@pytest.fixture
def published(trained):
    return Run.open(trained).package


@pytest.fixture
def picture(photos):
    return next(photos.rglob("*.png"))


@pytest.fixture
def ask(tmp_path):
    """Runs a command in a process of its own, since the hub's client reads its settings once."""

    def run(address, *arguments):
        given = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "hf")}
        return subprocess.run(
            [sys.executable, "-c", ASK, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **given, "DAYLIGHT_CACHE": str(tmp_path / "kept")},
        )

    return run


def test_a_package_on_a_hub_answers_as_it_does_here_and_is_got_once(
    ask, daylight, published, picture, tmp_path
):
    here = daylight("predict", published, picture, "--json").out
    with hub(published) as (address, asked, _):
        first = ask(address, "predict", "hf:team/tiny", picture, "--json")
        assert first.returncode == 0, first.stderr
        assert first.stdout == here
        [kept] = (tmp_path / "kept").glob(f"*/{COMMIT}")
        assert Package.open(kept).manifest == Package.open(published).manifest
        asked.clear()
        again = ask(address, "predict", f"hf:team/tiny@{COMMIT}", picture, "--json")
        assert (again.stdout, asked) == (here, [])
    away = ask("http://127.0.0.1:9", "predict", f"hf:team/tiny@{COMMIT}", picture, "--json")
    assert away.stdout == here


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hf:team/other", "No model hf:team/other"),
        ("hf:team/tiny@v9", "no such revision"),
        ("hf:nonsense", "is no repository"),
    ],
)
def test_what_is_not_there_is_named(ask, published, picture, name, says):
    with hub(published) as (address, *_):
        found = ask(address, "predict", name, picture)
    assert (found.returncode, says in found.stderr) == (2, True), found.stderr


def test_what_is_no_package_or_was_changed_is_refused(ask, published, picture, tmp_path):
    (published / "labels.json").write_text('["other", "labels"]')
    with hub(published) as (address, *_):
        found = ask(address, "predict", "hf:team/tiny", picture)
    assert (found.returncode, "labels.json is not the file" in found.stderr) == (3, True)
    (published / "manifest.json").unlink()
    with hub(published, commit="d" * 40) as (address, *_):
        found = ask(address, "predict", "hf:team/tiny", picture)
    assert (found.returncode, "is no package" in found.stderr) == (2, True), found.stderr
