"""Rows of a table, one class each: who will pay, what a patient has.

Data is a table with a column of classes and others of numbers, categories or dates.
"""

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Source, Task
from daylight.data import row_tables


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees a table with a column of classes that is called so, or that somebody named."""
    return row_tables.recognise(source, data, "label")


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads the table; numbers that are classes become their names."""
    return row_tables.read(source, data, "label")


TASK = Task(
    name="tabular-classification",
    title="Classification of rows",
    input="row",
    answer="label",
    recognise=recognise,
    read=read,
    primary="log_loss",
    baseline="majority",
    default="boosted-trees",
    codec=Codec(
        schema={"type": "object", "description": "a value for each column"},
        decode=row_tables.decode_row,
        show=lambda answer: f"{answer['label']} {answer['probability']:.2f}",
    ),
    pipeline_tag="tabular-classification",
)
