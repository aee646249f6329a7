"""The page on tables does what it says: its commands and its Python, from top to bottom."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from daylight.cli.main import main
from daylight.core.errors import DataError
from daylight.core.types import Field
from daylight.steps.table_inputs import rows_of
from tiny import FAST, TINY

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()


@pytest.fixture
def desk(tmp_path, monkeypatch):
    shutil.copy(TINY["tabular-classification"](tmp_path / "made"), tmp_path / "customers.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_on_tables_is_true(desk, capsys):
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "sh", "python", "sh", "sh", "sh"]
    quick = [part for each in FAST["boosted-trees"] for part in ("--set", each)]
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "docs/tables.md", "exec"), {})
            continue
        for line in text.splitlines():
            words = shlex.split(line.partition(" > ")[0], comments=True)[1:]
            main([*words, *(quick if words[0] == "train" else ())])
    [fair] = json.loads((desk / "fair-run" / "evaluate.json").read_text())["fairness"]
    assert (fair["attribute"], fair["label"]) == ("age", "yes")
    assert "who is answered" in (desk / "fair-run" / "report.html").read_text()
    captured = capsys.readouterr()
    assert "to be told from 4 columns" in captured.err
    assert "left out: customer_id (identifiers), country (one value)" in captured.err
    answers = [json.loads(line) for line in captured.out.splitlines() if line.startswith('{"input')]
    assert [each["input"] for each in answers] == [f"row {n}" for n in range(1, 121)]
    assert "because of" in captured.out
    assert re.search(r"(tree-shap|occlusion)\t\w+ [+-]", captured.out)


FIELDS = [
    Field(name="size", type="number", role="input"),
    Field(name="kind", type="category", role="input"),
]


def test_a_table_is_read_to_predict_as_it_is_to_train(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kind,size,more\nTRUE,1,x\nfalse,many,x\n,,x\n" + "true,2.5,x\n" * 20)
    rows = [row for _, row in rows_of(str(path), FIELDS)]
    assert rows[:3] == [
        {"size": 1.0, "kind": "true"},
        {"size": None, "kind": "false"},
        {"size": None, "kind": None},
    ]


def test_a_table_that_lacks_a_column_is_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kind,size\na,1\n")
    extra = Field(name="age", type="number", role="input")
    with pytest.raises(DataError, match=r"a\.csv has no column 'age'") as refused:
        list(rows_of(str(path), [*FIELDS, extra]))
    assert "size, kind, age" in refused.value.hint
