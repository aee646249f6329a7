"""Where a model is weak: scores on parts of the test examples, and on inputs that were harmed."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.context import Context
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.sections import Harmed, Slice
from daylight.core.types import Column, Columns, Metric
from daylight.data.attributes import Attribute, attributes
from daylight.data.benchmark import Benchmark
from daylight.data.corruptions import HARMS, Corruption, Harms
from daylight.metrics.scoring import score
from daylight.runtime.inputs import TEXT
from daylight.runtime.predictor import BATCH_SIZE, Predictions, Predictor, join

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_SLICES = 3
MAX_ATTRIBUTES = 8
"""Of more, those are shown in which the parts differ most."""

MAX_CATEGORIES, MIN_OF_CATEGORY = 6, 5
"""The commonest categories of an attribute, if they have so many examples."""

NUM_HARMED = 300
"""Test examples that are harmed, evenly spread: each is asked about a dozen times."""


def slices(
    on: Benchmark, predictions: Predictions, metric: Metric, context: Context
) -> tuple[Slice, ...]:
    """The metric on thirds of the examples, by everything that can be told of an input.

    Args:
        predictions: Of all rows of the benchmark.
        metric: Usually the primary one; not one per label.
    """
    if ANSWER_KINDS[on.answer].media:
        return ()  # what was drawn is compared as a whole
    answers, labels = predictions.columns, predictions.labels
    targets = on.targets(labels)

    def some(columns: Columns, rows: "Array") -> Columns:
        return {name: column.take(rows) for name, column in columns.items()}

    def gap(parts: Sequence[_Part]) -> float:
        """Between the best and the worst part."""
        values = [
            float(
                np.ravel(
                    metric.score(
                        some(targets, part.rows),
                        some(answers, part.rows),
                        np.ones((1, len(part.rows))),
                    )
                )[0]
            )
            for part in parts
        ]
        known = [value for value in values if np.isfinite(value)]
        return max(known) - min(known) if known else -1.0

    every = [
        (told, list(_parts(told))) for told in attributes(on.dataset.fields("input"), on.inputs())
    ]
    if len(every) > MAX_ATTRIBUTES:
        gaps = np.array([gap(parts) for _, parts in every])
        every = [
            every[place] for place in np.sort(np.argsort(-gaps, kind="stable")[:MAX_ATTRIBUTES])
        ]
    found = []
    for told, parts in every:
        for part in parts:
            [one] = score(
                [metric],
                targets=some(targets, part.rows),
                outputs=some(answers, part.rows),
                baseline=None,
                labels=labels,
                random=context.random("slice", told.name, repr(part.low), part.name),
            )
            found.append(
                Slice(
                    attribute=told.name,
                    unit=told.unit,
                    low=part.low,
                    high=part.high,
                    score=one,
                    name=part.name,
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Part:
    """Examples that are alike: the least value and the greatest, or a name, and which they are."""

    low: float | None
    high: float | None
    rows: "Array"
    name: str = ""


def _parts(told: Attribute) -> Iterator[_Part]:
    """Each third, or each common category, and where it is missing; nothing if all are equal."""
    values = told.values
    missing = np.isnan(values)
    known = values[~missing]
    if told.names:
        counts = np.bincount(known.astype(np.int64), minlength=len(told.names))
        order = np.argsort(-counts, kind="stable")[:MAX_CATEGORIES]
        common = [place for place in order.tolist() if counts[place] >= MIN_OF_CATEGORY]
        for place in common:
            yield _Part(None, None, np.flatnonzero(values == place), told.names[place])
        others = np.flatnonzero(~missing & ~np.isin(values, common))
        if len(others):
            yield _Part(None, None, others, "all others")
    elif len(known):
        bounds = np.unique(np.quantile(known, np.linspace(0, 1, NUM_SLICES + 1)))
        for start, stop in pairwise(bounds):
            rows = np.flatnonzero((values >= start) & ((values < stop) | (stop == bounds[-1])))
            if len(rows):
                yield _Part(float(values[rows].min()), float(values[rows].max()), rows)
    if missing.any() and len(known):
        yield _Part(None, None, np.flatnonzero(missing))


def robustness(
    model: Predictor, on: Benchmark, metric: Metric, context: Context
) -> tuple[Harmed, ...]:
    """The metric on the same examples as they are and harmed, each way from mild to severe."""
    harmable = [field for field in on.dataset.fields("input") if field.type in HARMS]
    if not harmable:
        return ()
    field = harmable[0]
    harms = HARMS[field.type]
    every = np.unique(np.linspace(0, len(on.rows) - 1, NUM_HARMED).astype(np.int64))
    few = Benchmark(on.dataset, on.answer, on.primary, on.split, on.rows[every])
    parts: dict[tuple[Corruption | None, float], list[Columns]] = {}
    inputs = few.inputs()
    for start in range(0, len(few.rows), BATCH_SIZE):
        context.check_time()
        context.log("harm", done=start, total=len(few.rows))
        batch = {name: column.slice(start, start + BATCH_SIZE) for name, column in inputs.items()}
        for key, harmed in _harmed(harms, batch[field.name], context):
            answers = model.predict_columns({**batch, field.name: harmed}).columns
            parts.setdefault(key, []).append(answers)
    targets = few.targets(model.labels)
    return tuple(
        Harmed(
            corruption=how.title if how else "",
            unit=how.unit if how else "",
            level=level,
            score=score(
                [metric],
                targets=targets,
                outputs=join(found),
                baseline=None,
                labels=model.labels,
                random=context.random("robustness", how.name if how else "", repr(level)),
            )[0],
        )
        for (how, level), found in parts.items()
    )


def _harmed(
    harms: Harms, column: Column, context: Context
) -> Iterator[tuple[tuple[Corruption | None, float], Column]]:
    with ThreadPoolExecutor() as pool:
        whole = list(pool.map(harms.decode, column.values))
        yield (None, 0.0), _like(column, whole)
        for how in harms.corruptions:
            for level in how.levels:
                # Noise depends on the picture's place in the batch, not on the thread.
                randoms = [context.random(how.name, repr(level), row) for row in range(len(whole))]
                made = pool.map(how.apply, whole, [level] * len(whole), randoms)
                yield (how, level), _like(column, list(made))


def _like(column: Column, values: Sequence[object]) -> Column:
    """Texts as texts, and anything else as it is."""
    if column.values.dtype == TEXT:
        return Column(np.array(values, TEXT))
    made = np.empty(len(values), object)
    made[:] = values
    return Column(made)
