"""Texts, one class each: topics, intents, spam, sentiment.

Data is a folder of class folders of ``.txt`` files (below ``train/``, ``validation/`` and ``test/``
if these exist), or a table with a column of texts and a column of classes.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Source, Task
from daylight.data.images import class_folders, is_image
from daylight.data.label_lists import separator_of
from daylight.data.labels import check_learnable, labels_of
from daylight.data.tables import place, read_head, texts
from daylight.data.text_files import is_text, read_texts
from daylight.data.text_tables import (
    TextColumns,
    find_columns,
    read_columns,
    repeat,
    require_columns,
)


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees texts in folders, or a table of texts and their classes."""
    if source.path.is_dir():
        return _recognise_folders(source)
    if not tuple(source.columns()):
        return None
    head = read_head(source.path)
    found = find_columns(head, data)
    if found is None or found.has_others or not found.is_prose:
        return None
    if separator_of(head[found.target]):
        return None  # several classes each
    if found.holds_measures or not repeat(head[found.target]):
        return None
    return f"a table of texts ({found.text!r}) and their classes ({found.target!r})"


def _recognise_folders(source: Source) -> str | None:
    files = [path for path in source.files if is_text(path)]
    are_loose = all(path.parent == source.path for path in files)
    if are_loose or any(is_image(path) for path in source.files):
        return None
    labels = {each.label for each in class_folders(source.path, files)}
    return f"{_count(files, 'text')} in {_count(labels, 'class folder')}"


def _count(things: Collection[Any], name: str) -> str:
    return f"{len(things):,} {name}{'s' * (len(things) != 1)}"


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads texts and classes."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    is_folder = source.path.is_dir()
    columns, classes, files = _read_folders(source) if is_folder else _read_table(source, data)
    labels = labels_of(classes, source.path, more="Add texts of something else.")
    check_learnable(classes, columns.splits, source.path)
    target = pa.array(classes, pa.string())
    return columns.dataset(source, target=target, type_="category", labels=labels, files=files)


def _read_folders(source: Source) -> tuple[TextColumns, list[str], list[Path]]:
    files = [path for path in source.files if is_text(path)]
    if not files:
        raise DataError(f"{source.path} has no texts.", hint="Their names end in .txt.")
    placed = class_folders(source.path, files)
    written, encodings = read_texts(files)
    columns = TextColumns(
        ids=[path.relative_to(source.path).as_posix() for path in files],
        texts=written,
        splits=[each.split for each in placed],
        encodings=encodings,
    )
    return columns, [each.label for each in placed], files


def _read_table(source: Source, data: DataConfig) -> tuple[TextColumns, list[str], list[Path]]:
    path = source.path
    found = require_columns(path, data)
    columns, table = read_columns(path, found)
    given = texts(table, found.target, path)
    classes = [name for name in given if name]
    if len(classes) < len(given):
        where = place(path, next(row for row, name in enumerate(given) if not name))
        raise DataError(f"{where}: no class.", hint="Fill it in, or remove the row.")
    if found.holds_measures and not repeat(table[found.target]):
        raise DataError(
            f"{path}: column {found.target!r} holds numbers, not classes.",
            hint=f"It has: {', '.join(table.column_names)}. Choose one: --set data.target=NAME",
        )
    return columns, classes, [path]


TASK = Task(
    name="text-classification",
    title="Text classification",
    input="text",
    answer="label",
    recognise=recognise,
    read=read,
    primary="accuracy",
    baseline="majority",
    default="tfidf-linear",
    codec=Codec(
        schema={"type": "string", "description": "a text"},
        decode=str,
        show=lambda answer: f"{answer['label']} {answer['probability']:.2f}",
        example="A text.",
    ),
    pipeline_tag="text-classification",
)
