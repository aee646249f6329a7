"""Rows of numbers and categories to a number: a table with a column called ``shapes_value``."""

import pyarrow as pa

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.tables import read_table
from daylight_shapes.codec import decode


def recognise(source: Source, data: DataConfig) -> str | None:
    return "a table of values" if "shapes_value" in source.columns() else None


def read(source: Source, data: DataConfig) -> Dataset:
    table = read_table(source.path)
    ids = pa.array([f"row {number}" for number in range(table.num_rows)])
    fields = [Field(name="id", type="text", role="id")]
    for column in table.schema:
        kind = "number" if pa.types.is_floating(column.type) else "category"
        fields.append(Field(name=column.name, type=kind, role="input"))
    fields[-1] = Field(name="shapes_value", type="number", role="target")
    return Dataset(
        tables={"examples": table.append_column("id", ids)},
        schema={"examples": tuple(fields)},
        root=source.path.parent,
        digest=source.digest([source.path]),
    )


TASK = Task(
    name="row-to-real",
    title="Values of rows",
    input="row",
    answer="real",
    recognise=recognise,
    read=read,
    primary="rmse",
    baseline="shapes-mean",
    default="shapes-linear",
    codec=Codec({"type": "object"}, decode, lambda answer: f"{answer['value']:.2f}"),
)
