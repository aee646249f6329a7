"""Brings the sections of a run together on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from daylight import __version__
from daylight.core.recipe import Recipe
from daylight.core.sections import Example, PreparedSection, Score, Scores, TrainedSection
from daylight.core.types import ModelSpec, SplitName, Task
from daylight.report.charts import interval_bar, lines, reliability
from daylight.report.pictures import data_uri

MAX_ROWS = 30
"""Longer tables show their worst rows; the rest folds away."""

MAX_MATRIX = 20
"""Larger confusion matrices are shown as a list of their largest errors."""

_ENVIRONMENT = Environment(
    loader=PackageLoader("daylight.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that the report shows.

    Attributes:
        media: Folder that the ids of examples are relative to, where they name files.
    """

    task: Task
    spec: ModelSpec
    recipe: Recipe
    prepared: PreparedSection
    trained: TrainedSection
    scores: Scores
    media: Path


def render(data: ReportData) -> bytes:
    """Gives the page in UTF-8; equal sections give equal bytes."""
    overall = [score for score in data.scores.scores if score.label is None]
    per_label = [score for score in data.scores.scores if score.label is not None]
    splits = [name for name in get_args(SplitName) if name in data.prepared.num_examples]
    style, _, _ = _ENVIRONMENT.loader.get_source(_ENVIRONMENT, "style.css")  # type: ignore[union-attr]
    page = _ENVIRONMENT.get_template("report.html.jinja").render(
        data=data,
        name=Path(data.recipe.data.path).name,
        lead=_lead(data.scores),
        splits=splits,
        counts=", ".join(f"{data.prepared.num_examples[s]:,} {s}" for s in splits),
        style=Markup(style),  # noqa: S704 - our own file
        version=__version__,
        overall=[_row(score) for score in overall],
        cautions=_cautions(overall),
        labels=_label_rows(per_label),
        label_titles=list(dict.fromkeys(score.title for score in per_label)),
        curve=_curve(data),
        matrices=[_matrix(f.title, f.data) for f in data.scores.figures if f.kind == "matrix"],
        calibrations=[
            (f.title, f.data["error"], _calibration(f.data))
            for f in data.scores.figures
            if f.kind == "calibration"
        ],
        examples=[_picture(example, data) for example in data.scores.examples],
        mistakes=[_picture(example, data) for example in data.scores.mistakes],
        settings=_settings(data.recipe),
        max_rows=MAX_ROWS,
    )
    return page.encode()


def _lead(scores: Scores) -> str:
    """The one sentence that everybody reads."""
    first = scores.scores[0]
    unit = "" if first.unit == "ratio" else f" {first.unit}"
    text = f"{first.title} {number(first.value)}{unit}"
    if first.low is not None:
        text += f" (95 % interval {number(first.low)} to {number(first.high)})"
    text += f" on {scores.num_examples:,} {scores.split} examples"
    if first.baseline is not None:
        text += f"; the baseline, {scores.baseline}, reaches {number(first.baseline)}"
    return f"{text}."


def number(value: float | None) -> str:
    """Three decimals, or a dash where there is none."""
    return "-" if value is None else f"{value:,.3f}"


def size(size_bytes: int) -> str:
    """A size for people.

    >>> size(1_234_567)
    '1.2 MB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes} bytes"


def _row(score: Score) -> dict[str, Any]:
    return {"score": score, "bar": _bar(score)}


def _bar(score: Score) -> Markup | None:
    if score.value is None or score.low is None or score.high is None:
        return None
    ends = [score.value, score.low, score.high, *([score.baseline] if score.baseline else [])]
    start, stop = (0.0, 1.0) if min(ends) >= 0 and max(ends) <= 1 else (min(ends), max(ends))
    if start > 0:
        start = 0.0
    return interval_bar(score.value, score.low, score.high, marks=(score.baseline, start, stop))


def _cautions(scores: Sequence[Score]) -> list[tuple[str, list[str]]]:
    """Each caution once, with the metrics that it holds for."""
    grouped: dict[str, list[str]] = {}
    for score in scores:
        if score.caution:
            grouped.setdefault(score.caution, []).append(score.title)
    return list(grouped.items())


def _label_rows(scores: Sequence[Score]) -> list[tuple[str, list[dict[str, Any]]]]:
    """A row per label with all its scores, the worst label first."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for score in scores:
        rows.setdefault(score.label or "", []).append(_row(score))

    def worst(row: tuple[str, list[dict[str, Any]]]) -> float:
        values = [each["score"].value for each in row[1] if each["score"].value is not None]
        return min(values, default=0.0)

    return sorted(rows.items(), key=worst)


def _curve(data: ReportData) -> Markup | None:
    epochs = data.trained.curve
    if len(epochs) < 2:
        return None
    series = [
        ("loss", [epoch.loss for epoch in epochs]),
        ("validation score", [epoch.score for epoch in epochs]),
    ]
    return lines("Loss and score by epoch", "epoch", series, [epoch.epoch for epoch in epochs])


def _matrix(title: str, found: Mapping[str, Any]) -> dict[str, Any]:
    rows, columns, counts = found["rows"], found["columns"], found["counts"]
    confused = sorted(
        (
            (count, rows[i], columns[j])
            for i, line in enumerate(counts)
            for j, count in enumerate(line)
            if count and rows[i] != columns[j]
        ),
        key=lambda each: -each[0],
    )
    most = max((max(line) for line in counts if line), default=0) or 1
    shades = [[round(100 * (count / most) ** 0.5) for count in line] for line in counts]
    return {
        "title": title,
        "rows": rows,
        "columns": columns,
        "cells": [list(zip(*pair, strict=True)) for pair in zip(counts, shades, strict=True)],
        "small": len(rows) <= MAX_MATRIX,
        "confused": confused[:10],
    }


def _calibration(found: Mapping[str, Any]) -> Markup:
    return reliability(found["confidence"], found["accuracy"], found["counts"])


def _picture(example: Example, data: ReportData) -> dict[str, Any]:
    shows = any(f.type == "image" and f.role == "input" for f in data.prepared.fields)
    return {
        "example": example,
        "shows": shows,
        "uri": data_uri(data.media, example.id) if shows else None,
    }


def _settings(recipe: Recipe) -> dict[str, Any]:
    """The recipe as flat lines; of the data's path only the name, which tells nobody's disk."""
    flat: dict[str, Any] = {}
    for key, value in recipe.to_dict().items():
        if isinstance(value, dict):
            flat.update({f"{key}.{name}": inner for name, inner in value.items()})
        else:
            flat[key] = value
    return {**flat, "data.path": Path(recipe.data.path).name}


_ENVIRONMENT.filters.update(number=number, size=size)
