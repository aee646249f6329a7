"""Where progress goes: a terminal, a JSON-lines file, nowhere."""

import os
from pathlib import Path
from typing import Protocol

import msgspec

from daylight.core.files import writing


class Log(Protocol):
    """Receives an event and its fields; names are snake_case, with units (``duration_s``)."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


def silent(event: str, /, **fields: object) -> None:
    """Drops everything."""


class FileLog:
    """Appends each event as a line of JSON, and passes it on.

    A last line that a kill cut short is taken away first.
    """

    def __init__(self, path: Path, to: Log = silent) -> None:
        self._path = path
        self._to = to
        if path.exists() and not (data := path.read_bytes()).endswith(b"\n"):
            os.truncate(path, data.rfind(b"\n") + 1)

    def __call__(self, event: str, /, **fields: object) -> None:
        with writing(self._path), self._path.open("ab") as file:
            file.write(msgspec.json.encode({"event": event, **fields}) + b"\n")
        self._to(event, **fields)
