"""Texts to texts: JSON lines with ``source`` and ``text``."""

import pyarrow as pa

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.tables import read_table


def recognise(source: Source, data: DataConfig) -> str | None:
    return "pairs of texts" if {"source", "text"} <= set(source.columns()) else None


def read(source: Source, data: DataConfig) -> Dataset:
    table = read_table(source.path)
    ids = pa.array([f"pair {number}" for number in range(table.num_rows)])
    return Dataset(
        tables={"examples": table.append_column("id", ids)},
        schema={
            "examples": (
                Field(name="id", type="text", role="id"),
                Field(name="source", type="text", role="input"),
                Field(name="text", type="text", role="target"),
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
    baseline="copy",
    default="character-map",
    codec=Codec({"type": "string"}, str, lambda answer: answer["text"]),
)
