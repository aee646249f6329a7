"""check: what is wrong with the data, with pictures."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from daylight.core.context import Context
from daylight.core.errors import DataError, UserError
from daylight.core.files import write_atomic
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, Finding
from daylight.core.types import Dataset, Field, FieldType, Role, SplitName, Task
from daylight.data.checks import CHECKS
from daylight.data.copies import Copies, picture_copies
from daylight.data.examined import Check, Examined, run_checks
from daylight.data.history_scan import Histories
from daylight.data.picture_scan import Pictures, scan
from daylight.data.row_scan import Rows
from daylight.data.rows import is_rows
from daylight.data.sources import without_folder
from daylight.data.text_copies import text_copies
from daylight.report.sheet import SheetData, render
from daylight.steps.dataset import asked, look, read, split_rows
from daylight.tasks import TASKS, saw

if TYPE_CHECKING:
    from daylight.core.types import Array

FILE = "check.html"

OPTIONAL_SHARE = 0.15
"""Of the time, for what takes long and can be left out; where there is no limit, nothing is."""


def check(run: Run, context: Context) -> CheckedSection:
    """Looks at everything once, and writes the findings and a sheet of pictures.

    Raises:
        DataError: The data cannot even be listed.
    """
    task = TASKS[run.recipe.task]
    source = look(run)
    dataset = read(run)
    context = context.within(OPTIONAL_SHARE * context.left_s())
    with _pictures(dataset, run, context) as pictures:
        texts = _texts(dataset)
        copies = _copies(texts, pictures, context)
        names: list[str] = dataset.tables["examples"]["id"].to_pylist()
        groups = copies.groups(len(names)) if copies else []
        copied = tuple(tuple(names[row] for row in group) for group in groups)
        rows, not_split = _split(dataset, run, copied)
        examined = Examined(
            ids=names,
            labels=_labels(dataset, task),
            several=_several(dataset, task),
            splits=_splits(rows, len(names)),
            not_split=not_split,
            copies=copies,
            pictures=pictures,
            rows=Rows.of(dataset, task.answer) if is_rows(dataset.schema) else None,
            histories=Histories.of(dataset),
            texts=texts,
            encodings=_encodings(dataset),
            skips_unreadable=run.recipe.data.unreadable == "skip",
            context=context,
        )
        findings = run_checks(checks_for(task), examined)
    section = CheckedSection(
        data_digest=dataset.digest,
        listing_digest=source.listing_digest,
        recipe_digest=asked(run),
        num_examples=len(names),
        findings=tuple(_bare(each, source.path) for each in findings),
        copies=copied,
    )
    page = render(
        SheetData(
            checked=section,
            recipe=run.recipe,
            saw=without_folder(saw(task, source, run.recipe.data), source.path),
            pictures=_picture_paths(dataset),
            media=dataset.root,
            texts=dict(zip(names, texts or (), strict=False)),
        )
    )
    write_atomic(run.path / FILE, page)
    return run.write(section)


def checks_for(task: Task) -> Mapping[str, Check]:
    """The checks that are meant for a task's kinds of input and answer, by name."""
    return {
        check.name: check for check in CHECKS.working() if check.is_for(task.input, task.answer)
    }


def is_touched(run: Run) -> bool:
    """Whether data or recipe are not those that were checked."""
    section = run.read(CheckedSection)
    if section.recipe_digest != asked(run):
        return True
    if not Path(run.recipe.data.path).exists():  # what was made of the data can still be used
        return False
    return section.listing_digest != look(run).listing_digest


def stop_on_blocking(run: Run) -> None:
    """Lets nothing be trained on data with a blocking fault that nobody accepted.

    Raises:
        DataError: Says both ways on: to mend the data, or to waive the check.
    """
    waived = run.recipe.data.waive
    failed = run.read(CheckedSection).failed(waived)
    blocking = [f for f in failed if (known := CHECKS.get(f.check)) and known.blocks]
    if not blocking:
        return
    shown = [f"{each.ids[0]} and {each.ids[1]}" for f in blocking for each in f.evidence[:1]]
    such = f" Such as {shown[0]}." if shown else ""
    names = ", ".join(f'"{name}"' for name in [*waived, *(f.check for f in blocking)])
    raise DataError(
        f"{' '.join(finding.message for finding in blocking)}{such}",
        hint=f"See {shlex.quote(str(run.path / FILE))} and mend the data; or accept it, which the "
        f"model card will say: --set data.waive='[{names}]'",
    )


