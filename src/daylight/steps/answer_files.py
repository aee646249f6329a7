"""Answers that are files: written into a folder, with their path in their place."""

import base64
import mimetypes
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from daylight.core.answers import Answer
from daylight.core.files import write_atomic, writing

MAX_NAME = 80


def keep_file(answer: Answer, key: str, *, folder: Path, name: str) -> dict[str, Any]:
    """Writes what an answer holds as a data URI; what is there already is never replaced.

    Args:
        key: Of the answer's file.
        folder: Made if needed.
        name: The input, of which the file's name is made.

    Returns:
        The answer with the file's path. A file with the same bytes is used again; where there is
        another one, a number is added to the name.

    Raises:
        OutputError: The disk is full or read-only.
    """
    head, _, text = answer[key].partition(",")
    kind = head.removeprefix("data:").partition(";")[0]
    data = base64.b64decode(text)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for path in _names(folder, name, mimetypes.guess_extension(kind) or ""):
        if not path.exists():
            write_atomic(path, data)
        elif not path.is_file() or path.read_bytes() != data:
            continue
        return {**answer, key: str(path)}
    raise AssertionError("there is always a free name")


def _names(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.")[-MAX_NAME:] or "answer"
    yield folder / f"{stem}{suffix}"
    yield from (folder / f"{stem}-{number}{suffix}" for number in count(2))
