"""Fits of a race: each on some of the training examples, scored on validation, and kept."""

import shutil
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from daylight.core.config import Config, decode
from daylight.core.context import Context, Decisions
from daylight.core.errors import OutOfTimeError
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.hashing import sha256_json
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.log import Log
from daylight.core.run import Run
from daylight.core.sections import Difference, Score
from daylight.core.types import Columns, Dataset, ModelSpec, Prepared, Split, SplitName
from daylight.data import prepared as cache
from daylight.data.benchmark import Benchmark
from daylight.metrics.comparison import compare
from daylight.metrics.scoring import score
from daylight.steps.dataset import benchmark_of, nested_order, read, split_rows, strata_of, without
from daylight.steps.demands import latency_ms
from daylight.steps.families import open_family
from daylight.steps.features import with_features
from daylight.steps.packaging import Fit, build_package, with_license
from daylight.steps.prepare import describe, place_of, plan_of
from daylight.steps.searching import answers_of
from daylight.tasks import TASKS

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_VALIDATION = 5000
"""Examples on which candidates are scored: more would cost more than they tell."""

MAX_ANSWERED = 16
"""Fits whose answers are remembered, to be compared in pairs."""

GRACE, GRACE_S = 0.1, 3.0
"""A fit may end so much later than it should, as a share and in seconds; then it is broken off."""


FOLDER, FILE = "race", "trial.json"
FORMAT = 1
"""Changes when a trial means something else than before."""


