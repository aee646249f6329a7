"""Pictures, one class each.

Data is a folder of class folders (below ``train/``, ``validation/`` and ``test/`` if these exist),
or a table with a column of picture paths and a column of classes.
"""

import shlex
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

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
from daylight.data.labels import check_learnable, labels_of
from daylight.data.tables import (
    column_names,
    place,
    read_head,
    read_table,
    require_target,
    texts,
)

if TYPE_CHECKING:
    import pyarrow as pa

TARGET_NAMES = ("label", "class", "target", "category")
NUM_SPLITS = len(get_args(SplitName))
"""Each class needs as many pictures."""


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees pictures in folders, or a table that names pictures and their classes."""
    if source.path.is_dir():
        pictures = [path for path in source.files if is_image(path)]
        if not pictures or _are_unlabelled(source.path, pictures):
            return None
        found = class_folders(source.path, pictures)
        labels = {each.label for each in found}
        saw = f"{_count(pictures, 'picture')} in {_count(labels, 'class folder')}"
        left_out = _left_out([path for path in source.files if not is_image(path)])
        notes = [note for note in (left_out, _empty(source.path, found)) if note]
        return f"{saw} ({'; '.join(notes)})" if notes else saw
    if not tuple(source.columns()):
        return None
    table = read_head(source.path)
    image = _picture_column(table)
    target = image and _class_column(table, image, data)
    if target is None or (_are_measures(table[target]) and not data.target):
        return None
    return f"a table of pictures ({image!r}) and their classes ({target!r})"


def _are_unlabelled(root: Path, pictures: Sequence[Path]) -> bool:
    """Whether there are no class folders, with folders of splits or without."""
    homes = {path.parent for path in pictures}
    return homes == {root} or all(
        home.parent == root and home.name.lower() in SPLIT_FOLDERS for home in homes
    )


def _left_out(files: Sequence[Path]) -> str:
    """Says what will not be read, such as photos in a format that is not known."""
    if not files:
        return ""
    suffixes = sorted({path.suffix.lower() or path.name for path in files})
    shown = ", ".join(suffixes[:4]) + (", …" if len(suffixes) > 4 else "")
    return f"left out: {_count(files, 'file')} of another kind, {shown}"


def _empty(root: Path, found: Sequence[LabelledFile]) -> str:
    """Names folders beside those of the classes that hold no pictures, as after a failed copy."""
    classes = set()
    for each in found:
        folders = each.path.relative_to(root).parts
        classes.add(root.joinpath(*folders[: 2 if each.split else 1]))
    beside = {each for parent in {path.parent for path in classes} for each in parent.iterdir()}
    empty = sorted(
        each.relative_to(root).as_posix()
        for each in beside - classes
        if each.is_dir() and not each.name.startswith(".")
    )
    shown = ", ".join(empty[:4]) + (", …" if len(empty) > 4 else "")
    return f"no pictures in {shown}" if empty else ""


def _count(things: Collection[Any], name: str) -> str:
    return f"{len(things):,} {name}{'s' * (len(things) != 1)}"


def read(source: Source, data: DataConfig) -> Dataset:
    """Reads names and classes; the pictures themselves stay where they are."""
    is_folder = source.path.is_dir()
    columns, root = _read_folders(source) if is_folder else _read_table(source.path, data)
    pictures = [root / name for name in columns["image"]]
    labels = _labels(columns["label"], source)
    check_learnable(columns["label"], columns["split"], source.path)
    files = {*pictures} if is_folder else {source.path, *pictures}
    return _dataset(columns, root, source.digest(sorted(files)), labels, image_facts(pictures))


def _read_folders(source: Source) -> tuple[dict[str, list[Any]], Path]:
    pictures = [path for path in source.files if is_image(path)]
    found = class_folders(source.path, pictures)
    names = [each.path.relative_to(source.path).as_posix() for each in found]
    return {
        "id": names,
        "image": names,
        "label": [each.label for each in found],
        "split": [each.split for each in found],
    }, source.path


def _dataset(
    columns: Mapping[str, Sequence[Any]],
    root: Path,
    digest: str,
    labels: Sequence[str],
    facts: dict[str, Any],
) -> Dataset:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    fields = [
        Field(name="id", type="text", role="id"),
        Field(name="image", type="image", role="input", facts=facts),
        Field(name="label", type="category", role="target"),
    ]
    if any(columns["split"]):
        fields.append(Field(name="split", type="category", role="split"))
    if "group" in columns:
        fields.append(Field(name="group", type="category", role="group"))
    table = pa.table({f.name: pa.array(columns[f.name], pa.string()) for f in fields})
    return Dataset(
        tables={"examples": table},
        schema={"examples": tuple(fields)},
        root=root,
        digest=digest,
        labels=tuple(labels),
    )


def _read_table(path: Path, data: DataConfig) -> tuple[dict[str, list[Any]], Path]:
    image, target = _find_columns(path, data)
    table = read_table(path, text=column_names(path))
    columns: dict[str, list[Any]] = {
        "image": texts(table, image, path),
        "label": texts(table, target, path),
        "split": [None] * table.num_rows,
    }
    for name in ("split", "group"):
        if name in table.column_names:
            columns[name] = texts(table, name, path)
    _check(columns, path)
    columns["split"] = [name and SPLIT_FOLDERS[name.lower()] for name in columns["split"]]
    columns["id"] = columns["image"]
    if len(set(columns["image"])) < table.num_rows:
        columns["id"] = [f"{name}#{row}" for row, name in enumerate(columns["image"], 2)]
        # One picture in two rows must not be in train and in test.
        columns.setdefault("group", columns["image"])
    return columns, path.parent


def _check(columns: Mapping[str, list[Any]], path: Path) -> None:
    """Every row names a picture that exists, a class, and no split that is not known."""
    for column, what in (("image", "picture"), ("label", "class")):
        if None in columns[column]:
            where = place(path, columns[column].index(None))
            raise DataError(f"{where}: no {what}.", hint="Fill it in, or remove the row.")
    missing = [
        row for row, name in enumerate(columns["image"]) if not (path.parent / name).is_file()
    ]
    if missing:
        name = columns["image"][missing[0]]
        more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        raise DataError(
            f"{place(path, missing[0])}: {name} does not exist{more}.",
            hint=f"Paths are relative to the table's folder, {path.parent}.",
        )
    for row, name in enumerate(columns["split"]):
        if name and name.lower() not in SPLIT_FOLDERS:
            raise DataError(
                f"{place(path, row)}: {name!r} is not a split.",
                hint=f"Known: {', '.join(sorted(SPLIT_FOLDERS))}.",
            )


def _picture_column(table: "pa.Table") -> str | None:
    """The first column whose first value is the name of a picture."""
    for name in table.column_names:
        first = next((v for v in table[name].slice(0, 100).to_pylist() if v is not None), None)
        if isinstance(first, str) and is_image(Path(first)):
            return str(name)
    return None


def _class_column(table: "pa.Table", image: str, data: DataConfig) -> str | None:
    """What was asked for; or the one column of a telling name, or beside the pictures."""
    if data.target:
        return data.target if data.target in table.column_names else None
    others = [name for name in table.column_names if name not in (image, "split", "group", "id")]
    named = [name for name in others if name.lower() in TARGET_NAMES] or others
    return named[0] if len(named) == 1 else None


def _are_measures(values: "pa.ChunkedArray") -> bool:
    """Numbers with fractions are no names of classes; ``1.0`` is what some programs make of 1."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    if not (pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)):
        return False
    return any(value is not None and value % 1 for value in values.to_pylist())


