"""The house keeps its own rules: sizes of files, words, and docs that are true."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from daylight.cli.main import build_parser
from daylight.models import FAMILIES
from daylight.tasks import TASKS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
HARD_CAP = 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_file_is_longer_than_a_person_reads_at_once(path):
    assert len(path.read_text().splitlines()) <= HARD_CAP


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_file_has_a_name_that_says_nothing(path):
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def test_every_module_says_in_a_sentence_what_it_is():
    silent = [path for path in SOURCES if not path.read_text().startswith('"""')]
    assert silent == []


def test_code_is_never_made_from_data():
    banned = re.compile(r"(?<![\w.])(eval|exec)\(|pickle\.loads?\(|trust_remote_code=True")
    found = [path for path in SOURCES if banned.search(path.read_text())]
    assert found == []


def test_a_task_is_named_only_where_tasks_live():
    named = re.compile(r"task(\.name)?\s*(==|in)\s*[\(\[\"']")
    outside = [path for path in SOURCES if "tasks" not in path.parts]
    assert [path for path in outside if named.search(path.read_text())] == []


def test_the_base_install_has_no_training_in_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.match(r"[\w-]+", line).group() for line in project["dependencies"]}
    assert names == {
        "msgspec",
        "numpy",
        "onnxruntime",
        "pillow",
        "safetensors",
        "tokenizers",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_the_docs_exists(page):
    known = set(build_parser()._subparsers._group_actions[0].choices)
    blocks = re.findall(r"```(?:console|sh|)\n(.*?)```", page.read_text(), flags=re.DOTALL)
    used = re.findall(r"^(?:\$ )?daylight (\w+)", "\n".join(blocks), flags=re.MULTILINE)
    assert set(used) <= known


def test_the_docs_name_every_task_and_family():
    text = (ROOT / "README.md").read_text() + (ROOT / "docs" / "data.md").read_text()
    built_in = [*TASKS._builtin, *FAMILIES._builtin]
    assert [name for name in built_in if f"`{name}`" not in text] == []


def test_the_repository_holds_no_large_file_but_the_pictures():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    large = [path.name for path in files if path.is_file() and path.stat().st_size > 500_000]
    assert large == []
    fashion = (ROOT / "src" / "daylight" / "data" / "fashion").iterdir()
    assert sum(path.stat().st_size for path in fashion) < 4_000_000
