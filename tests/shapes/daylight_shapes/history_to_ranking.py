"""What people took, to what they take next: ``shapes-histories.jsonl`` beside ``items.csv``."""

import pyarrow as pa

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.tables import read_table
from daylight_shapes.codec import decode


def recognise(source: Source, data: DataConfig) -> str | None:
    names = {path.name for path in source.files}
    return "histories over items" if {"shapes-histories.jsonl", "items.csv"} <= names else None


def read(source: Source, data: DataConfig) -> Dataset:
    histories = read_table(source.path / "shapes-histories.jsonl")
    items = read_table(source.path / "items.csv")
    ids = pa.array([f"person {number}" for number in range(histories.num_rows)])
    return Dataset(
        tables={"examples": histories.append_column("id", ids), "items": items},
        schema={
            "examples": (
                Field(name="id", type="text", role="id"),
                Field(name="history", type="keys", role="input"),
                Field(name="next", type="keys", role="target"),
            ),
            "items": (
                Field(name="item", type="category", role="key"),
                Field(name="genre", type="category", role="input"),
            ),
        },
        root=source.path,
        digest=source.digest(source.files),
        labels=tuple(items["item"].to_pylist()),
    )


TASK = Task(
    name="history-to-ranking",
    title="Next items",
    input="history",
    answer="ranking",
    recognise=recognise,
    read=read,
    primary="ndcg@10",
    baseline="shapes-popularity",
    default="shapes-same-genre",
    codec=Codec({"type": "array"}, decode, lambda answer: ", ".join(answer["items"][:3])),
)
