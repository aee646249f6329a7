"""Where pictures lie and what they are like, from names and headers only."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image, UnidentifiedImageError

from daylight.core.errors import DataError
from daylight.core.types import Field, Node, Processing, Schema, SplitName
from daylight.runtime.operations.image import upright_size

IMAGE_SUFFIXES = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
)
SPLIT_FOLDERS: dict[str, SplitName] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
NUM_HEADERS = 200
MIN_SIZE = 8
"""Pixels per side; smaller pictures are scaled up to it."""
PIXELS = "pixels"
"""The prepared column of pictures: uint8 ``(rows, height, width, channels)``."""

_GRAY_MODES = frozenset({"1", "L", "LA", "I", "I;16", "I;16B"})


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file in ``[split/]label/...``."""

    path: Path
    label: str
    split: SplitName | None


def is_image(path: Path) -> bool:
    """By its name; what is inside is seen when it is read."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def class_folders(root: Path, files: Sequence[Path]) -> list[LabelledFile]:
    """Takes each file's label from the folder it lies in, below ``root`` or below a split's folder.

    Raises:
        DataError: Some files lie outside of class folders, or some folders beside those of splits;
            names the first.
    """
    tops = {path.relative_to(root).parts[0] for path in files if path.parent != root}
    has_splits = _are_splits(tops, root)
    depth = 1 if has_splits else 0
    labelled, loose = [], []
    for path in files:
        folders = path.relative_to(root).parts[:-1]
        if len(folders) <= depth:
            loose.append(path)
            continue
        name = SPLIT_FOLDERS[folders[0].lower()] if has_splits else None
        labelled.append(LabelledFile(path, folders[depth], name))
    if loose:
        lie = "1 file lies" if len(loose) == 1 else f"{len(loose)} files lie"
        raise DataError(
            f"{lie} outside of the class folders, such as {loose[0]}.",
            hint="Move them into the folder of their class.",
        )
    return labelled


def _are_splits(tops: Collection[str], root: Path) -> bool:
    """One folder called ``train`` may be of trains; two such names are no accident."""
    splits = {top for top in tops if top.lower() in SPLIT_FOLDERS}
    others = sorted(set(tops) - splits)
    if others and len({SPLIT_FOLDERS[top.lower()] for top in splits}) > 1:
        raise DataError(
            f"{root / others[0]} lies beside folders of splits, {' and '.join(sorted(splits))}.",
            hint="Move it out of the data, or into one of them.",
        )
    return bool(splits) and not others


def image_facts(paths: Sequence[Path]) -> dict[str, Any]:
    """Median ``height`` and ``width`` in pixels, and whether all are ``gray``, from headers.

    At most ``NUM_HEADERS`` files are opened, evenly spread; those that cannot be are passed over.
    """
    if not paths:
        hint = f"Their names end in {', '.join(sorted(IMAGE_SUFFIXES))}."
        raise DataError("There are no pictures.", hint=hint)
    heights, widths = [], []
    modes: Counter[str] = Counter()
    step = max(1, len(paths) // NUM_HEADERS)
    for path in paths[::step]:
        try:
            with Image.open(path) as image:
                width, height = upright_size(image)
                modes[image.mode] += 1
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            continue
        heights.append(height)
        widths.append(width)
    if not heights:
        raise DataError(
            f"None of {len(paths)} pictures can be read, such as {paths[0]}.",
            hint="Open one of them in a viewer: are they pictures?",
        )
    gray = set(modes) <= _GRAY_MODES
    return {"height": int(median(heights)), "width": int(median(widths)), "gray": gray}


def picture_field(schema: Schema) -> Field:
    """The one input of a picture task."""
    [field] = [field for field in schema["examples"] if field.role == "input"]
    return field


def picture_processing(field: Field, *, height: int, width: int, gray: bool) -> Processing:
    """Brings pictures to one size: uint8 ``pixels`` of ``(rows, height, width, channels)``."""
    parameters = {"height": height, "width": width, "mode": "gray" if gray else "rgb"}
    node = Node(operation="image", inputs=(field.name,), outputs=("pixels",), parameters=parameters)
    return Processing(inputs=(node,), prepared=("pixels",))


def small_picture_processing(
    schema: Schema, *, max_size: int, size: int | None = None
) -> Processing:
    """Pictures of their own (median) size, scaled down where it is too large; gray if all are.

    Args:
        schema: With one field of pictures.
        max_size: Pixels per side, at most.
        size: Pixels per side, instead of their own.
    """
    field = picture_field(schema)
    height, width = (
        size or min(max_size, max(MIN_SIZE, field.facts[side])) for side in ("height", "width")
    )
    return picture_processing(field, height=height, width=width, gray=field.facts["gray"])
