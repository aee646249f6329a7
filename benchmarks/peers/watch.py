"""A clock that a training runs under: it stands still while accuracy is measured."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from peers.pictures import Pictures

Predict = Callable[[], np.ndarray]
"""Class numbers of the test pictures, by the weights of the moment."""


class Enough(Exception):  # noqa: N818 - no error
    """Ends a training of which enough is known."""


class Watch:
    """Begins to run when it is made, or after a warm-up.

    Args:
        labels: True class numbers of the test pictures.
        warmup: Pictures before the time is counted.
        every: Pictures from one look at the test pictures to the next; 0 for none.
        num_pictures: After so many that count, ``step`` raises ``Enough``; 0 for no end.
        limit_s: Likewise.

    Attributes:
        curve: Seconds of training, and accuracy on the test pictures then.
    """

    def __init__(
        self,
        labels: np.ndarray,
        *,
        warmup: int = 0,
        every: int = 0,
        num_pictures: int = 0,
        limit_s: float = float("inf"),
    ) -> None:
        self.curve: list[tuple[float, float]] = []
        self._labels, self._warmup, self._every = labels, warmup, every
        self._num_pictures, self._limit_s = num_pictures, limit_s
        self._seen = 0
        self._began = time.perf_counter()

    @property
    def elapsed_s(self) -> float:
        """Seconds that count."""
        return time.perf_counter() - self._began

    @property
    def pictures_per_s(self) -> float:
        """Since the warm-up."""
        return self._seen / self.elapsed_s

    def step(self, num_pictures: int, predict: Predict | None = None) -> None:
        """Tells of one step.

        Args:
            num_pictures: Of the step.
            predict: Left out by a training that takes a look by itself.

        Raises:
            Enough: The training is to end.
        """
        before, self._seen = self._seen, self._seen + num_pictures
        if self._warmup:
            if self._seen >= self._warmup:
                self._warmup = self._seen = 0
                self._began = time.perf_counter()
            return
        done = 0 < self._num_pictures <= self._seen or self.elapsed_s > self._limit_s
        if predict and self._every and (done or self._seen // self._every > before // self._every):
            with self.paused():
                answers = predict()
            self.note(answers)
        if done:
            raise Enough

    def note(self, answers: np.ndarray) -> None:
        """Keeps what the answers to all test pictures are worth; others mean nothing here."""
        if len(answers) == len(self._labels):
            self.curve.append((self.elapsed_s, float(np.mean(answers == self._labels))))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens inside takes no time."""
        stopped = time.perf_counter()
        try:
            yield
        finally:
            self._began += time.perf_counter() - stopped


Train = Callable[[Pictures, Watch], None]
"""Trains on the pictures, and tells the watch of every step."""
