"""Tables as people's programs save them: in other encodings than UTF-8, or as workbooks."""

import sys
from datetime import date

import pytest

from contracts.conftest import make_run
from daylight.core.errors import DataError, MissingExtraError
from daylight.core.recipe import DataConfig
from daylight.data.sources import FileSource
from daylight.data.tables import column_names, place, read_head, read_table
from daylight.tasks import infer
from tables.workbook import write_workbook

TEXTS = {
    "cp1252": ("Käse, köstlich und groß", "C'était où ça gêne un élève"),
    "cp1251": ("Очень хороший фильм", "Плохая игра актёров"),
    "gb18030": ("这部电影非常好看", "服务太差了不会再来"),
    "big5": ("這部電影非常好看", "服務太差了不會再來"),
    "cp932": ("とても面白い映画でした", "店員の態度が悪い"),
    "euc-jp": ("とても面白い映画でした", "店員の態度が悪い"),
    "utf-16": ("Käse, köstlich und groß", "这部电影非常好看"),
}
RECIPE = DataConfig(path="")


def rows(texts, num=40):
    return [(f"{texts[n % 2]} {n}", "ab"[n % 2]) for n in range(num)]


def table(path, texts, encoding):
    lines = "".join(f'"{text}",{label}\n' for text, label in rows(texts))
    path.write_bytes(("text,label\n" + lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_table_is_read_in_the_encoding_that_it_is_in_which_is_said(tmp_path, encoding):
    path = table(tmp_path / "a.csv", TEXTS[encoding], encoding)
    wanted = [text for text, _ in rows(TEXTS[encoding])]
    assert read_table(path)["text"].to_pylist() == wanted
    assert read_head(path)["text"].to_pylist() == wanted
    assert place(path, 2).endswith("line 4")
    _, saw = infer(FileSource.look(path), RECIPE)
    assert "; a.csv read as " in saw


def test_utf_8_is_not_worth_a_word(tmp_path):
    path = table(tmp_path / "a.csv", TEXTS["cp1252"], "utf-8")
    assert "read as" not in infer(FileSource.look(path), RECIPE)[1]


def test_names_of_columns_are_in_that_encoding_too(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("größe\tclass\n1\ta\n2\tb\n".encode("cp1252"))
    assert list(column_names(path)) == ["größe", "class"]
    assert read_table(path).column_names == ["größe", "class"]


def test_one_damaged_line_among_lines_of_utf_8_is_named(tmp_path):
    path = table(tmp_path / "a.csv", TEXTS["cp1252"], "utf-8")
    path.write_bytes(path.read_bytes() + "Möhre,a\n".encode("cp1252"))
    with pytest.raises(DataError, match=r"a\.csv, line 42: not UTF-8, as the others are"):
        read_table(path)


@pytest.fixture
def book(tmp_path):
    pytest.importorskip("python_calamine", exc_type=ImportError)
    header = [None, "größe", "day", "zip", "note", "class"]
    data = [
        [
            None,
            n + n % 2 / 2,
            date(2024, 1, 1 + n % 28),
            "00123",
            "ja" if n % 3 else None,
            "ab"[n % 2],
        ]
        for n in range(40)
    ]
    sheets = {
        "Cover": [],
        "Secret": [["x", "class"], ["1", "a"]],
        "Sales": [["Umsatz 2024"], [], header, *data],
        "Notes": [["see above"]],
    }
    return write_workbook(tmp_path / "shops.xlsx", sheets, hidden=("Secret",))


def test_of_a_workbook_the_first_sheet_with_a_table_is_read_below_its_title(book):
    read = read_table(book)
    assert read.column_names == ["größe", "day", "zip", "note", "class"]
    assert read["größe"].to_pylist()[:3] == [0.0, 1.5, 2.0]
    assert read["day"].to_pylist()[0] == date(2024, 1, 1)
    assert read["zip"].to_pylist()[0] == "00123"
    assert read["note"].null_count == 14
    assert place(book, 0) == f"{book}, sheet 'Sales', row 4"


def test_which_sheet_was_taken_is_said_with_the_others(book):
    _, saw = infer(FileSource.look(book), RECIPE)
    assert "sheet 'Sales' of shops.xlsx (to use 'Notes', save it as a file of its own)" in saw


def test_a_model_learns_from_a_workbook(book, tmp_path):
    run = make_run(book, tmp_path / "run", "linear")
    assert run.package.is_dir()


def test_what_is_no_workbook_is_named(tmp_path):
    pytest.importorskip("python_calamine", exc_type=ImportError)
    path = tmp_path / "a.xlsx"
    path.write_text("text,label\n")
    with pytest.raises(DataError, match=r"a\.xlsx cannot be read as an Excel workbook"):
        read_table(path)
    empty = write_workbook(tmp_path / "b.xlsx", {"One": [["only"]]})
    with pytest.raises(DataError, match=r"b\.xlsx has no sheet with a table"):
        read_table(empty)


def test_without_the_reader_of_workbooks_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    path = write_workbook(tmp_path / "c.xlsx", {"One": [["a", "class"], [1, "x"]]})
    with pytest.raises(MissingExtraError, match="python-calamine") as missing:
        read_table(path)
    assert "extra train" in missing.value.hint
