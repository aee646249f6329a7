"""Draws the report."""

from dataclasses import dataclass
from pathlib import Path

from daylight.core.recipe import Recipe
from daylight.core.sections import PreparedSection, Scores, TrainedSection
from daylight.core.types import ModelSpec, Task


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
    return data.scores.to_json()
