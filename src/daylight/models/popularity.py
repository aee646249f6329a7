"""What most people took, less what a person has."""

from pathlib import Path

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.types import Prepared, Processing, Schema
from daylight.training.histories import ItemScores, history_processing, interactions
from daylight.training.histories import popularity as popularity_of


class Settings(Config):
    """There is nothing to set."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Looks at the history only to leave out what it holds."""
    return history_processing(schema)


def fit(prepared: Prepared, settings: Settings, context: Context) -> ItemScores:  # noqa: ARG001
    """Counts."""
    return ItemScores({"bias": popularity_of(interactions(prepared))})


def load(folder: Path) -> ItemScores:
    """Reads what ``save`` wrote."""
    return ItemScores.load(folder)
