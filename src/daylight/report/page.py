"""Brings the sections of a run together on one page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from daylight import __version__
from daylight.core.choice import ChosenSection
from daylight.core.explained import ExplainedSection
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.recipe import Recipe
from daylight.core.reproduced import ReproducedSection
from daylight.core.rows import size
from daylight.core.sections import (
    CheckedSection,
    Figure,
    PreparedSection,
    Scores,
    TrainedSection,
)
from daylight.core.types import ModelSpec, SplitName, Task
from daylight.metrics import METRICS
from daylight.report import wording
from daylight.report.charts import curve, histogram, reliability, scatter
from daylight.report.costs import costs_figure
from daylight.report.dependence import dependence_chart
from daylight.report.examples import has_pictures, shown
from daylight.report.explanations import explanations
from daylight.report.findings import told
from daylight.report.matrix import matrix
from daylight.report.ranking import ranking
from daylight.report.score_tables import score_tables
from daylight.report.strength import strength
from daylight.report.strips import strips
from daylight.report.summary import remarks
from daylight.report.tree import tree_figure

MAX_COUNTED = 30
"""Of more labels only the largest and the smallest are listed."""


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that the report shows.

    Attributes:
        media: Folder that the paths of examples are relative to.
        explained: What the answers rest on.
        pictures: Folder of its pictures.
        reproduced: What came of training twice, if somebody did.
    """

    task: Task
    spec: ModelSpec
    recipe: Recipe
    checked: CheckedSection
    chosen: ChosenSection
    prepared: PreparedSection
    trained: TrainedSection
    scores: Scores
    media: Path
    explained: ExplainedSection
    pictures: Path
    reproduced: ReproducedSection | None = None


def render(data: ReportData) -> bytes:
    """Gives the page in UTF-8; equal sections give equal bytes."""
    page = (
        environment()
        .get_template("report.html.jinja")
        .render(
            task=data.task,
            spec=data.spec,
            chosen=data.chosen,
            prepared=data.prepared,
            trained=data.trained,
            scores=data.scores,
            name=wording.data_name(data.recipe),
            saw=data.prepared.saw[:1].upper() + data.prepared.saw[1:],
            headline=wording.headline(data.scores),
            remarks=remarks(data.scores),
            contents=_contents(data),
            style=style(),
            version=__version__,
            splits=[name for name in get_args(SplitName) if name in data.prepared.num_examples],
            ranking=ranking(data.chosen),
            findings=told(data.checked, data.recipe),
            counted=_counted(data.prepared.label_counts),
            skipped=sorted(data.prepared.skipped.items()),
            strength=strength(data.scores),
            tables=score_tables(data.scores.scores),
            curves=_curves(data),
            figures=[_figure(figure) for figure in data.scores.figures],
            pictured=has_pictures(data.prepared),
            examples=shown(data.scores.examples, data.media),
            mistakes=shown(data.scores.mistakes, data.media),
            explained=data.explained,
            reproduced=data.reproduced,
            explanations=explanations(data.explained, data.pictures),
            costs=costs_figure(data.scores.costs),
            dependence=[dependence_chart(each) for each in data.explained.dependence],
            tree=tree_figure(data.explained.tree),
            settings=_settings(data.recipe),
            lines=wording.recipe_lines(data.recipe),
        )
    )
    return page.encode("utf-8", "replace")


def _contents(data: ReportData) -> dict[str, str]:
    """The sections of the page, by their ids."""
    scores = data.scores
    sections = {
        "data": ("Data", True),
        "scores": ("Scores", True),
        "strength": ("Where it is weak", bool(scores.slices or scores.robustness)),
        "people": ("For those who are judged", bool(scores.fairness or scores.spread)),
        "costs": ("What wrong answers cost", bool(scores.costs)),
        "choice": ("Why this model", data.chosen.race is not None),
        "training": ("Training", True),
        "figures": ("Figures", bool(scores.figures)),
        "examples": ("Examples", bool(scores.examples or scores.mistakes)),
        "tree": ("The tree", data.explained.tree is not None),
        "explanations": ("What the answers rest on", bool(data.explained.explanations)),
        "dependence": ("How the answer changes", bool(data.explained.dependence)),
        "provenance": ("Provenance", True),
    }
    return {id_: title for id_, (title, is_there) in sections.items() if is_there}


def environment() -> Environment:
    """Finds the templates; what it fills in is escaped."""
    environment = Environment(
        loader=PackageLoader("daylight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=wording.number, size=size, plain=wording.plain, with_unit=wording.with_unit
    )
    return environment


def style() -> Markup:
    """The style sheet of every page."""
    text = files("daylight.report").joinpath("templates/style.css").read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file


@dataclass(frozen=True, slots=True)
class _Counted:
    """Labels with their examples by split; ``hidden`` are between ``most`` and ``least``."""

    most: list[tuple[str, dict[str, int]]]
    least: list[tuple[str, dict[str, int]]]
    hidden: int


def _counted(counts: Mapping[str, dict[str, int]]) -> _Counted:
    if len(counts) <= MAX_COUNTED:
        return _Counted(list(counts.items()), [], 0)
    ordered = sorted(counts.items(), key=lambda item: -sum(item[1].values()))
    return _Counted(ordered[:5], ordered[-5:], len(ordered) - 10)


def _curves(data: ReportData) -> list[tuple[str, Markup]]:
    epochs = data.trained.curve
    if not epochs:
        return []
    xs = [epoch.epoch for epoch in epochs]
    metric = METRICS[ANSWER_KINDS[data.task.answer].metrics[0]]
    measure = epochs[-1].measure or metric.title
    drawn = (
        ("Training loss", "second", [epoch.loss for epoch in epochs]),
        (f"{measure} on validation", "accent", [epoch.score for epoch in epochs]),
    )
    return [(title, curve(title, name, xs, ys)) for title, name, ys in drawn]


def _settings(recipe: Recipe) -> dict[str, str]:
    return {
        key: wording.exact(value)
        for key, value in wording.flat({**recipe.settings, **recipe.training}).items()
    }


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A figure and what its template, ``figure-<kind>.html.jinja``, draws."""

    kind: str
    title: str
    content: Any


_DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "matrix": matrix,
    "scatter": lambda found: {
        "chart": scatter(found["true"], found["answered"]),
        "errors": histogram(found["edges"], found["counts"]),
        "shown": len(found["true"]),
        "total": sum(found["counts"]),
    },
    "pictures": strips,
    "calibration": lambda found: {
        "chart": reliability(found["confidence"], found["accuracy"], found["counts"]),
        "error": found["error"],
        "bins": [
            bin_
            for bin_ in zip(found["confidence"], found["accuracy"], found["counts"], strict=True)
            if bin_[2]
        ],
    },
}


def _figure(figure: Figure) -> _Drawn:
    return _Drawn(figure.kind, figure.title, _DRAWINGS[figure.kind](figure.data))
