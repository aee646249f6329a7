"""How many threads a program may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_limit: ContextVar[int] = ContextVar("threads", default=0)


@contextmanager
def limited(number: int) -> Iterator[None]:
    """Has programs opened within use so many threads each.

    For who runs several at the same time: threads of a graph that waits do not spin.
    """
    before = _limit.set(number)
    try:
        yield
    finally:
        _limit.reset(before)


def limit() -> int:
    """The threads that a program which is opened now may use; 0 if nobody limits them."""
    return _limit.get()


def count() -> int:
    """The threads that a program which is opened now should use: as many as there are cores."""
    return _limit.get() or os.cpu_count() or 1
