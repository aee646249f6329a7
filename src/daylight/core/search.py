"""What a family says of its settings that are worth searching: ranges and choices, as data."""

from collections.abc import Mapping
from typing import TypeAlias

from daylight.core.config import Config


class Range(Config):
    """Numbers from ``low`` to ``high``, both included.

    Attributes:
        log: Whether factors count rather than differences.
        whole: Whether only whole numbers are meant.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False


class Choice(Config):
    """One of a few values, which have no order."""

    values: tuple[str | int | float | bool, ...]


Search: TypeAlias = Mapping[str, Range | Choice]
"""By dotted key of the settings, such as ``"training.learning_rate"``."""
