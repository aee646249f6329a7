"""report: all sections of a run -> one HTML file."""

from pathlib import Path

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.explained import ExplainedSection
from daylight.core.files import write_atomic
from daylight.core.run import Run
from daylight.core.sections import (
    CheckedSection,
    PreparedSection,
    ReportSection,
    Scores,
    TrainedSection,
)
from daylight.models import FAMILIES
from daylight.report.page import ReportData, render
from daylight.steps.packaging import add_report, packed, reproduced, with_license
from daylight.tasks import TASKS

FILE = "report.html"


def report(run: Run, context: Context) -> ReportSection:  # noqa: ARG001 - every step has one
    """Writes the report beside the sections, and into the package."""
    recipe = packed(run)
    data = ReportData(
        task=TASKS[recipe.task],
        spec=with_license(FAMILIES[recipe.model], run.package),
        recipe=recipe,
        checked=run.read(CheckedSection),
        chosen=run.read(ChosenSection),
        prepared=run.read(PreparedSection),
        trained=run.read(TrainedSection),
        scores=run.read(Scores),
        media=_media_root(run.recipe.data.path),
        explained=run.read(ExplainedSection),
        pictures=run.path / "explain",
        reproduced=reproduced(run),
    )
    page = render(data)
    write_atomic(run.path / FILE, page)
    add_report(run, page)
    section = ReportSection(file=FILE, size_bytes=len(page))
    return run.write(section, after=(PreparedSection, TrainedSection, Scores, ExplainedSection))


def _media_root(path: str) -> Path:
    return Path(path) if Path(path).is_dir() else Path(path).parent
