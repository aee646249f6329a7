"""The page on adding a task is true: its code is checked, installed, trained and asked."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from daylight_shapes import made

from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.types import FieldType, Role
from daylight.metrics import METRICS
from daylight.runtime.operations import OPERATIONS
from end_to_end.conftest import picture
from tiny import patterns

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-task.md").read_text()
TASK, LINE, TINY, FAMILY, ENTRY = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)

TINY_HEAD = "from pathlib import Path\n\nfrom tiny import TINY, patterns\n\n\n"
ENTRY_POINTS = """\
[daylight.task]
named-pictures = named_pictures:TASK

[daylight.family]
median = median_specs:MEDIAN
"""

every_file = pytest.mark.parametrize(
    ("code", "name"), [(TASK, "tasks/named_pictures.py"), (FAMILY, "models/median.py")]
)


@pytest.fixture
def plugin(tmp_path):
    """The page's files, installed as a package of somebody's own."""
    place = tmp_path / "site"
    info = place / "docs_example-1.0.dist-info"
    info.mkdir(parents=True)
    (place / "named_pictures.py").write_text(TASK)
    (place / "median.py").write_text(FAMILY)
    entry = ENTRY.replace("daylight.models.median", "median")
    (place / "median_specs.py").write_text(f"from daylight.core.types import ModelSpec\n\n{entry}")
    (place / "named_tiny.py").write_text(TINY_HEAD + TINY)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: docs-example\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return place


def run(plugin, folder, *arguments):
    paths = [plugin, ROOT / "src", ROOT / "tests", ROOT / "tests" / "shapes"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def flowers(tmp_path):
    folder = tmp_path / "flowers"
    for number, each in enumerate(sorted(patterns(tmp_path / "made").rglob("*.png"))):
        each.rename(picture(folder / f"{each.parent.name}-{number}.png"))
    return folder


def test_the_task_of_the_page_trains_and_answers(plugin, flowers, tmp_path):
    trained = run(plugin, tmp_path, "daylight", "train", flowers)
    assert trained.returncode == 0, trained.stderr
    assert "36 pictures that are named after 3 classes: named-pictures by random" in trained.stderr
    asked = run(plugin, tmp_path, "daylight", "predict", "flowers-run", next(flowers.iterdir()))
    assert re.search(r"\tclass \d \d\.\d\d", asked.stdout), asked.stderr


def test_the_error_of_the_page_names_the_picture(plugin, flowers, tmp_path):
    picture(flowers / "IMG1.png")
    refused = run(plugin, tmp_path, "daylight", "train", flowers, "--task", "named-pictures")
    assert refused.returncode == 2
    assert "IMG1.png does not begin with a class." in refused.stderr


def test_the_family_of_the_page_trains_and_answers(plugin, tmp_path):
    table = made.rows(tmp_path)
    trained = run(plugin, tmp_path, "daylight", "train", table, "--model", "median")
    assert trained.returncode == 0, trained.stderr
    row = '{"size": 1, "age": 2, "color": "red"}'
    asked = run(plugin, tmp_path, "daylight", "predict", "rows-run", row)
    assert re.search(r"\t\d+\.\d\d", asked.stdout), asked.stderr
    assert "median  " in run(plugin, tmp_path, "daylight", "models").stdout


CONTRACTS = ["pytest", "-q", "-p", "no:cacheprovider", "-p", "named_tiny", "tests/contracts"]


@pytest.mark.parametrize(
    "which",
    [
        "(test_tables or test_datasets) and named-pictures"
        " or test_tables and tiny or test_families and row-to-real-by-median",
        pytest.param("named-pictures or by-median", marks=pytest.mark.slow),
    ],
)
def test_what_is_on_the_page_keeps_the_contracts(plugin, which):
    tested = run(plugin, ROOT, *CONTRACTS, "-m", "not slow", "-k", which)
    assert tested.returncode == 0, tested.stdout[-3000:]
    assert " passed" in tested.stdout


@every_file
def test_the_code_of_the_page_is_written_as_the_rest_is(code, name):
    pytest.importorskip("ruff")
    for command in (["check"], ["format", "--check"]):
        found = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--stdin-filename",
                f"src/daylight/{name}",
                "-",
            ],
            cwd=ROOT,
            input=code,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.slow
def test_the_types_of_the_page_hold(plugin):
    pytest.importorskip("mypy")
    options = ["--config-file", ROOT / "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache"]
    found = run(
        plugin, plugin, "mypy", *options, "named_pictures.py", "median.py", "median_specs.py"
    )
    assert found.returncode == 0, found.stdout


def test_the_line_of_the_page_leads_to_its_task():
    assert LINE.strip() == '"named-pictures": "daylight.tasks.named_pictures:TASK",'


def rows():
    """The page's tables: by their first cell, each row's cells joined."""
    found = {}
    for line in PAGE.splitlines():
        if named := re.match(r"\| `([\w@ ]+)` \|", line):
            text = line.replace("&lt;", "<").replace("&gt;", ">")
            found.setdefault(named[1], []).append(text)
    return {name: "\n".join(lines) for name, lines in found.items()}


@pytest.mark.parametrize("kind", ANSWER_KINDS.values(), ids=ANSWER_KINDS)
def test_the_page_says_what_an_answer_kind_is_made_of(kind):
    text = rows()[kind.name]
    assert f"| {kind.arrow} |" in text
    assert all(f"`{name}`: {form}" in text for name, form in kind.forms.items())
    primary = [name for name in kind.metrics if not METRICS[name].per_label]
    assert ", ".join(f"`{name}`" for name in primary) in text


def test_the_page_names_all_input_kinds_types_roles_and_operations():
    text = rows()
    assert set(INPUT_KINDS) | set(get_args(FieldType)) | set(OPERATIONS) <= set(text)
    for kind in INPUT_KINDS.values():
        assert all(f"`{each}`" in text[kind.name] for each in kind.types)
    assert all(f"`{role}`" in PAGE for role in get_args(Role))
