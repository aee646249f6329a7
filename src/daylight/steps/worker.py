"""A process of its own that advances a run, as its standard input says; events go to its output.

It can be stopped at any time from outside: the run's folder holds all that there is.
"""

import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, NoReturn

import msgspec

from daylight.core.config import Config, decode
from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.recipe import Recipe
from daylight.steps.cluster import joined
from daylight.steps.pipeline import advance, start


class Job(Config):
    """What a worker is told.

    Attributes:
        output: Folder of the run; ``None`` for the one that belongs to the data.
        deadline_s: When it has to be done, in seconds since 1970.
        tail_s: Of these, kept for what comes after training.
        salvage: Whether training has had its time: what is there has to do.
        cluster: Address of the Ray cluster that shares the work.
    """

    recipe: Recipe
    output: str | None
    deadline_s: float
    tail_s: float
    memory_bytes: int | None = None
    salvage: bool = False
    cluster: str = ""


def main() -> None:
    """Does the job on the first line of standard input, and ends when that is closed."""
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no event
    job = decode(Job, sys.stdin.buffer.readline(), where="job")
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        _work(job, events)
    except UserError as error:
        _tell(events, "error", code=error.code, message=error.message, hint=error.hint)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _work(job: Job, events: IO[bytes]) -> None:
    def log(event: str, /, **fields: Any) -> None:
        _tell(events, event, **fields)

    context = Context(
        seed=job.recipe.seed,
        log=log,
        memory_bytes=job.memory_bytes,
        deadline=time.monotonic() + job.deadline_s - time.time(),
        tail_s=job.tail_s,
        salvage=job.salvage,
        cluster=job.cluster,
    )
    with joined(job.cluster):
        run = start(job.recipe, Path(job.output) if job.output else None, context, raced=True)
        advance(run, context)
        _tell(events, "done")  # to leave a cluster takes seconds


def _tell(events: IO[bytes], event: str, /, **fields: Any) -> None:
    events.write(msgspec.json.encode({"event": event, **fields}) + b"\n")


def _end_with(parent: int) -> NoReturn:
    """Nobody may be left training when the one that keeps the time is gone.

    Args:
        parent: A file descriptor: a buffered file would be locked when Python ends.
    """
    while os.read(parent, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
