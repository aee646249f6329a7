"""Pictures to boxes: a folder with ``shapes-boxes.jsonl`` that names pictures beside it."""

from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.images import image_facts
from daylight.data.tables import read_table


def recognise(source: Source, data: DataConfig) -> str | None:
    named = "shapes-boxes.jsonl" in {path.name for path in source.files}
    return "pictures with boxes" if named else None


def read(source: Source, data: DataConfig) -> Dataset:
    table = read_table(source.path / "shapes-boxes.jsonl")
    names = table["image"].to_pylist()
    labels = sorted({box["label"] for boxes in table["boxes"].to_pylist() for box in boxes})
    facts = image_facts([source.path / name for name in names])
    return Dataset(
        tables={"examples": table.append_column("id", table["image"])},
        schema={
            "examples": (
                Field(name="id", type="text", role="id"),
                Field(name="image", type="image", role="input", facts=facts),
                Field(name="boxes", type="boxes", role="target"),
            )
        },
        root=source.path,
        digest=source.digest(source.files),
        labels=tuple(labels),
    )


TASK = Task(
    name="image-to-boxes",
    title="Boxes in pictures",
    input="image",
    answer="boxes",
    recognise=recognise,
    read=read,
    primary="map@50",
    baseline="shapes-middle-box",
    default="shapes-bright-box",
    codec=Codec({"type": "string"}, str, lambda answer: f"{len(answer['boxes'])} boxes"),
)
