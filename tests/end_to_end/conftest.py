"""The command line as a person meets it: exit code, what is printed, what is left behind."""

from dataclasses import dataclass

import pytest
from PIL import Image

from daylight.cli.main import main
from tiny import patterns

QUICK = ["--model", "random-forest", "--set", "settings.num_trees=2"]


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def daylight(capsys, monkeypatch, tmp_path):
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = 0
        try:
            main([str(each) for each in arguments])
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run


@pytest.fixture
def refused(daylight):
    """Runs a command that must end in an error with a next step, and gives its message."""

    def run(*arguments, code=2):
        outcome = daylight(*arguments)
        assert outcome.code == code, outcome
        assert "error: " in outcome.err
        assert "hint:  " in outcome.err
        assert "Traceback" not in outcome.err
        assert len([x for x in outcome.err.splitlines() if x.startswith("error: ")]) >= 1
        return outcome.err

    return run


@pytest.fixture
def photos(tmp_path):
    return patterns(tmp_path / "photos", classes=2, each=8)


@pytest.fixture
def trained(daylight, photos, tmp_path):
    assert daylight("train", photos, "-o", tmp_path / "run", *QUICK).code == 0
    return tmp_path / "run"


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def picture(path, color="red", size=(14, 14)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)
    return path
