"""Texts, one number each: how glad a review is, how hard a text is to read.

Data is a table with a column of texts and a column of numbers.
"""

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.rows import value_and_range
from daylight.core.types import Codec, Dataset, Source, Task
from daylight.data.tables import read_head, read_table
from daylight.data.text_tables import find_columns, is_number, read_columns, repeat, require_columns


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees a table of texts and measures."""
    if source.path.is_dir() or not tuple(source.columns()):
        return None
    head = read_head(source.path)
    found = find_columns(head, data)
    if found is None or found.has_others or not found.is_prose:
        return None
    values = head[found.target]
    if not found.holds_measures and (not is_number(values) or repeat(values)):
        return None
    return f"a table of texts ({found.text!r}) and their numbers ({found.target!r})"


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads texts and numbers.

    Raises:
        DataError: There are no texts, or what is to be predicted is no number.
    """
    path = source.path
    if path.is_dir():
        raise DataError(f"{path} is a folder.", hint="Name a table of texts and numbers.")
    found = require_columns(path, data)
    columns, _ = read_columns(path, found)
    target = read_table(path)[found.target].combine_chunks()
    return columns.dataset(source, target=target, type_="number", files=[path])


TASK = Task(
    name="text-regression",
    title="Regression on texts",
    input="text",
    answer="real",
    recognise=recognise,
    read=read,
    primary="rmse",
    baseline="mean",
    default="tfidf-linear",
    codec=Codec(
        schema={"type": "string", "description": "a text"},
        decode=str,
        show=lambda answer: value_and_range(answer, ".2f"),
        example="A text.",
    ),
)
