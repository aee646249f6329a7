"""The sheet of ``check``: each finding with the pictures that it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from daylight import __version__
from daylight.core.recipe import Recipe
from daylight.core.rows import shorten
from daylight.core.sections import CheckedSection, Evidence
from daylight.report import wording
from daylight.report.findings import Told, counted, told
from daylight.report.page import environment, style
from daylight.report.pictures import Thumbnail, thumbnail

MAX_ABREAST = 4
"""Pictures that are shown of a group of copies."""


@dataclass(frozen=True, slots=True)
class SheetData:
    """Everything that the sheet shows.

    Attributes:
        saw: What the task recognised, without the path.
        pictures: Path of each example's picture by its id; empty where the input is no picture.
        media: Folder that these paths are relative to.
        texts: Each example's text by its id; empty where the input is no text.
    """

    checked: CheckedSection
    recipe: Recipe
    saw: str
    pictures: Mapping[str, str]
    media: Path
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Subject:
    """One example of a piece of evidence."""

    id: str
    note: str
    picture: Thumbnail | None
    text: str


_Piece: TypeAlias = tuple[Evidence, list[_Subject]]


def render(data: SheetData) -> bytes:
    """Gives the page in UTF-8; equal sections give equal bytes."""
    findings = told(data.checked, data.recipe)
    loud = [each for each in findings if each.status in ("fail", "waived", "warn")]
    page = (
        environment()
        .get_template("check.html.jinja")
        .render(
            name=wording.data_name(data.recipe),
            saw=data.saw,
            checked=data.checked,
            summary=counted(findings),
            loud=[_shown(each, data) for each in loud],
            quiet=[each for each in findings if each not in loud],
            style=style(),
            version=__version__,
        )
    )
    return page.encode("utf-8", "replace")


def _shown(finding: Told, data: SheetData) -> tuple[Told, list[_Piece], str]:
    """The evidence, and its layout: ``listed``, or with pictures ``alone`` or ``abreast``."""
    pieces = [(each, _subjects(each, data)) for each in finding.evidence]
    if not any(subject.picture for _, subjects in pieces for subject in subjects):
        return finding, pieces, "listed"
    return finding, pieces, "alone" if all(len(each) < 2 for _, each in pieces) else "abreast"


def _subjects(evidence: Evidence, data: SheetData) -> list[_Subject]:
    both = zip(evidence.ids[:MAX_ABREAST], evidence.notes, strict=False)
    return [
        _Subject(name, note, _picture(name, data), shorten(data.texts.get(name, "")))
        for name, note in both
    ]


def _picture(name: str, data: SheetData) -> Thumbnail | None:
    path = data.pictures.get(name)
    return thumbnail(data.media, path) if path else None
