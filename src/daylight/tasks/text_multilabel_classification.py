"""Texts, any number of labels each: topics of news, tags of questions, reasons of complaints.

Data is a table with a column of texts and a column of labels: lists, or names with a sign between.
"""

from collections.abc import Mapping
from typing import Any

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Source, Task
from daylight.data.label_lists import lists, named, separator_of
from daylight.data.labels import labels_of
from daylight.data.tables import read_head
from daylight.data.text_tables import find_columns, read_columns, require_columns


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees a table of texts and their labels."""
    if source.path.is_dir() or not tuple(source.columns()):
        return None
    head = read_head(source.path)
    found = find_columns(head, data)
    if found is None or found.has_others or not found.is_prose:
        return None
    separator = separator_of(head[found.target])
    if not separator:
        return None
    how = named(separator)
    return f"a table of texts ({found.text!r}) and their labels ({found.target!r}, {how})"


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads texts and labels.

    Raises:
        DataError: There are no texts or no labels.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    path = source.path
    if path.is_dir():
        raise DataError(f"{path} is a folder.", hint="Name a table of texts and labels.")
    found = require_columns(path, data)
    columns, table = read_columns(path, found)
    separator = separator_of(read_head(path)[found.target])
    each = lists(table[found.target], separator)
    every = [label for names in each for label in names]
    if not every:
        raise DataError(
            f"{path}: column {found.target!r} holds no label.",
            hint="Write names with ; between them, or choose another: --set data.target=NAME",
        )
    labels = labels_of(every, path, more="Add texts of something else.")
    target = pa.array(each, pa.list_(pa.string()))
    return columns.dataset(source, target=target, type_="keys", labels=labels, files=[path])


def show(answer: Mapping[str, Any]) -> str:
    """The labels with their probabilities; of none, the likeliest."""
    shares = answer["probabilities"]
    if answer["labels"]:
        return ", ".join(f"{name} {shares[name]:.2f}" for name in answer["labels"])
    likeliest = max(shares, key=shares.__getitem__)
    return f"no label (likeliest: {likeliest} {shares[likeliest]:.2f})"


TASK = Task(
    name="text-multilabel-classification",
    title="Multi-label text classification",
    input="text",
    answer="labels",
    recognise=recognise,
    read=read,
    primary="micro_f1",
    baseline="majority",
    default="tfidf-linear",
    codec=Codec(
        schema={"type": "string", "description": "a text"},
        decode=str,
        show=show,
        example="A text.",
    ),
    pipeline_tag="text-classification",
)
