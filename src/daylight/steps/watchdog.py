"""Keeps a time limit from outside of the process that works."""

import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from daylight.core.context import REPORT_S, Context
from daylight.core.errors import OutOfTimeError, ResourceError, UserError, of_code
from daylight.core.explained import ExplainedSection
from daylight.core.recipe import Recipe
from daylight.core.run import Run
from daylight.core.sections import TrainedSection
from daylight.steps.worker import Job

MIN_TIME_S = 20.0
"""What reading, packaging and measuring take before there is anything to learn from."""

MIN_TIME_ON_CLUSTER_S = 40.0
"""The same where processes have to be started on a cluster first."""

TAIL_S, TAIL_SHARE, MAX_TAIL_S = 10.0, 0.1, 70.0
"""Kept for what comes after training: seconds, and a share of the limit; at most so much."""

SALVAGE_SHARE = 0.6
"""Of that, kept for making do with what is there, should training not end by itself."""

GRACE_S, GRACE_SHARE = 3.0, 0.03
"""What the very last may take longer."""


def tail_s(time_s: float) -> float:
    """Seconds of a limit that are kept for what comes after training.

    >>> tail_s(20), tail_s(600)
    (12.0, 70.0)
    """
    return min(TAIL_S + TAIL_SHARE * time_s, MAX_TAIL_S)


def train_in_time(recipe: Recipe, output: Path | None, context: Context, *, time_s: float) -> Run:
    """Runs every step that is due, from the data to the report, in the time that there is.

    A process of its own works; this one watches. Training ends by itself when its time is up, with
    the best that there is; where it does not, it is ended, and what is there is packaged.

    Args:
        recipe: With or without a family; without, families race.
        output: Folder of the run.
        context: Of the caller; its log hears what is done.
        time_s: The whole limit.

    Raises:
        UserError: The limit is too short, or what went wrong in the process that works.
        OutOfTimeError: The time was not enough; what was done is kept.
    """
    least_s, what = MIN_TIME_S, "reading, packaging and measuring"
    if context.cluster:
        least_s, what = MIN_TIME_ON_CLUSTER_S, f"to start processes on a cluster, {what}"
    if time_s < least_s:
        raise UserError(
            f"{time_s:g} s are too short: {what} take most of that.",
            hint=f"Give at least --time {least_s:g}s",
        )
    context = context.within(time_s)
    job = Job(
        recipe=recipe,
        output=str(output) if output else None,
        deadline_s=time.time() + context.left_s(),
        tail_s=tail_s(time_s),
        memory_bytes=context.memory_bytes,
        cluster=context.cluster,
    )
    grace_s = max(GRACE_S, GRACE_SHARE * time_s)
    worker = _Watched(job, context, grace_s=grace_s)
    if worker.is_done():
        return Run.open(worker.folder())
    context.log("late", step=worker.step)
    if worker.step in _SALVAGED:
        job = msgspec.structs.replace(job, salvage=True, cluster="")
        worker = _Watched(job, context, grace_s=grace_s)
        if worker.is_done():
            return Run.open(worker.folder())
    raise OutOfTimeError(
        f"The time was up in the step {worker.step!r}; what is done is kept.",
        hint="The same command goes on from there; or allow more with --time",
    )


_SALVAGED = (TrainedSection.step, ExplainedSection.step)


class _Watched:
    """A worker, and how far it is."""

    def __init__(self, job: Job, context: Context, *, grace_s: float) -> None:
        self._job, self._context, self._grace_s = job, context, grace_s
        self._tail_s = job.tail_s
        self._folder = ""
        self.step = ""

    def folder(self) -> Path:
        """Of the run."""
        return Path(self._folder)

    def is_done(self) -> bool:
        """Works; whether all was done before it had to be ended.

        Raises:
            UserError: What the worker says that the person can mend.
            ResourceError: The system ended it.
        """
        command = [sys.executable, "-m", "daylight.steps.worker"]
        with subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as worker:
            try:
                return self._watch(worker)
            finally:
                worker.kill()

    def _watch(self, worker: "subprocess.Popen[bytes]") -> bool:
        assert worker.stdin and worker.stdout  # noqa: S101 - both are pipes
        worker.stdin.write(self._job.to_line())
        worker.stdin.flush()
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_read, args=(worker.stdout, lines), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=max(0.0, self._left_s()))
            except queue.Empty:
                return False
            if not line:
                return _ended_well(worker.wait())
            told = msgspec.json.decode(line)
            if told["event"] == "done":
                return True
            self._hear(told)

    def _left_s(self) -> float:
        """Until the step at hand has to be over, so that what comes after it has its time."""
        until_end = (self._context.deadline or 0.0) - time.monotonic()
        if self._job.salvage or self.step not in _SALVAGED:
            return until_end + self._grace_s
        if self.step == TrainedSection.step:
            return until_end - SALVAGE_SHARE * self._tail_s
        return until_end - REPORT_S

    def _hear(self, told: dict[str, Any]) -> None:
        event = told.pop("event")
        if event == "error":
            raise of_code(told["code"], told["message"], hint=told["hint"])
        if event == "tail":
            self._tail_s = told["duration_s"]
        if event == "run":
            self._folder = told["folder"]
        if event == "step":
            self.step = told["name"] if told["state"] == "due" else ""
        is_known = event == "run" or told.get("state") == "kept"
        if not (self._job.salvage and is_known):
            self._context.log(event, **told)


def _read(source: Any, lines: "queue.Queue[bytes]") -> None:
    """Puts lines into the queue, and an empty one when there are no more."""
    for line in source:
        lines.put(line)
    lines.put(b"")


def _ended_well(code: int) -> bool:
    if code == 0:
        return True
    if code < 0:
        raise ResourceError(
            f"The system ended the process that works (signal {-code}), as it does for want of "
            "memory.",
            hint="Allow it less with --memory, or take a smaller batch: "
            "--set training.batch_size=16; the same command goes on.",
        )
    if code == 130:
        raise KeyboardInterrupt
    raise RuntimeError("The process that works failed; its traceback stands above.")
