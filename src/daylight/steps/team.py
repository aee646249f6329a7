"""One large training on the machines of a cluster: one process each, which take the same steps.

The first of them keeps states and decisions in the run's folder, as a training here would. Where
one is lost, those that are left begin again from the last state.
"""

import os
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from daylight.core.config import Config
from daylight.core.context import Context, Decisions
from daylight.core.errors import ResourceError, UserError, of_code
from daylight.core.types import Fitted
from daylight.data import prepared as cache
from daylight.steps import cluster
from daylight.steps.cluster import LostError, Machine
from daylight.steps.families import open_family
from daylight.steps.fits import Failure
from daylight.steps.hub_entrants import ADDRESS
from daylight.steps.limits import memory

MADE = "made"
"""Folder among the states in which the fitted model is handed over."""

LISTENED_S = 0.3
"""Between two questions about how far it is."""

BEGUN_S = 300.0
"""In which the processes have to be there; those of others may have to end first."""

MAX_LOST = 5
"""Times that processes may be lost without a new state in between."""

PAUSE_S = 2.0
"""Until it is known which machines are left; longer each time."""

NUM_EVENTS = 1000
LOST = "lost"
"""Code of a failure for which another process is to blame."""


@dataclass(frozen=True)
class Work:
    """What is trained, in words that travel.

    Attributes:
        name: Of the family.
        prepared: Folder of the prepared columns.
        states: Where states lie, and what was made.
        hub: Address of the hub from which a family may start.
    """

    name: str
    settings: Config
    prepared: Path
    states: Path
    hub: str = ""

    def most(self) -> int:
        """How many processes can share it: 1 where it is not trained by ``training.loop``."""
        from daylight.training.distributed import most_processes  # noqa: PLC0415 - brings torch

        num_rows = len(cache.load(self.prepared).splits["train"])
        return most_processes(self.settings, num_rows)


class Terms(NamedTuple):
    """Under which a process trains, as one of some.

    Attributes:
        left_s: Seconds until the deadline.
        decisions: Path, scope and values.
        meeting: Host and port where all meet; ``None`` for one that is alone.
    """

    seed: int
    memory_bytes: int | None
    left_s: float
    decisions: tuple[Path | None, str, dict[str, Any]]
    meeting: tuple[str, int] | None
    size: int


def fit_together(work: Work, context: Context, *, at_most: int) -> Fitted:
    """Trains a family on as many machines as there are.

    Logs ``"team"`` (hosts) when processes begin, and ``"lost"`` (reason) where one is lost.

    Args:
        work: What is trained.
        context: Of the fit; what the processes log and decide goes there.
        at_most: So many processes.

    Raises:
        ResourceError: Processes are lost again and again.
        UserError: What went wrong with the training.
    """
    num_lost = 0
    while True:
        before = _saved(work)
        try:
            _Processes(work, context, cluster.machines()[:at_most]).run()
        except LostError as error:
            context.log("lost", reason=str(error))
            num_lost = num_lost + 1 if _saved(work) == before else 1
            if num_lost >= MAX_LOST:
                raise ResourceError(
                    f"A process of the training was lost {num_lost} times: {error}.",
                    hint="See what ended it, such as want of memory: ray status; the same command "
                    "goes on, without --ray, too.",
                ) from None
            time.sleep(PAUSE_S * num_lost)
        else:
            return open_family(work.name).load(work.states / MADE)
        finally:
            context.decisions.reread()


def _saved(work: Work) -> set[Path]:
    return set(work.states.glob("**/state-*"))


