"""Pictures, to draw more like them: of one label where they lie in class folders.

Data is a folder of pictures, or of class folders; either may lie below ``train/``, ``validation/``
and ``test/``. A folder of class folders is taken for classification unless this task is named.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, SplitName, Task
from daylight.data.images import (
    SPLIT_FOLDERS,
    LabelledFile,
    class_folders,
    image_facts,
    is_image,
)


def recognise(source: Source, data: DataConfig) -> str | None:  # noqa: ARG001 - one signature
    """Sees pictures in a folder, with or without folders of classes."""
    if not source.path.is_dir():
        return None
    pictures = [path for path in source.files if is_image(path)]
    if not pictures:
        return None
    labels = {each.label for each in _labelled(source.path, pictures)}
    of = f"of {len(labels)} classes" if len(labels) > 1 else "without classes"
    return f"{len(pictures):,} picture{'s' * (len(pictures) != 1)} {of}, to draw more like them"


def read(source: Source, data: DataConfig) -> Dataset:  # noqa: ARG001 - one signature
    """Reads names and classes, and gives each picture a seed: its place, counted from 1."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    if not source.path.is_dir():
        raise DataError(
            f"{source.path} is a table; pictures to draw more of are read from a folder.",
            hint="Name the folder that holds them.",
        )
    pictures = [path for path in source.files if is_image(path)]
    if not pictures:
        raise DataError(f"{source.path} holds no pictures.", hint="Name a folder that does.")
    found = _labelled(source.path, pictures)
    names = [each.path.relative_to(source.path).as_posix() for each in found]
    columns = {
        "id": pa.array(names, pa.string()),
        "seed": pa.array(range(1, len(names) + 1), pa.int64()),
        "image": pa.array(names, pa.string()),
    }
    fields = [
        Field(name="id", type="text", role="id"),
        Field(name="seed", type="seed", role="input"),
        Field(name="image", type="image", role="target", facts=image_facts(pictures)),
    ]
    if len({each.label for each in found}) > 1:
        columns["label"] = pa.array([each.label for each in found], pa.string())
        fields.append(Field(name="label", type="category", role="input"))
        _check_learnable(found, source.path)
    if any(each.split for each in found):
        columns["split"] = pa.array([each.split for each in found], pa.string())
        fields.append(Field(name="split", type="category", role="split"))
    return Dataset(
        tables={"examples": pa.table(columns)},
        schema={"examples": tuple(fields)},
        root=source.path,
        digest=source.digest(sorted(pictures)),
    )


def _labelled(root: Path, pictures: Sequence[Path]) -> list[LabelledFile]:
    """Pictures with their label, empty where there are no class folders."""
    folders = {path.relative_to(root).parts[:-1] for path in pictures}
    if folders == {()}:
        return [LabelledFile(path, "", None) for path in pictures]
    splits = {parts: SPLIT_FOLDERS.get(parts[0].lower()) for parts in folders if len(parts) == 1}
    if len(splits) == len(folders) and None not in splits.values():
        return [LabelledFile(path, "", _split(path.parent.name)) for path in pictures]
    return class_folders(root, pictures)


def _split(folder: str) -> SplitName:
    return SPLIT_FOLDERS[folder.lower()]


def _check_learnable(found: Sequence[LabelledFile], path: Path) -> None:
    learnable = {each.label for each in found if each.split in (None, "train")}
    if lost := sorted({each.label for each in found} - learnable):
        raise DataError(
            f"{path} has no example of {lost[0]!r} in train.",
            hint="Add some, or take the class out of the other splits.",
        )


def _decode(given: Any) -> Mapping[str, Any]:
    """A seed, or an object of a seed and a label; without a label, the seed decides it, too."""
    prompt = json.loads(given) if isinstance(given, str) else given
    if isinstance(prompt, int):
        prompt = {"seed": prompt}
    if not isinstance(prompt, dict) or not {"seed"} <= prompt.keys() <= {"seed", "label"}:
        raise ValueError("not a seed, nor an object of a seed and a label")
    if (
        isinstance(prompt["seed"], bool)
        or not isinstance(prompt["seed"], int)
        or prompt["seed"] < 0
    ):
        raise ValueError("a seed is a whole number, 0 or more")
    return {"label": None, **prompt}


TASK = Task(
    name="unconditional-image-generation",
    title="Image generation",
    input="prompt",
    answer="image",
    recognise=recognise,
    read=read,
    primary="frechet_distance",
    baseline="pixel-gaussian",
    default="gan",
    codec=Codec(
        schema={
            "type": ["integer", "object"],
            "description": "a seed, or a seed and a label",
            "minimum": 0,
            "properties": {
                "seed": {"type": "integer", "minimum": 0},
                "label": {"type": ["string", "null"]},
            },
            "required": ["seed"],
            "additionalProperties": False,
        },
        decode=_decode,
        show=lambda answer: f"{answer['width_px']} x {answer['height_px']} pixels",
        example="1",
    ),
    pipeline_tag="unconditional-image-generation",
    gives_way=True,
)
