"""The fits that a race asks for: one after the other here, or side by side on a cluster.

Whoever asks does so one by one, and is asked for the next only when there is room for it: what is
worth trying depends on what came of the others, and on the time that is left.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError, ResourceError, UserError, of_code
from daylight.core.run import Run
from daylight.core.types import Columns
from daylight.steps import cluster
from daylight.steps.hub_entrants import ADDRESS
from daylight.steps.limits import memory
from daylight.steps.trials import Entry, Trial, Trials, broken_off_s

T = TypeVar("T")

MAX_LOST = 2
"""A fit whose process is lost so often has most likely filled its machine's memory."""


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """A fit that is asked for; see ``Trials.fit``.

    Attributes:
        by: Whom the outcome is for.
    """

    by: T
    entry: Entry
    size: int
    packaged: bool
    allowed_s: float


Outcome = Callable[[], Trial]
"""Gives the trial, or raises what ``Trials.fit`` would."""


def outcomes(
    trials: Trials, wanted: Iterable[Wanted[T]], context: Context
) -> Iterator[tuple[Wanted[T], Outcome]]:
    """What came of each, as they are done; here, the fit is made when its outcome is asked for."""
    if context.cluster:
        yield from _SideBySide(trials, context).outcomes(wanted)
        return
    for each in wanted:
        fit = partial(trials.fit, each.entry, each.size)
        yield each, partial(fit, packaged=each.packaged, allowed_s=each.allowed_s)


@dataclass
class _Running:
    wanted: Wanted[Any]
    place: Path
    until: float
    num_lost: int = 0


class _SideBySide:
    """Fits on a cluster: as many at a time as it has processors."""

    def __init__(self, trials: Trials, context: Context) -> None:
        self._trials, self._context = trials, context
        self._running: dict[Any, _Running] = {}

    def outcomes(self, wanted: Iterable[Wanted[T]]) -> Iterator[tuple[Wanted[T], Outcome]]:
        try:
            for each in wanted:
                place = self._trials.place(each.entry, each.size)
                while any(other.place == place for other in self._running.values()):
                    yield from self._done()
                known = self._trials.recall(place, packaged=each.packaged, allowed_s=each.allowed_s)
                if known:
                    yield each, partial(_given, known)
                else:
                    yield from self._begun(each, place)
                while len(self._running) >= num_processors():
                    yield from self._done()
            while self._running:
                yield from self._done()
        finally:
            for ticket in self._running:
                cluster.stop(ticket)

    def _begun(self, wanted: Wanted[T], place: Path) -> Iterator[tuple[Wanted[T], Outcome]]:
        """Prepares the data here, so that no two processes write it; tells only if it cannot be."""
        try:
            self._trials.prepare(wanted.entry)
        except (UserError, ModuleNotFoundError) as error:
            yield wanted, partial(_raised, error)
        else:
            self._start(wanted, place)

    def _start(self, wanted: Wanted[Any], place: Path, num_lost: int = 0) -> None:
        ticket = cluster.start(
            fit_there,
            str(self._trials.run.path.resolve()),
            (wanted.entry, wanted.size, wanted.packaged, wanted.allowed_s),
            self._context.memory_bytes,
        )
        until = time.monotonic() + broken_off_s(wanted.allowed_s) + cluster.START_S
        self._running[ticket] = _Running(wanted, place, until, num_lost)

    def _done(self) -> Iterator[tuple[Wanted[Any], Outcome]]:
        """Those that are done, or should be: at least one, unless it is begun again."""
        soonest = min(each.until for each in self._running.values())
        for ticket in cluster.finished([*self._running], within_s=soonest - time.monotonic()):
            running = self._running.pop(ticket)
            try:
                told = cluster.result(ticket)
            except cluster.LostError:
                yield from self._again(running)
            else:
                yield running.wanted, partial(self._outcome, running, told)
        now = time.monotonic()
        for ticket in [each for each, running in self._running.items() if running.until < now]:
            cluster.stop(ticket)
            running = self._running.pop(ticket)
            said = f"It had not ended after {running.wanted.allowed_s:.0f} s."
            yield running.wanted, partial(_raised, OutOfTimeError(said))

    def _again(self, lost: _Running) -> Iterator[tuple[Wanted[Any], Outcome]]:
        left_s = self._context.left_s()
        if lost.num_lost + 1 >= MAX_LOST or not left_s:
            said = "The process that fitted it was ended, as for want of memory."
            yield lost.wanted, partial(_raised, ResourceError(said))
        else:
            self._start(lost.wanted, lost.place, lost.num_lost + 1)

    def _outcome(self, running: _Running, told: "Failure | tuple[Trial, Columns]") -> Trial:
        if isinstance(told, Failure):
            raise of_code(told.code, told.message, hint=told.hint)
        trial, answers = told
        self._trials.remember(running.place, answers)
        return trial


class Failure(Config):
    """What a person can mend, as another process says it."""

    code: str
    message: str
    hint: str


def fit_there(
    run_path: str, wanted: tuple[Entry, int, bool, float], memory_bytes: int | None
) -> Failure | tuple[Trial, Columns]:
    """A fit in a process of the cluster: the trial, which lies in the run's folder, and answers."""
    entry, size, packaged, allowed_s = wanted
    try:
        trials = _trials_of(run_path, memory_bytes)
        with memory(memory_bytes):
            trial = trials.fit(entry, size, packaged=packaged, allowed_s=allowed_s)
    except ModuleNotFoundError as error:
        return Failure(code=UserError.code, message=f"{error.name} is not installed", hint="")
    except UserError as error:
        return Failure(code=error.code, message=error.message, hint=error.hint)
    return trial, trials.answers(entry, size)


@lru_cache(maxsize=1)
def _trials_of(run_path: str, memory_bytes: int | None) -> Trials:
    """Kept, so that the data is read once: a process of a cluster works for one command only."""
    run = Run.open(Path(run_path))
    if run.recipe.hub:
        os.environ[ADDRESS] = run.recipe.hub
    return Trials(run, Context(seed=run.recipe.seed, memory_bytes=memory_bytes))


def num_processors() -> int:
    """Of the cluster, as many as fits run side by side."""
    return max(1, sum(each.num_cpus for each in cluster.machines()))


def _given(trial: Trial) -> Trial:
    return trial


def _raised(error: Exception) -> Trial:
    raise error
