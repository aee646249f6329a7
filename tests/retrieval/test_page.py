"""The page on search does what it says: its commands and its Python, from top to bottom."""

import re
import shlex
from pathlib import Path

import pytest

from daylight.cli.main import main
from tiny import TINY

PAGE = (Path(__file__).parents[2] / "docs" / "retrieval.md").read_text()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    TINY["text-retrieval"](folder / "manual")
    for name, text in {
        "notes/monday.md": "# Monday\n\nWe met. We did decide to buy chairs.",
        "notes/minutes.md": "# Minutes\n\nNothing of weight.",
        "more/tuesday.md": "# Tuesday\n\nIt rained.",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_page_on_search_is_true(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk)
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "sh", "python"]
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "docs/retrieval.md", "exec"), {})
        else:
            for line in text.splitlines():
                main(shlex.split(line, comments=True)[1:])
    said = capsys.readouterr().out
    assert said.count("We did decide to buy chairs.") == 2
    assert "0 added, 0 changed, 0 removed, 2 as before" in said
    assert "1 added, 0 changed, 0 removed, 2 as before" in said
    assert "0 added, 0 changed, 1 removed, 2 as before" in said
    assert said.splitlines()[-2:] == ["1 documents", "We did decide to buy chairs. monday.md"]


def test_the_page_names_every_family_that_searches():
    from daylight.steps.families import fitting
    from daylight.tasks import TASKS

    assert all(f"`{spec.name}`" in PAGE for spec in fitting(TASKS["text-retrieval"]))


def test_the_recipe_of_the_example_trains_on_such_data(desk, tmp_path, capsys):
    recipe = Path(__file__).parents[2] / "examples" / "retrieval.toml"
    path = desk / "packages.csv"
    lines = [f"p{n},draws {w},A program for {w}." for n, w in enumerate("abcdefghijkl")]
    path.write_text("\n".join(["id,title,text", *lines]))
    where = ["--set", f"data.path={path}", "-o", str(tmp_path / "run")]
    main(["train", str(recipe), *where, "--json"])
    assert '"baseline": "bm25"' in capsys.readouterr().out
