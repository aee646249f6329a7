"""A log in which the epochs of a second training are counted on from the first."""

from typing import Any

from daylight.core.log import Log


class Stages:
    """Passes everything on, with the epochs of later stages counted on.

    Args:
        to: Who hears it.
    """

    def __init__(self, to: Log) -> None:
        self._to = to
        self._before = self._last = 0

    def begin_next(self) -> None:
        """What is heard from now on belongs to the next stage."""
        self._before = self._last

    def __call__(self, event: str, /, **fields: Any) -> None:
        """One event."""
        if event == "epoch":
            self._last = fields["epoch"] + self._before
            fields = {**fields, "epoch": self._last, "epochs": fields["epochs"] + self._before}
        if event == "batch":
            fields = {**fields, "epoch": fields["epoch"] + self._before}
        self._to(event, **fields)