@contextmanager
def _pictures(dataset: Dataset, run: Run, context: Context) -> Iterator[Pictures | None]:
    field = _picture_field(dataset)
    if field is None:
        yield None
        return
    paths = [dataset.root / name for name in _picture_paths(dataset).values()]
    with scan(paths, field.facts, folder=run.path, log=context.log) as found:
        yield found


def _picture_paths(dataset: Dataset) -> dict[str, str]:
    """By id, relative to the root."""
    field = _picture_field(dataset)
    if field is None:
        return {}
    examples = dataset.tables["examples"]
    return dict(zip(examples["id"].to_pylist(), examples[field.name].to_pylist(), strict=True))


def _bare(finding: Finding, path: Path) -> Finding:
    """A finding that does not tell where on somebody's disk the data lies: it is published."""
    return msgspec.structs.replace(
        finding,
        message=without_folder(finding.message, path),
        fix=without_folder(finding.fix, path),
        evidence=tuple(
            msgspec.structs.replace(each, fact=without_folder(each.fact, path))
            for each in finding.evidence
        ),
    )


def _picture_field(dataset: Dataset) -> Field | None:
    """Of the pictures that are looked at, or that are to be drawn."""
    return _only(dataset, "input", "image") or _only(dataset, "target", "image")


def _only(dataset: Dataset, role: Role, type_: FieldType) -> Field | None:
    """The field of this role, if there is one and it is of this type."""
    fields = dataset.fields(role)
    return fields[0] if len(fields) == 1 and fields[0].type == type_ else None


def _texts(dataset: Dataset) -> list[str] | None:
    """The texts, where the one input is a text."""
    if field := _only(dataset, "input", "text"):
        return [value or "" for value in dataset.tables["examples"][field.name].to_pylist()]
    return None


def _encodings(dataset: Dataset) -> Mapping[str, int]:
    """Of how many files of texts, by name; empty where they are not known."""
    field = _only(dataset, "input", "text")
    found: Mapping[str, int] = field.facts.get("encodings", {}) if field else {}
    return found


def _copies(
    texts: Sequence[str] | None, pictures: Pictures | None, context: Context
) -> Copies | None:
    if pictures:
        return picture_copies(pictures, context)
    if texts is not None:
        return text_copies(texts, context)
    return None  # rows and histories may be equal and yet be of two people


def _split(
    dataset: Dataset, run: Run, copies: tuple[tuple[str, ...], ...]
) -> "tuple[Mapping[SplitName, Array], UserError | None]":
    try:
        return split_rows(dataset, run, copies), None
    except DataError as error:
        return {}, error


def _labels(dataset: Dataset, task: Task) -> list[str]:
    if not ANSWER_KINDS[task.answer].stratified:
        return []
    [field] = dataset.fields("target")
    values = dataset.tables["examples"][field.name]
    if ANSWER_KINDS[task.answer].several:
        return [", ".join(names) for names in values.to_pylist()]
    labels: list[str] = values.cast("string").to_pylist()
    return labels


def _several(dataset: Dataset, task: Task) -> list[list[str]]:
    """The labels of each example, where there may be several; else empty."""
    if not ANSWER_KINDS[task.answer].several:
        return []
    [field] = dataset.fields("target")
    labels: list[list[str]] = dataset.tables["examples"][field.name].to_pylist()
    return labels


def _splits(rows: "Mapping[SplitName, Array]", num: int) -> list[str]:
    if not rows:
        return []
    splits = [""] * num
    for name, picked in rows.items():
        for row in picked.tolist():
            splits[row] = name
    return splits
