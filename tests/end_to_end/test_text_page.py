"""The page on texts does what it says: its commands and its Python, from top to bottom."""

import re
import shlex
import shutil
from pathlib import Path

from daylight.cli.main import main
from tiny import TINY

PAGE = (Path(__file__).parents[2] / "docs" / "text.md").read_text(encoding="utf-8")


def test_the_page_on_texts_is_true(tmp_path, monkeypatch, capsys):
    shutil.copy(TINY["text-classification"](tmp_path / "made"), tmp_path / "reviews.csv")
    shutil.copy(TINY["text-multilabel-classification"](tmp_path / "more"), tmp_path / "topics.csv")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "python", "sh", "sh"]
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "docs/text.md", "exec"), {})
            continue
        for line in text.splitlines():
            main(shlex.split(line, comments=True)[1:])
    captured = capsys.readouterr()
    assert "a table of texts ('text') and their classes ('label')" in captured.err
    assert "and their labels ('topics', separated by ';')" in captured.err
    assert re.search(r"judge rode a wave\t(law|sea) \d\.\d+, (law|sea) \d", captured.out)
    assert re.search(r"for (law|sea): (judge|wave) \+", captured.out)
    assert "a lovely film\tgood" in captured.out
    assert re.search(r"for it: .*lovely \+", captured.out)
    assert "['bad', 'good']" in captured.out
