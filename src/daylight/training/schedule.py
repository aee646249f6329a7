"""How long a training goes on, and how fast it learns at each point of it."""

import math
import time
from typing import NamedTuple

from daylight.core.context import Decisions
from daylight.training.settings import Training

TOLERANCE = 0.05
"""Share of what is left by which a plan may be wrong before it is made anew."""

MEMORY = 0.1
"""Weight of the last step in the mean of how long steps take."""


def learning_rate(progress: float, training: Training) -> float:
    """The rate at a point of the training.

    Args:
        progress: From 0, the start, to 1, the end.
        training: How high, and along which curve.

    >>> settings = Training(learning_rate=1.0, warmup=0.25)
    >>> [round(learning_rate(progress, settings), 2) for progress in (0.125, 0.25, 0.625, 1)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if training.schedule == "constant":
        return training.learning_rate
    if progress < training.warmup:
        return training.learning_rate * progress / training.warmup
    annealed = (progress - training.warmup) / (1 - training.warmup)
    return training.learning_rate * 0.5 * (1 + math.cos(math.pi * annealed))


class Planned(NamedTuple):
    """From ``step`` on, where ``progress`` has been reached, the training ends at ``end``."""

    step: int
    progress: float
    end: int


class Horizon:
    """The step at which a training ends: as planned, or sooner where a deadline says so.

    Progress always runs from 0 to 1: where the end comes nearer, what is left of the schedule is
    gone through faster, so that the rate has come down when time is up. Each change is a decision,
    kept with the step at which it was made, so that the same steps can be made again.

    Args:
        num_steps: As planned; the end is never later.
        decisions: Where changes are kept.
    """

    def __init__(self, num_steps: int, decisions: Decisions) -> None:
        self.planned = num_steps
        self._decisions = decisions
        self.now = Planned(0, 0.0, num_steps)

    @property
    def end(self) -> int:
        """Steps in all."""
        return self.now.end

    def progress(self, step: int) -> float:
        """How far the middle of a step is, counted from 0: more than 0 and less than 1."""
        return self._progress(step + 0.5)

    def _progress(self, position: float) -> float:
        since, before, end = self.now
        return before + (1 - before) * (position - since) / (end - since)

    def revise(self, step: int, affordable: float) -> None:
        """Plans anew if time is shorter, or longer again, than was thought.

        Args:
            step: The next one; so many are done.
            affordable: Steps that can still be made in time; infinite where nothing presses.
        """
        name = f"ends as of step {step}"
        if not self._decisions.has(name):
            if math.isinf(affordable):
                return
            end = min(self.planned, step + max(0, math.floor(affordable)))
            change = abs(end - self.end)
            if not change or (end > step and change <= max(1, TOLERANCE * (self.end - step))):
                return
            self._decisions.decide(name, lambda: end)
        if step < self.end:
            end = self._decisions.decide(name, lambda: step)
            self.now = Planned(step, self._progress(step), end)


class Speed:
    """How long a step takes here, and an epoch's look at the validation split.

    Args:
        per_epoch: Steps of an epoch.
        validation_share: What a look takes, in steps, until one was timed.
    """

    def __init__(self, per_epoch: int, validation_share: float) -> None:
        self._per_epoch, self._validation_share = per_epoch, validation_share
        self._step_s: float | None = None
        self._validation_s: float | None = None

    def stepped(self, began: float) -> float:
        """A step that began then is done; later ones count for more. Returns the time now."""
        now = time.monotonic()
        known = self._step_s
        duration_s = now - began
        self._step_s = duration_s if known is None else known + MEMORY * (duration_s - known)
        return now

    def looked(self, duration_s: float) -> None:
        """A look at the validation split took so long."""
        self._validation_s = duration_s

    def duration_s(self, num_steps: int) -> float:
        """What so many more steps take, with a look at every epoch's end and at their own."""
        looks = 1 + num_steps / self._per_epoch
        return num_steps * (self._step_s or 0.0) + looks * self._look_s()

    def affordable(self, left_s: float) -> float:
        """Steps that can be made in so much time, a last look included."""
        if self._step_s is None:
            return math.inf if left_s else 0.0
        each_s = self._step_s + self._look_s() / self._per_epoch
        return (left_s - self._look_s()) / each_s if left_s < math.inf else math.inf

    def _look_s(self) -> float:
        if self._validation_s is not None:
            return self._validation_s
        return (self._step_s or 0.0) * self._validation_share
