"""What a step may use besides its run: passed in, never looked up."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from daylight.core.config import pretty_json
from daylight.core.errors import OutOfTimeError
from daylight.core.files import write_atomic
from daylight.core.hashing import sha256_bytes
from daylight.core.log import Log, silent

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")

REPORT_S = 4.0
"""Seconds before a deadline that are kept for the report."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was measured or decided by the clock, kept so that it can be replayed.

    Attributes:
        path: The ``decisions.json``; ``None`` keeps them in memory only.
        scope: Who decides, such as a family; stands before each name.
    """

    path: Path | None = None
    scope: str = ""
    _values: dict[str, Any] = field(default_factory=dict)

    def decide(self, name: str, how: Callable[[], T]) -> T:
        """The recorded decision, or ``how()``, a JSON value, which is then recorded."""
        if not self.has(name):
            self.revise(name, how())
        value: T = self.all()[self._scoped(name)]
        return value

    def stops(self, what: str, position: int, *, late: bool) -> bool:
        """Whether work that could go on ends at ``position``: it is late now, or it was then.

        Args:
            what: Names the work, such as ``"trees"``.
            position: Counts up; where the work ended is a decision.
            late: Whether the clock says to stop; not asked where the end was decided before.
        """
        name = f"ends {what}"
        return position >= self.decide(name, lambda: position) if late or self.has(name) else False

    def revise(self, name: str, value: Any) -> None:
        """Replaces a decision that turned out not to do."""
        self._set(self.all(), name, value)

    def _set(self, values: dict[str, Any], name: str, value: Any) -> None:
        values[self._scoped(name)] = value
        if self.path:
            write_atomic(self.path, pretty_json(values))

    def start(self, name: str, value: Any) -> None:
        """Notes for what decisions are made; those that were made for something else are forgotten.

        >>> decisions = Decisions()
        >>> decisions.start("data", "a")
        >>> decisions.decide("threads", lambda: 2)
        2
        >>> decisions.start("data", "b")
        >>> decisions.all()
        {'data': 'b'}
        """
        values = self.all()
        if values.get(self._scoped(name)) != value:
            values.clear()
            self._set(values, name, value)

    def reread(self) -> None:
        """Takes what another process has decided meanwhile from the file."""
        if self.path:
            self._values.clear()

    def hurried(self) -> bool:
        """Whether something ended early for want of time."""
        return self.some("ends ")

    def some(self, beginning: str) -> bool:
        """Whether anything was decided whose name begins so."""
        start = self._scoped(beginning)
        return any(name.startswith(start) for name in self.all())

    def within(self, part: str) -> "Decisions":
        """The same, for a part of the work whose decisions have names of their own."""
        return replace(self, scope=self._scoped(part))

    def has(self, name: str) -> bool:
        """Whether this was decided."""
        return self._scoped(name) in self.all()

    def _scoped(self, name: str) -> str:
        return f"{self.scope}.{name}" if self.scope else name

    def all(self) -> dict[str, Any]:
        """Every decision so far, oldest first."""
        if self.path and not self._values and self.path.exists():
            self._values.update(msgspec.json.decode(self.path.read_bytes()))
        return self._values


class Team(Protocol):
    """Processes that train one network together, as one of them sees them."""

    rank: int
    size: int


@dataclass(frozen=True, slots=True)
class Context:
    """Randomness, progress, decisions and the place for work that may be cut short.

    Attributes:
        seed: All randomness comes from it, through ``random``.
        checkpoints: Folder in which a fit may leave its state; ``None`` where it need not.
        memory_bytes: What the process may hold for itself; ``None`` leaves it to the system.
        deadline: When it has to be done, on the clock of ``time.monotonic``; ``None`` for never.
            What ends early for it is kept in ``decisions``.
        tail_s: Seconds before it that training leaves for what comes after.
        salvage: Whether training has had its time already: what is there has to do.
        cluster: Address of the Ray cluster that shares the work; empty for this process alone.
        team: With whom a network is trained; only the first of them keeps states and decisions.
    """

    seed: int = 0
    log: Log = silent
    checkpoints: Path | None = None
    memory_bytes: int | None = None
    deadline: float | None = None
    tail_s: float = 0.0
    salvage: bool = False
    cluster: str = ""
    team: Team | None = None
    decisions: Decisions = field(default_factory=Decisions)

    def key(self, *purpose: str | int) -> int:
        """A 64-bit seed of its own for each purpose, so that adding one never shifts another."""
        text = "/".join(str(part) for part in (self.seed, *purpose))
        return int(sha256_bytes(text.encode())[:16], 16)

    def random(self, *purpose: str | int) -> "np.random.Generator":
        """A generator for one purpose, such as ``("order", epoch)``.

        >>> a, b = (Context(seed=1).random("order", 3) for _ in range(2))
        >>> bool(a.integers(1000) == b.integers(1000))
        True
        """
        import numpy as np  # noqa: PLC0415 - the core stays light

        return np.random.Generator(np.random.Philox(key=self.key(*purpose)))

    def left_s(self) -> float:
        """Seconds until the deadline: none once it has passed, infinite where there is none."""
        if self.deadline is None:
            return math.inf
        return max(0.0, self.deadline - time.monotonic())

    def within(self, seconds: float) -> "Context":
        """The same with a deadline in so many seconds, or the one that is there if it is sooner."""
        if math.isinf(seconds):
            return self
        return self.replace(deadline=time.monotonic() + min(seconds, self.left_s()))

    def earlier(self, seconds: float) -> "Context":
        """The same with a deadline that is so much sooner, if there is one."""
        return self if self.deadline is None else self.replace(deadline=self.deadline - seconds)

    def check_time(self) -> None:
        """Breaks off what can be left out.

        Raises:
            OutOfTimeError: The deadline has passed.
        """
        if not self.left_s():
            raise OutOfTimeError("There was no time for it.", hint="Allow more with --time")

    def stops(self, what: str, position: int) -> bool:
        """Whether work that could go on ends at ``position``, for want of time; it is kept."""
        return self.decisions.stops(what, position, late=self.left_s() == 0)

    def replace(self, **changes: Any) -> "Context":
        """A copy with some attributes changed."""
        return replace(self, **changes)
