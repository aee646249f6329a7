"""Some neighbouring numbers of each row."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run

Place = Annotated[int, msgspec.Meta(ge=0)]


class Parameters(Config):
    """From ``start`` to ``stop``, which is left out."""

    start: Place
    stop: Place


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ``(rows, stop - start)`` for a dense ``(rows, features)``."""

    def run(rows: Column) -> Sequence[Column]:
        return (Column(rows.values[:, parameters.start : parameters.stop]),)

    return run


OPERATION = Operation(Parameters, open_)
