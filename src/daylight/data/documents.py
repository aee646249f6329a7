"""Finds and reads documents: files in folders, or the rows of a table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from daylight.core.errors import DataError
from daylight.core.types import Source
from daylight.data.document_files import SUFFIXES, one_line, read_document
from daylight.data.tables import TABLE_SUFFIXES, column_names, place, read_table, texts
from daylight.runtime.search.passages import Document

ID_NAMES = ("id", "_id", "doc_id", "document_id", "docid", "key", "url", "path")
TITLE_NAMES = ("title", "name", "headline", "subject", "question", "summary")
TEXT_NAMES = (
    "text",
    "body",
    "content",
    "contents",
    "description",
    "abstract",
    "document",
    "answer",
)
TABLE_NAMES = ("documents", "corpus")


def is_document(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in SUFFIXES


def documents_table(source: Source) -> Path | None:
    """The table of documents: the source itself, or the one of that name in its folder."""
    if source.path.is_file():
        return source.path if source.path.suffix.lower() in TABLE_SUFFIXES else None
    return named_table(source, TABLE_NAMES)


def named_table(source: Source, names: Sequence[str]) -> Path | None:
    """A table in the folder itself that has one of these names."""
    for path in source.files:
        is_table = path.suffix.lower() in TABLE_SUFFIXES
        if is_table and path.parent == source.path and path.stem.lower() in names:
            return path
    return None


def column_called(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The first column that has one of these names, the likelier names first."""
    lower = {column.lower(): column for column in reversed(columns)}
    return next((lower[name] for name in names if name in lower), None)


def files_of(source: Source) -> list[Path]:
    """All files that ``read_documents`` reads."""
    table = documents_table(source)
    return [table] if table else [path for path in source.files if is_document(path)]


def read_documents(source: Source, *, title: str = "") -> list[Document]:
    """Reads all documents, by their ids; those without any text are left out.

    Args:
        source: A folder of documents, a folder with a table of them, or the table.
        title: Which column of a table has the titles, where its name does not say.

    Raises:
        DataError: There are none, or one cannot be read; names it.
        MissingExtraError: There are PDF files, and nothing that reads them.
    """
    table = documents_table(source)
    found = list(_of_table(table, title) if table else _of_files(source))
    found = [document for document in found if document.text.strip() or document.title.strip()]
    if not found:
        raise DataError(
            f"{source.path} holds no documents.",
            hint="Name a folder of .txt, .md, .html or .pdf files, or a table of texts.",
        )
    return found


def _of_table(path: Path, title: str) -> Iterator[Document]:
    columns = list(column_names(path))
    named = {"id": ID_NAMES, "title": (title.lower(),) if title else TITLE_NAMES}
    roles = {role: column_called(columns, names) for role, names in named.items()}
    rest = [column for column in columns if column not in roles.values()]
    text = column_called(rest, TEXT_NAMES)
    if text is None:
        raise DataError(
            f"{path} has no column called {' or '.join(TEXT_NAMES)}.",
            hint=f"It has: {', '.join(columns)}. Rename the one that holds the texts.",
        )
    table = read_table(path, text=[name for name in (*roles.values(), text) if name])
    values = {role: texts(table, name, path) for role, name in roles.items() if name}
    bodies = texts(table, text, path)
    ids = values.get("id") or [str(row) for row in range(1, len(bodies) + 1)]
    seen: set[str] = set()
    for row, (name, body) in enumerate(zip(ids, bodies, strict=True)):
        if not name:
            raise DataError(f"{place(path, row)}: no id.", hint="Fill it in, or remove the row.")
        if name in seen:
            raise DataError(
                f"{place(path, row)}: the id {name!r} was used before.",
                hint="Give each document an id of its own.",
            )
        seen.add(name)
        said = (values["title"][row] or "") if "title" in values else ""
        yield Document(id=name, title=one_line(said), text=body or "")


def _of_files(source: Source) -> Iterator[Document]:
    for path in source.files:
        if is_document(path):
            title, text = read_document(path)
            name = path.relative_to(source.path).as_posix() if path != source.path else path.name
            yield Document(id=name, title=title, text=text)
