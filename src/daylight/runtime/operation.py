"""What an operation of a program is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from daylight.core.config import Config
from daylight.core.types import Column

Read: TypeAlias = Callable[[str], bytes]
"""Gives the verified bytes of a package's file; an operation opens nothing else."""

Run: TypeAlias = Callable[..., Sequence[Column]]
"""One Column per input to one Column per output; all have the same number of rows."""


class NoParameters(Config):
    """For operations that have nothing to set."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of a program: declared in JSON, run on columns.

    Attributes:
        parameters: What a node may set; unknown keys are refused.
        open: ``(parameters, read) -> run``; loads what is needed once.
        fit: ``(parameters, columns) -> parameters``; for processing that learns from ``train``.
        version: Raised when the same input would give other bytes, so that caches are made anew.
    """

    parameters: type[Config]
    open: Callable[[Any, Read], Run]
    fit: "Callable[[Any, Sequence[Column]], dict[str, Any]] | None" = None
    version: int = 1
