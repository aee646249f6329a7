"""Documents of every kind are read with their titles; what is wrong is named."""

import json

import pytest

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.data.documents import read_documents
from daylight.data.sources import FileSource
from daylight.tasks import TASKS, infer

TASK = TASKS["text-retrieval"]

PAGE = """<html><head><title>Site - Ships</title><style>p {color: red}</style></head>
<body><nav>Home</nav><h1>Ships &amp; boats</h1><p>They   swim.</p><script>run()</script>
<ul><li>one<li>two</ul></body></html>"""

FILES = {
    "a.md": ("# Cats\n\nThey *sleep* [a lot](https://x.org).\n", "Cats", "They sleep a lot."),
    "b.md": ("---\ntitle: 'Dogs'\n---\nThey bark.\n", "Dogs", "They bark."),
    "c.html": (PAGE, "Ships & boats", "They swim.\none\ntwo"),
    "d.txt": ("Trees\n\nThey grow.\nSlowly.", "Trees", "They grow.\nSlowly."),
    "e.txt": ("They fall\nin autumn.", "", "They fall\nin autumn."),
}


def source_of(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return FileSource.look(folder)


def read(folder, files, **data):
    source = source_of(folder, files)
    return TASK.read(source, DataConfig(path=str(folder), **data))


def pdf(path, *, title, text):
    """The least that is a page with words on it."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): names})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = stream
    writer.add_metadata({"/Title": title})
    writer.write(path)


def test_each_kind_of_file_is_read_with_its_title(tmp_path):
    source = source_of(tmp_path, {name: text for name, (text, _, _) in FILES.items()})
    found = {each.id: (each.title, each.text) for each in read_documents(source)}
    assert found == {name: (title, text) for name, (_, title, text) in FILES.items()}


def test_a_pdf_is_read_with_its_title(tmp_path):
    pdf(tmp_path / "a.pdf", title="Whales", text="They dive deep.")
    [document] = read_documents(FileSource.look(tmp_path))
    assert (document.title, document.text) == ("Whales", "They dive deep.")


def test_a_pdf_that_is_none_is_named(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    with pytest.raises(DataError, match=r"a\.pdf"):
        read_documents(FileSource.look(tmp_path))


TITLED = "id,title,text\n" + "".join(f"{n},name {n},text of {n}\n" for n in range(8))


def test_titles_are_questions_and_what_is_under_them_is_searched(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TITLED + "8,Name 0,another text\n9,,no title\n")
    dataset = TASK.read(FileSource.look(path), DataConfig(path=str(path)))
    examples = dataset.tables["examples"].to_pylist()
    assert examples[0] == {"id": "0", "text": "name 0", "relevant": ["0", "8"]}
    assert len(examples) == 8
    assert dataset.tables["documents"]["text"].to_pylist()[0] == "text of 0"
    assert dataset.labels == tuple("0123456789")


JUDGED = {
    "documents.csv": TITLED,
    "queries.csv": "id,text\n" + "".join(f"q{n},question {n}\n" for n in range(7)),
    "relevance.csv": "query,document,score\n"
    + "".join(f"q{n},{n},1\n" for n in range(6))
    + "q6,0,0",
}


def test_judged_questions_are_taken_where_there_are_some(tmp_path):
    dataset = read(tmp_path, JUDGED)
    assert dataset.tables["examples"]["id"].to_pylist() == [f"q{n}" for n in range(6)]
    assert dataset.tables["documents"]["text"].to_pylist()[0] == "name 0\ntext of 0"


def test_beir_is_read_with_its_splits(tmp_path):
    qrels = "query-id\tcorpus-id\tscore\n"
    files = {
        "corpus.jsonl": "\n".join(
            json.dumps({"_id": str(n), "title": "", "text": f"t {n}"}) for n in range(9)
        ),
        "queries.jsonl": "\n".join(
            json.dumps({"_id": f"q{n}", "text": f"a {n}"}) for n in range(9)
        ),
        "qrels/train.tsv": qrels + "".join(f"q{n}\t{n}\t2\n" for n in range(5)),
        "qrels/dev.tsv": qrels + "q5\t5\t1\nq6\t6\t1\n",
        "qrels/test.tsv": qrels + "q7\t7\t1\nq8\t8\t1\n",
    }
    task, saw = infer(source_of(tmp_path, files), DataConfig(path=str(tmp_path)))
    assert task is TASK
    assert saw == "documents (corpus.jsonl) and questions about them (queries.jsonl)"
    splits = read(tmp_path, files).tables["examples"]["split"].to_pylist()
    assert splits == ["train"] * 5 + ["validation"] * 2 + ["test"] * 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"relevance.csv": "query,document\nq0,no-such\n"},
            "line 2: there is no document 'no-such'",
        ),
        (
            {"relevance.csv": "query,document\nno-such,0\n"},
            "line 2: there is no question 'no-such'",
        ),
        ({"relevance.csv": "query,document\nq0,0\n"}, "says of 1 questions"),
        ({"relevance.csv": "question,page\nq0,0\n"}, "no column 'document'"),
        ({"documents.csv": "id,title,text\n1,a,b\n1,c,d\n"}, "line 3: the id '1' was used before"),
        ({"documents.csv": "id,title,text\n1,a,b\n,c,d\n"}, "line 3: no id"),
        ({"documents.csv": "id,title,words\n1,a,b\n"}, "no column called text"),
        ({"documents.csv": "id,title,text\n1,,\n"}, "holds no documents"),
        ({"queries.csv": "id,text\nq0,\n"}, "line 2: no text"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, changed, says):
    with pytest.raises(DataError) as refused:
        read(tmp_path, {**JUDGED, **changed})
    assert says in refused.value.message
    assert refused.value.hint


def test_questions_that_nothing_answers_are_refused(tmp_path):
    files = {name: text for name, text in JUDGED.items() if name != "relevance.csv"}
    with pytest.raises(DataError, match="no table of what answers them") as refused:
        read(tmp_path, files)
    assert "relevance.csv" in refused.value.hint


def test_documents_without_titles_say_what_to_do(tmp_path):
    with pytest.raises(DataError, match="0 of 3 documents have a title") as refused:
        read(tmp_path, {f"{n}.txt": f"some text {n}" for n in range(3)})
    assert "queries.csv" in refused.value.hint


@pytest.mark.parametrize(
    ("files", "is_seen"),
    [
        ({"a.md": "# A\n\na", "sub/b.html": "<p>b</p>"}, True),
        ({"a.txt": "a", "b.txt": "b"}, True),
        ({"good/a.txt": "a", "bad/b.txt": "b"}, False),
        ({"a.md": "a", "b.png": "", "c.png": "", "d.png": ""}, False),
        ({"data.csv": "age,price\n1,2\n"}, False),
    ],
)
def test_folders_of_documents_are_told_from_others(tmp_path, files, is_seen):
    source = source_of(tmp_path, files)
    assert bool(TASK.recognise(source, DataConfig(path=str(tmp_path)))) == is_seen


@pytest.mark.parametrize(
    ("header", "is_seen"),
    [
        ("id,title,text", True),
        ("name,description", True),
        ("text,label", False),
        ("title,text,label", False),
        ("user_id,item_id,rating", False),
    ],
)
def test_tables_of_documents_are_told_from_others(tmp_path, header, is_seen):
    path = tmp_path / "t.csv"
    path.write_text(f"{header}\n" + ",".join("x" for _ in header.split(",")))
    assert bool(TASK.recognise(FileSource.look(path), DataConfig(path=str(path)))) == is_seen
