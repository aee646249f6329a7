"""Documents to be searched, and perhaps questions of which it is known what answers them.

Data is a folder of ``.txt``, ``.md``, ``.html`` and ``.pdf`` files, or a table of texts with
titles. A folder may hold tables instead: ``documents`` (or ``corpus``), ``queries``, and
``relevance`` (or ``qrels``), which says which documents answer which question. Without these,
titles are the questions, and the text under each is what has to be found.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daylight.core.answers import Answer
from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.documents import (
    ID_NAMES,
    TEXT_NAMES,
    TITLE_NAMES,
    column_called,
    documents_table,
    files_of,
    is_document,
    named_table,
    read_documents,
)
from daylight.data.tables import column_names, place, read_table, require, texts
from daylight.runtime.search.passages import Document

QUERIES, RELEVANCE = ("queries", "questions"), ("relevance", "qrels")
QUERY_NAMES = ("query", "query_id", "query-id", "qid", "question", "question_id")
DOCUMENT_NAMES = ("document", "document_id", "doc_id", "corpus-id", "corpus_id", "docid", "doc")
GRADE_NAMES = ("relevance", "score", "relevant", "label", "grade")
MIN_QUESTIONS = 5

_KNOWN_ITEM = "titles are the questions, the text under each is what has to be found"


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and the ids of the documents that answer it."""

    id: str
    text: str
    relevant: tuple[str, ...]
    split: str | None = None


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees documents in a folder, or a table of texts with titles."""
    if source.path.is_dir():
        return _recognise_folder(source)
    columns = list(source.columns())
    title = data.target or column_called(columns, TITLE_NAMES)
    rest = [column for column in columns if column != title]
    text = column_called(rest, TEXT_NAMES)
    others = {*rest} - {text, column_called(rest, ID_NAMES)}
    if not title or title not in columns or not text or (others and not data.target):
        return None
    return f"a table of texts ({text!r}) with titles ({title!r}): {_KNOWN_ITEM}"


def _recognise_folder(source: Source) -> str | None:
    table = documents_table(source)
    if table and (queries := named_table(source, QUERIES)):
        return f"documents ({table.name}) and questions about them ({queries.name})"
    if table:
        return None
    documents = [path for path in source.files if is_document(path)]
    is_page = [path.suffix.lower() not in (".txt", ".text") for path in documents]
    nested = any(path.parent != source.path for path in documents)
    if not documents or len(documents) < len(source.files) / 2 or (nested and not any(is_page)):
        return None
    return f"{len(documents):,} documents: {_KNOWN_ITEM}"


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads documents and questions."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    documents = read_documents(source, title=data.target or "")
    files = files_of(source)
    queries = named_table(source, QUERIES) if source.path.is_dir() else None
    if queries:
        questions, more = _given(source, queries, documents)
        files = [*files, *more]
        shown = [f"{each.title}\n{each.text}" if each.title else each.text for each in documents]
    else:
        questions = _of_titles(documents, source.path)
        shown = [document.text for document in documents]
    examples: dict[str, Any] = {
        "id": [question.id for question in questions],
        "text": [question.text for question in questions],
        "relevant": pa.array([[*each.relevant] for each in questions], pa.list_(pa.string())),
    }
    fields = [
        Field(name="id", type="text", role="id"),
        Field(name="text", type="text", role="input"),
        Field(name="relevant", type="keys", role="target"),
    ]
    if any(question.split for question in questions):
        splits = [question.split for question in questions]
        examples["split"] = pa.array(splits, pa.string())
        fields.append(Field(name="split", type="category", role="split"))
    ids = [document.id for document in documents]
    return Dataset(
        tables={
            "examples": pa.table(examples),
            "documents": pa.table({"id": ids, "text": shown}),
        },
        schema={
            "examples": tuple(fields),
            "documents": (
                Field(name="id", type="text", role="key"),
                Field(name="text", type="text", role="input"),
            ),
        },
        root=source.path if source.path.is_dir() else source.path.parent,
        digest=source.digest(files),
        labels=tuple(ids),
    )


def _of_titles(documents: Sequence[Document], path: Path) -> list[_Question]:
    """Each title is a question; documents that share it all answer it."""
    same: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if document.title and document.text.strip():
            same[document.title.casefold()].append(document)
    if len(same) < MIN_QUESTIONS:
        raise DataError(
            f"{path}: {len(same)} of {len(documents):,} documents have a title of their own and a "
            f"text under it; {MIN_QUESTIONS} are the least that can be tried.",
            hint="Begin files with a heading and an empty line; or write down questions in "
            "queries.csv (id, text), and what answers them in relevance.csv (query, document).",
        )
    return [
        _Question(id=alike[0].id, text=alike[0].title, relevant=tuple(each.id for each in alike))
        for alike in same.values()
    ]


def _given(
    source: Source, queries: Path, documents: Sequence[Document]
) -> tuple[list[_Question], list[Path]]:
    """The questions that the data holds, and the files in which they are."""
    asked = _table(queries, {"id": ID_NAMES, "text": ("text", "query", "question", "title")})
    relevant: dict[str, list[str]] = defaultdict(list)
    home: dict[str, str | None] = {}
    known = {document.id for document in documents}
    names = set(asked["id"])
    tables = _relevance(source)
    for split, path in tables:
        wanted = {"query": QUERY_NAMES, "document": DOCUMENT_NAMES}
        judged = _table(path, wanted, optional={"grade": GRADE_NAMES})
        grades = judged.get("grade", ["1"] * len(judged["query"]))
        rows = zip(judged["query"], judged["document"], grades, strict=True)
        for row, (query, document, grade) in enumerate(rows):
            for what, name, there in (("question", query, names), ("document", document, known)):
                if name not in there:
                    raise DataError(
                        f"{place(path, row)}: there is no {what} {name!r}.",
                        hint=f"Mend the id, or remove the row; {what}s have their ids beside them.",
                    )
            if _is_positive(grade):
                relevant[query].append(document)
                home[query] = split
    questions = [
        _Question(id=name, text=text, relevant=tuple(relevant[name]), split=home[name])
        for name, text in zip(asked["id"], asked["text"], strict=True)
        if name in relevant
    ]
    if len(questions) < MIN_QUESTIONS:
        raise DataError(
            f"{source.path} says of {len(questions)} questions which documents answer them; "
            f"{MIN_QUESTIONS} are the least that can be tried.",
            hint=f"Judge more questions of {queries.name}.",
        )
    return questions, [queries, *(path for _, path in tables)]


_SPLITS = {"train": "train", "dev": "validation", "validation": "validation", "test": "test"}


def _relevance(source: Source) -> list[tuple[str | None, Path]]:
    """The tables that say what answers what, each with the split that its name says."""
    if table := named_table(source, RELEVANCE):
        return [(None, table)]
    found: list[tuple[str | None, Path]] = [
        (_SPLITS[path.stem.lower()], path)
        for path in source.files
        if path.parent.name.lower() in RELEVANCE
        and path.parent.parent == source.path
        and path.stem.lower() in _SPLITS
    ]
    if not found:
        raise DataError(
            f"{source.path} has questions, and no table of what answers them.",
            hint="Add relevance.csv with columns query and document, which hold ids.",
        )
    return found


def _table(
    path: Path,
    names: Mapping[str, Sequence[str]],
    *,
    optional: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, list[str]]:
    """Columns by role, as text."""
    columns = list(column_names(path))
    found: dict[str, str] = {}
    for role, known in {**names, **(optional or {})}.items():
        rest = [column for column in columns if column not in found.values()]
        column = column_called(rest, known)
        if column is None and role in names:
            require(columns, known[0], path)
        if column is not None:
            found[role] = column
    table = read_table(path, text=list(found.values()))
    values: dict[str, list[str]] = {}
    for role, column in found.items():
        column_values = texts(table, column, path)
        if None in column_values:
            where = place(path, column_values.index(None))
            raise DataError(f"{where}: no {role}.", hint="Fill it in, or remove the row.")
        values[role] = [value or "" for value in column_values]
    return values


def _is_positive(grade: str) -> bool:
    try:
        return float(grade) > 0
    except ValueError:
        return grade.strip().lower() in ("true", "yes", "relevant")


def _show(answer: Answer) -> str:
    """The first document; or, without documents, how a text is represented."""
    if "items" in answer:
        found = [*zip(answer["items"], answer["scores"], strict=False)]
        return " ".join(f"{name} {score:.3g}" for name, score in found[:3]) or "nothing"
    return f"{len(answer['terms']):,} terms, {len(answer['vector']):,} numbers"


TASK = Task(
    name="text-retrieval",
    title="Text retrieval",
    input="query",
    answer="passages",
    recognise=recognise,
    read=read,
    primary="ndcg@10",
    baseline="bm25",
    default="hybrid",
    codec=Codec(
        schema={"type": "string", "description": "a question, or words to look for"},
        decode=str,
        show=_show,
        example="words to look for",
    ),
    pipeline_tag="sentence-similarity",
)