def _repeat(values: "pa.ChunkedArray") -> bool:
    return NUM_SPLITS * len(values.unique()) <= len(values)


def _find_columns(path: Path, data: DataConfig) -> tuple[str, str]:
    """Columns of pictures and of classes, by the first rows.

    Raises:
        DataError: There are none; says what would be one.
    """
    table = read_head(path)
    names = ", ".join(table.column_names)
    image = _picture_column(table)
    if image is None:
        raise DataError(f"{path} has no column of picture paths.", hint=f"It has: {names}.")
    if data.target:
        require_target(table.column_names, data.target, path)
    hint = f"It has: {names}. Choose one: --set data.target=NAME"
    target = _class_column(table, image, data)
    if target is None:
        wrong = f"{path} has no column called {' or '.join(TARGET_NAMES)}."
        raise DataError(wrong, hint=hint)
    values = table[target]
    if _are_measures(values) and not (data.target and _repeat(values)):
        wrong = f"{path}: column {target!r} holds numbers, not classes."
        raise DataError(wrong, hint=hint)
    return image, target


def _labels(classes: Sequence[str], source: Source) -> list[str]:
    more = _more_classes(source, source.path / classes[0]) if len(set(classes)) == 1 else ""
    return labels_of(classes, source.path, more=more)


def _more_classes(source: Source, only: Path) -> str:
    inner = {path.relative_to(only).parts[0] for path in source.files if path.parent != only}
    if only.is_dir() and len(inner) > 1:
        return f"Are its folders the classes? daylight train {shlex.quote(str(only))}"
    return "Add pictures of something else."


TASK = Task(
    name="image-classification",
    title="Image classification",
    input="image",
    answer="label",
    recognise=recognise,
    read=read,
    primary="accuracy",
    baseline="majority",
    default="cnn",
    codec=Codec(
        schema={"type": "string", "description": "path of a picture"},
        decode=str,
        show=lambda answer: f"{answer['label']} {answer['probability']:.2f}",
        example="picture.jpg",
    ),
    pipeline_tag="image-classification",
)