class _Processes:
    """One on each machine, from the first word to the last."""

    def __init__(self, work: Work, context: Context, machines: list[Machine]) -> None:
        self._work, self._context = work, context
        if not machines:
            raise LostError("no machine of the cluster is left")
        self._hosts = [each.host for each in machines]
        self._members = [
            cluster.remote(
                Member, num_cpus=each.num_cpus, on=each.number, max_concurrency=2
            ).remote()
            for each in machines
        ]

    def run(self) -> None:
        lead, size = self._members[0], len(self._members)
        try:
            begun = [each.begin.remote(self._work.hub) for each in self._members]
            hosts = [cluster.result(each, within_s=BEGUN_S) for each in begun]
            meeting = cluster.result(lead.meet.remote(hosts[0])) if size > 1 else None
            self._context.log("team", hosts=hosts)
            terms = self._terms(meeting)
            tickets = [
                each.work.remote(self._work, terms, host, rank)
                for rank, (each, host) in enumerate(zip(self._members, hosts, strict=True))
            ]
            self._watch(lead, tickets)
        finally:
            for each in self._members:
                cluster.end(each)

    def _terms(self, meeting: tuple[str, int] | None) -> Terms:
        context = self._context
        decisions = context.decisions
        path = decisions.path and decisions.path.resolve()
        return Terms(
            seed=context.seed,
            memory_bytes=context.memory_bytes,
            left_s=context.left_s(),
            decisions=(path, decisions.scope, decisions.all()),
            meeting=meeting,
            size=len(self._members),
        )

    def _watch(self, lead: Any, tickets: list[Any]) -> None:
        """Until all are done, or one failed: then the others wait for it in vain."""
        left = [*tickets]
        while left:
            done = cluster.finished(left, within_s=LISTENED_S)
            for event, fields in cluster.result(lead.told.remote()):
                self._context.log(event, **fields)
            for ticket in done:
                left.remove(ticket)
                failure = cluster.result(ticket)
                if failure and failure.code == LOST:
                    raise LostError(failure.message)
                if failure:
                    raise of_code(failure.code, failure.message, hint=failure.hint)


class Member:
    """A process of the cluster that trains with others."""

    def __init__(self) -> None:
        self._events: deque[tuple[str, dict[str, Any]]] = deque(maxlen=NUM_EVENTS)
        self._meeting: Any = None

    def begin(self, hub: str) -> str:
        """Loads what is slow to load; returns the address of this machine."""
        from daylight.training import distributed  # noqa: F401, PLC0415 - it brings torch

        if hub:
            os.environ[ADDRESS] = hub
        return cluster.own_host()

    def meet(self, host: str) -> tuple[str, int]:
        """Opens the place where the others find this one."""
        from daylight.training.distributed import Meeting  # noqa: PLC0415 - it brings torch

        self._meeting = Meeting(host)
        return host, self._meeting.port

    def work(self, work: Work, terms: Terms, host: str, rank: int) -> Failure | None:
        """Trains, and leaves the model among the states if this process leads."""
        try:
            with memory(terms.memory_bytes):
                if rank == 0:
                    self._lead(work, terms, host)
                else:
                    _, scope, values = terms.decisions
                    context = Context(decisions=Decisions(None, scope, values))
                    _fit(work, terms, context, host=host, rank=rank)
        except UserError as error:
            return Failure(code=error.code, message=error.message, hint=error.hint)
        except ConnectionError:
            return Failure(code=LOST, message="another of them could not be reached", hint="")
        return None

    def _lead(self, work: Work, terms: Terms, host: str) -> None:
        from filelock import FileLock  # noqa: PLC0415 - not in the base install

        path, scope, _ = terms.decisions
        work.states.mkdir(parents=True, exist_ok=True)
        context = Context(log=self._log, checkpoints=work.states, decisions=Decisions(path, scope))
        # One that a command left behind when it was killed may still be writing.
        with FileLock(work.states / ".lock", timeout=BEGUN_S):
            fitted = _fit(work, terms, context, host=host, rank=0)
            (work.states / MADE).mkdir(exist_ok=True)
            fitted.save(work.states / MADE)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What was logged since the last time."""
        return [self._events.popleft() for _ in range(len(self._events))]

    def _log(self, event: str, /, **fields: Any) -> None:
        if event == "batch" and self._events and self._events[-1][0] == "batch":
            self._events.pop()
        self._events.append((event, fields))


def _fit(work: Work, terms: Terms, context: Context, *, host: str, rank: int) -> Fitted:
    from daylight.training.distributed import Team  # noqa: PLC0415 - it brings torch

    context = context.replace(seed=terms.seed, memory_bytes=terms.memory_bytes)
    context = context.within(terms.left_s)
    if terms.meeting:
        team = Team.join(host, terms.meeting, rank, terms.size)
        context = context.replace(team=team)
    return open_family(work.name).fit(cache.load(work.prepared), work.settings, context)