class Trial(Config):
    """What one fit came to.

    Attributes:
        score: Of the task's primary metric, on validation.
        half: The same metric on every second example of validation, by which settings are searched:
            the other half tells whether what was found is better.
        duration_s: Of the fit alone.
        spent_s: Of the fit, its scores and its package.
        cut_short: Whether it ended early for want of time.
        allowed_s: Seconds that it was given.
        size_bytes: Of its package; ``None`` where none was made.
        latency_ms: Of one answer; likewise.
    """

    num_examples: int
    score: Score
    half: float | None
    duration_s: float
    spent_s: float
    cut_short: bool
    allowed_s: float
    license: str
    size_bytes: int | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is fitted: a family with its settings."""

    spec: ModelSpec
    settings: Config


@dataclass(frozen=True, slots=True)
class _Ground:
    """Prepared data on which candidates of equal processing are compared."""

    prepared: Prepared
    rows: "dict[SplitName, Array]"
    skipped: dict[str, str]
    on: Benchmark


@dataclass
class Trials:
    """Fits models on nested parts of the training examples; nothing is measured twice.

    The test split is not even there: candidates are given ``train`` and ``validation``.
    """

    run: Run
    context: Context
    _grounds: dict[str, _Ground] = field(default_factory=dict)
    _answers: "OrderedDict[str, Columns]" = field(default_factory=OrderedDict)

    @cached_property
    def dataset(self) -> Dataset:
        """All of the data, as read."""
        return read(self.run)

    @cached_property
    def num_examples(self) -> int:
        """To train on, in all."""
        return len(self._rows["train"])

    @cached_property
    def num_validation(self) -> int:
        """On which candidates are scored."""
        return min(MAX_VALIDATION, len(self._rows["validation"]))

    @property
    def num_classes(self) -> int:
        """Labels of which each needs examples; none where answers are of another kind."""
        answer = ANSWER_KINDS[TASKS[self.run.recipe.task].answer]
        return len(self.dataset.labels) if answer.stratified else 0

    @cached_property
    def _rows(self) -> "dict[SplitName, Array]":
        return dict(split_rows(self.dataset, self.run))

    @cached_property
    def _rank(self) -> "Array":
        """By row of the data, its place among the training examples; the first are used."""
        rows = self._rows["train"]
        strata = strata_of(self.dataset, TASKS[self.run.recipe.task], rows)
        rank = np.full(len(self.dataset), len(rows))
        rank[rows[nested_order(strata, self.context.random("race"))]] = np.arange(len(rows))
        return rank

    def fit(self, entry: Entry, size: int, *, packaged: bool, allowed_s: float) -> Trial:
        """The trial of these settings, fitted now or before.

        Args:
            entry: The family and its settings.
            size: Training examples to use.
            packaged: Whether a package is made of it, to measure its size and latency.
            allowed_s: Seconds after which the fit is to end.

        Raises:
            OutOfTimeError: It did not end.
            UserError: The family cannot be fitted on this.
        """
        place = self.place(entry, size)
        if known := self.recall(place, packaged=packaged, allowed_s=allowed_s):
            return known
        ground, watch = self._ground(entry), _Watch(self.context.log, allowed_s)
        prepared = self._part(ground, size)
        decisions = Decisions()
        context = Context(
            seed=self.run.recipe.seed,
            log=watch,
            memory_bytes=self.context.memory_bytes,
            decisions=decisions,
        ).within(allowed_s)
        start, cpu_start = time.monotonic(), time.process_time()
        fitted = open_family(entry.spec.name).fit(prepared, entry.settings, context)
        fit = Fit(
            spec=entry.spec,
            settings=entry.settings,
            fitted=fitted,
            prepared=prepared,
            duration_s=time.monotonic() - start,
            cpu_time_s=time.process_time() - cpu_start,
        )
        inputs = prepared.splits["validation"].inputs
        answers = answers_of(fitted, prepared, ground.on, inputs)
        whole, half = self._score(ground.on, answers)
        trial = Trial(
            num_examples=size,
            score=whole,
            half=half,
            duration_s=fit.duration_s,
            spent_s=0.0,
            # An end that came nearer in a slow moment may have gone back to where it was.
            cut_short=decisions.hurried() and fit.duration_s > allowed_s / 2,
            allowed_s=allowed_s,
            license=entry.spec.license,
        )
        self.remember(place, answers)
        with folder_atomic(place) as new:
            if packaged:
                trial = self._packaged(trial, new / "package", fit, ground)
            trial = msgspec.structs.replace(trial, spent_s=time.monotonic() - start)
            write_atomic(new / FILE, trial.to_json())
        return trial

    def knows(self, entry: Entry, size: int) -> bool:
        """Whether such a fit was made before; where it was cut short, ``fit`` may make it anew."""
        return self._known(self.place(entry, size)) is not None

    def recall(self, place: Path, *, packaged: bool, allowed_s: float) -> Trial | None:
        """The trial that was made there, if it does for what ``fit`` is asked."""
        known = self._known(place)
        if not known or (packaged and known.size_bytes is None):
            return None
        return known if not known.cut_short or known.allowed_s >= allowed_s else None

    def prepare(self, entry: Entry) -> None:
        """Has the data processed as an entry wants it, unless that was done."""
        self._ground(entry)

    def _known(self, place: Path) -> Trial | None:
        file = place / FILE
        return decode(Trial, file.read_bytes(), where=file) if file.is_file() else None

    def compare(self, first: Entry, second: Entry, size: int, *, allowed_s: float) -> Difference:
        """Second less first, on the half of validation by which settings are not searched."""
        for entry in (first, second):
            place = self.place(entry, size)
            if place.name not in self._answers:  # measured by an earlier process
                shutil.rmtree(place, ignore_errors=True)
                self.fit(entry, size, packaged=False, allowed_s=allowed_s)
        on = self._ground(first).on
        targets, outputs = with_features(
            on,
            on.targets(self.dataset.labels),
            [self.answers(entry, size) for entry in (first, second)],
        )
        [difference] = compare(
            on.metrics[:1],
            targets=_every_second(targets, 1),
            first=_every_second(outputs[0], 1),
            second=_every_second(outputs[1], 1),
            random=self.context.random("race", "compare"),
        )
        return difference

    def place(self, entry: Entry, size: int) -> Path:
        """Where the trial of these settings lies, made or not."""
        key = sha256_json(
            [entry.spec.name, entry.settings.to_dict(), size, self._plan(entry).key(), FORMAT]
        )
        return self.run.path / FOLDER / key[:16]

    def _plan(self, entry: Entry) -> cache.Plan:
        return plan_of(
            self.run, self.dataset, self._rows, name=entry.spec.name, settings=entry.settings
        )

    def _ground(self, entry: Entry) -> _Ground:
        plan = self._plan(entry)
        place = place_of(self.run, plan)
        if place.name not in self._grounds:
            watch = _Watch(self.context.log, self.context.left_s())
            skipped = cache.skipped(cache.build(plan, place, log=watch))
            rows = dict(without(self.dataset, self._rows, skipped))
            task = TASKS[self.run.recipe.task]
            on = benchmark_of(self.dataset, rows, task, "validation", at_most=MAX_VALIDATION)
            self._grounds[place.name] = _Ground(cache.load(place), rows, skipped, on)
        return self._grounds[place.name]

    def _part(self, ground: _Ground, size: int) -> Prepared:
        """The first ``size`` training examples, and the validation examples that are scored."""
        first = np.argsort(self._rank[ground.rows["train"]], kind="stable")[:size]
        shown = np.flatnonzero(np.isin(ground.rows["validation"], ground.on.rows))
        splits: dict[SplitName, Split] = {
            "train": _take(ground.prepared.splits["train"], np.sort(first)),
            "validation": _take(ground.prepared.splits["validation"], shown),
        }
        return replace(ground.prepared, splits=splits)

    def _score(self, on: Benchmark, answers: Columns) -> tuple[Score, float | None]:
        """On all that is scored, and the bare value on every second of it."""
        targets, [outputs] = with_features(on, on.targets(self.dataset.labels), [answers])
        [whole], [half] = (
            score(
                on.metrics[:1],
                targets=some_targets,
                outputs=some_outputs,
                baseline=None,
                labels=self.dataset.labels,
                random=self.context.random("race", "score"),
            )
            for some_targets, some_outputs in (
                (targets, outputs),
                (_every_second(targets, 0), _every_second(outputs, 0)),
            )
        )
        return whole, half.value

    def _packaged(self, trial: Trial, folder: Path, fit: Fit, ground: _Ground) -> Trial:
        section = describe(self.run, self.dataset, ground.rows, skipped=ground.skipped, caches={})
        manifest = build_package(folder, self.run, fit, section)
        license_name = with_license(fit.spec, folder).license
        latency = latency_ms(folder, ground.on.inputs())
        shutil.rmtree(folder)
        return msgspec.structs.replace(
            trial, size_bytes=manifest.size_bytes, latency_ms=latency, license=license_name
        )

    def answers(self, entry: Entry, size: int) -> Columns:
        """To validation, of a fit that was made a while ago, or is remembered."""
        return self._answers[self.place(entry, size).name]

    def remember(self, place: Path, answers: Columns) -> None:
        """Keeps answers in memory, to be compared in pairs."""
        self._answers[place.name] = answers
        while len(self._answers) > MAX_ANSWERED:
            self._answers.popitem(last=False)


def _every_second(columns: Columns, first: int) -> Columns:
    rows = np.arange(first, len(next(iter(columns.values()))), 2)
    return {name: column.take(rows) for name, column in columns.items()}


def _take(split: Split, rows: "Array") -> Split:
    if len(rows) == len(split):
        return split
    return Split(
        {name: column.take(rows) for name, column in split.inputs.items()},
        {name: column.take(rows) for name, column in split.targets.items()},
    )


def broken_off_s(allowed_s: float) -> float:
    """Seconds after which a fit that was to end by then is broken off."""
    return (1 + GRACE) * allowed_s + GRACE_S


class _Watch:
    """A log that breaks off what takes too long, and passes on how far it is."""

    def __init__(self, to: Log, allowed_s: float) -> None:
        self._to = to
        self._allowed_s = allowed_s
        self._until = time.monotonic() + broken_off_s(allowed_s)

    def __call__(self, event: str, /, **fields: object) -> None:
        if time.monotonic() > self._until:
            raise OutOfTimeError(f"It had not ended after {self._allowed_s:.0f} s.")
        if event in ("batch", "prepare"):
            self._to(event, **fields)
