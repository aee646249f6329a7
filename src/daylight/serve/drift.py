"""Whether what a server is asked, and what it answers, still looks like the test data."""

import threading
import time

import numpy as np

from daylight.core.types import Columns, Program
from daylight.package.package import Package
from daylight.runtime.usual import Usual, features, stability_index

REFERENCE = "reference.json"
WINDOW = 1000
"""Rows; the last one to two windows are compared."""

MIN_ROWS = 100
"""Of fewer rows nothing is said."""

EVERY_S = 0.02
"""Of the batches within so many seconds one is looked at, so that watching costs little."""


class Drift:
    """Counts the features of recent rows.

    Args:
        usual: Of the test data; without it nothing is watched.
        program: The package's.
    """

    def __init__(self, usual: Usual | None, program: Program) -> None:
        self._usual = usual.features if usual else {}
        self._program = program
        self._lock = threading.Lock()
        self._next = 0.0
        self._rows = [0, 0]
        self._counts = [self._none(), self._none()]

    @classmethod
    def of(cls, package: Package) -> "Drift":
        """Takes what is usual from a package, if it has been measured."""
        there = REFERENCE in package.manifest.files
        return cls(package.decode(Usual, REFERENCE) if there else None, package.program)

    def see(self, fields: Columns, prepared: Columns, answers: Columns) -> None:
        """Counts some rows; may be called from any thread."""
        now = time.monotonic()
        if not self._usual or now < self._next:
            return
        self._next = now + EVERY_S
        seen = features(self._program, fields, prepared, answers)
        counted = {name: bins.count(seen[name]) for name, bins in self._usual.items()}
        with self._lock:
            if self._rows[1] >= WINDOW:
                self._rows = [self._rows[1], 0]
                self._counts = [self._counts[1], self._none()]
            self._rows[1] += len(next(iter(seen.values())))
            for name, counts in counted.items():
                self._counts[1][name] = self._counts[1][name] + counts

    def indices(self) -> dict[str, float]:
        """The stability index of each feature; none before there are ``MIN_ROWS``."""
        with self._lock:
            if sum(self._rows) < MIN_ROWS:
                return {}
            total = {name: self._counts[0][name] + self._counts[1][name] for name in self._usual}
        return {
            name: stability_index(np.array(bins.shares), total[name])
            for name, bins in self._usual.items()
        }

    def _none(self) -> "dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]":
        return {name: np.zeros(len(bins.shares), np.int64) for name, bins in self._usual.items()}
