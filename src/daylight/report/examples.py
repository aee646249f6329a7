"""Examples with their answers: with pictures where the input is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daylight.core.sections import Example, PreparedSection
from daylight.report.pictures import Thumbnail, thumbnail


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it is shown.

    Attributes:
        picture: ``None`` where there is none, or it cannot be read.
        right: Whether the answer is known to be right.
        text: What was read, if it was a text.
    """

    id: str
    target: Any
    line: str
    error: float | None
    picture: Thumbnail | None
    right: bool
    text: str | None


def shown(examples: Sequence[Example], media: Path) -> list[Shown]:
    """Finds the picture of each example, if it has one.

    Args:
        examples: As ``evaluate`` left them.
        media: Folder that their paths are relative to.
    """
    return [
        Shown(
            id=example.id,
            target=example.target,
            line=example.line,
            error=example.error,
            picture=thumbnail(media, example.media) if example.media else None,
            right=example.error == 0,
            text=example.text,
        )
        for example in examples
    ]


def has_pictures(prepared: PreparedSection) -> bool:
    """Whether a picture is among the inputs."""
    return any(field.type == "image" and field.role == "input" for field in prepared.fields)
