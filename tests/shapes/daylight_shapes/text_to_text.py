"""Texts to texts: JSON lines with ``shapes_source`` and ``shapes_text``."""

import pyarrow as pa

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.tables import read_table


def recognise(source: Source, data: DataConfig) -> str | None:
    return "pairs of texts" if {"shapes_source", "shapes_text"} <= set(source.columns()) else None


def read(source: Source, data: DataConfig) -> Dataset:
    table = read_table(source.path)
    ids = pa.array([f"pair {number}" for number in range(table.num_rows)])
    return Dataset(
        tables={"examples": table.append_column("id", ids)},
        schema={
            "examples": (
                Field(name="id", type="text", role="id"),
                Field(name="shapes_source", type="text", role="input"),
                Field(name="shapes_text", type="text", role="target"),
            )
        },
        root=source.path.parent,
        digest=source.digest([source.path]),
    )


TASK = Task(
    name="text-to-text",
    title="Texts from texts",
    input="text",
    answer="text",
    recognise=recognise,
    read=read,
    primary="exact_match",
    baseline="shapes-copy",
    default="shapes-character-map",
    codec=Codec({"type": "string"}, str, lambda answer: answer["text"]),
)
