"""Gathers what is asked at the same time into batches.

Nothing waits for a batch to fill: a batch starts as soon as a thread is free, and takes what came
while the threads were busy. So a lone request is answered at once, and batches grow with the load.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from daylight.core.errors import UserError
from daylight.core.types import Columns
from daylight.runtime.operations.image import UnreadableError
from daylight.runtime.predictor import join

MAX_ROWS = 1024
"""Of a batch, and of a request."""

MAX_QUEUED_ROWS = 16 * MAX_ROWS

PATIENCE = 4
"""A request is refused if what is before it would take so many times the latency aimed at."""

Answer: TypeAlias = Callable[[Columns], Columns]


class OverloadedError(UserError):
    """More is asked than can be answered in time.

    Attributes:
        retry_after_s: When to ask again.
    """

    code = "overloaded"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("More is asked than can be answered in time.", hint="Ask again later.")
        self.retry_after_s = retry_after_s


class LateError(UserError):
    """The time that the client gave is over."""

    code = "late"


@dataclass(slots=True)
class Asked:
    """A request that waits for its answer."""

    columns: Columns
    rows: int
    answer: "asyncio.Future[Columns]"
    since: float


class Workers:
    """The threads that all models share: who waits longest is next, so that none starves another.

    Args:
        number: Batches that run at the same time.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = asyncio.Semaphore(number)
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="batch")

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    async def run(self, answer: Answer, columns: Columns) -> Columns:
        """Runs a batch in a thread; ONNX Runtime lets others work meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, answer, columns)

    def close(self) -> None:
        """Ends the threads when their batches are done."""
        self._pool.shutdown(wait=False)


class Batcher:
    """Asks a model in batches.

    Args:
        answer: Input fields to outputs, for any number of rows.
        workers: Where batches run.
        latency_s: A request should be answered in so many seconds. Batches are kept to half of it.
        observe: Is told the rows and the seconds of each batch.
    """

    def __init__(
        self,
        answer: Answer,
        workers: Workers,
        *,
        latency_s: float,
        observe: Callable[[int, float], None],
    ) -> None:
        self._answer = answer
        self._workers = workers
        self._latency_s = latency_s
        self._observe = observe
        self._queue: deque[Asked] = deque()
        self._num_working = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.queued_rows = 0
        self.max_rows = 1
        self.seconds_per_row = 0.0

    @property
    def wait_s(self) -> float:
        """How long who asks now will wait, as far as one can tell."""
        return self.queued_rows * self.seconds_per_row / self._workers.number

    def check_queue(self) -> None:
        """Lets somebody ask.

        Raises:
            OverloadedError: The queue is too long.
        """
        if self.wait_s > PATIENCE * self._latency_s or self.queued_rows > MAX_QUEUED_ROWS:
            raise OverloadedError(ceil(self.wait_s))

    async def ask(self, columns: Columns, *, timeout_s: float | None = None) -> Columns:
        """Answers one request, alone or with others.

        Args:
            columns: Input fields, of 1 to ``MAX_ROWS`` rows.
            timeout_s: The answer is of no use later.

        Raises:
            OverloadedError: The queue is too long; at once.
            LateError: It took longer than ``timeout_s``.
            UserError: An input cannot be read.
        """
        rows = len(next(iter(columns.values())))
        self.check_queue()
        loop = asyncio.get_running_loop()
        asked = Asked(columns, rows, loop.create_future(), loop.time())
        self._queue.append(asked)
        self.queued_rows += rows
        if self._num_working < self._workers.number:
            self._num_working += 1
            task = loop.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(timeout_s):
                return await asked.answer
        except TimeoutError:
            raise LateError(f"There was no answer within {timeout_s:g} s.") from None

    async def _work(self) -> None:
        try:
            while self._queue:
                async with self._workers:
                    if batch := self._gather():
                        await self._run(batch)
        finally:  # at once when the queue is empty: who asks next needs a worker
            self._num_working -= 1

    def _gather(self) -> list[Asked]:
        """The next requests, without those that nobody waits for any more."""
        batch: list[Asked] = []
        rows = 0
        while self._queue and (not rows or rows + self._queue[0].rows <= self.max_rows):
            asked = self._queue.popleft()
            self.queued_rows -= asked.rows
            if not asked.answer.done():
                batch.append(asked)
                rows += asked.rows
        return batch

    async def _run(self, batch: list[Asked]) -> None:
        loop = asyncio.get_running_loop()
        rows = sum(asked.rows for asked in batch)
        start = loop.time()
        try:
            found = await self._workers.run(self._answer, join([asked.columns for asked in batch]))
        except Exception as error:  # noqa: BLE001 - it belongs to who asked
            await self._apart(batch, error)
        else:
            self._learn(rows, loop.time() - start)
            first = 0
            for asked in batch:
                part = {name: c.slice(first, first + asked.rows) for name, c in found.items()}
                _give(asked, part)
                first += asked.rows

    async def _apart(self, batch: list[Asked], error: Exception) -> None:
        """Answers those of a failed batch that can be; the others get their own error."""
        if len(batch) == 1:
            _give(batch[0], error)
            return
        bad: set[int] = set()
        if isinstance(error, UnreadableError):
            first = 0
            for place, asked in enumerate(batch):
                span = range(first, first + asked.rows)
                own = {row - first: error.reasons[row] for row in span if row in error.reasons}
                first += asked.rows
                if own:
                    bad.add(place)
                    _give(asked, UnreadableError(own))
        good = [asked for place, asked in enumerate(batch) if place not in bad]
        for part in [good] if bad else [[asked] for asked in good]:
            if part:
                await self._run(part)

    def _learn(self, rows: int, seconds: float) -> None:
        """Has batches take half of the latency aimed at; the other half is for waiting."""
        self._observe(rows, seconds)
        aim = self._latency_s / 2
        self.seconds_per_row += 0.2 * (seconds / rows - self.seconds_per_row)
        if seconds > aim:
            self.max_rows = max(1, int(rows * aim / seconds))
        elif rows >= self.max_rows and seconds < aim / 2:
            self.max_rows = min(MAX_ROWS, 2 * self.max_rows)


def _give(asked: Asked, found: Columns | Exception) -> None:
    if asked.answer.done():
        return
    if isinstance(found, Exception):
        asked.answer.set_exception(found)
    else:
        asked.answer.set_result(found)
