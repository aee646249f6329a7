"""The page on recommendation does what it says: its commands and its Python, from top to bottom."""

import re
import shlex
from pathlib import Path

import numpy as np

from daylight.cli.main import main
from daylight.steps.families import fitting
from daylight.tasks import TASKS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "recommendation.md").read_text()
BOOKS = ["dune", "solaris", "ubik", "foundation", "emma", "persuasion", "middlemarch", "villette"]
BOOKS += ["it", "carrie", "misery", "cujo"]


def test_the_page_on_recommendation_is_true(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    rows = ["user,item,rating,timestamp"]
    for person in range(40):
        shelf = BOOKS[person % 3 * 4 :][:4]
        others = random.choice(BOOKS, 2, replace=False).tolist()
        mine = dict.fromkeys([*random.permutation(shelf).tolist(), *others])
        rows += [f"p{person},{book},5,{1700000000 + at}" for at, book in enumerate(mine)]
    Path("ratings.csv").write_text("\n".join(rows))
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "python"]
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "docs/recommendation.md", "exec"), {})
        else:
            for line in text.splitlines():
                main(shlex.split(line, comments=True)[1:])
    *_, plain, explained, items = capsys.readouterr().out.splitlines()
    assert {"ubik", "foundation"} == set(plain.split("\t")[1].split(", ")[:2])
    assert "ubik" not in explained
    assert "foundation because of" in explained
    assert "'ubik'" in items


def test_the_page_names_every_family_that_recommends():
    built_in = [s for s in fitting(TASKS["recommendation"]) if not s.name.startswith("shapes-")]
    assert all(f"| `{spec.name}` |" in PAGE for spec in built_in)
