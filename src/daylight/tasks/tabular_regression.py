"""Rows of a table, one number each: what a house costs, how a disease goes on.

Data is a table with a column of numbers to predict and others of numbers, categories or dates.
"""

from daylight.core.recipe import DataConfig
from daylight.core.rows import value_and_range
from daylight.core.types import Codec, Dataset, Source, Task
from daylight.data import row_tables


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees a table with a column of measures whose name tells, or that somebody named."""
    return row_tables.recognise(source, data, "real")


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads the table."""
    return row_tables.read(source, data, "real")


TASK = Task(
    name="tabular-regression",
    title="Regression on rows",
    input="row",
    answer="real",
    recognise=recognise,
    read=read,
    primary="rmse",
    baseline="mean",
    default="boosted-trees",
    codec=Codec(
        schema={"type": "object", "description": "a value for each column"},
        decode=row_tables.decode_row,
        show=lambda answer: value_and_range(answer, ".6g"),
    ),
    pipeline_tag="tabular-regression",
)
