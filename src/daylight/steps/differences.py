"""What is not the same about two trainings, and how far apart their models are."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from safetensors.numpy import load_file

from daylight.core.context import Context
from daylight.core.reproduced import Change
from daylight.core.run import Run
from daylight.core.sections import Difference
from daylight.core.types import Column, Columns
from daylight.metrics.comparison import compare
from daylight.package.provenance import Environment
from daylight.steps.agreement import MAX_DIFFERENCE, largest_between
from daylight.steps.dataset import benchmark
from daylight.steps.features import with_features
from daylight.steps.searching import open_on

NUM_HEX = 12
"""Digits of a digest that people are shown."""


def environment_changes(then: Environment, now: Environment) -> tuple[Change, ...]:
    """Code, versions and hardware that are not the same, in this order."""
    return (*_code(then, now), *_versions(then, now), *_hardware(then, now))


def _code(then: Environment, now: Environment) -> Iterator[Change]:
    if then.code_digest != now.code_digest:
        first, second = (each.code_digest[:NUM_HEX] for each in (then, now))
        yield Change(of="code", name="Daylight's source", first=first, second=second)


def _versions(then: Environment, now: Environment) -> Iterator[Change]:
    first, second = (
        {**each.lock, "daylight": each.daylight_version, "python": each.python}
        for each in (then, now)
    )
    for name in sorted({*first, *second}, key=str.lower):
        if first.get(name) != second.get(name):
            yield Change(
                of="versions", name=name, first=first.get(name, ""), second=second.get(name, "")
            )


def _hardware(then: Environment, now: Environment) -> Iterator[Change]:
    for name in ("platform", "machine", "cpu", "num_threads"):
        first, second = (str(getattr(each, name)) for each in (then, now))
        if first != second:
            yield Change(of="hardware", name=name, first=first, second=second)
    if then.instructions != now.instructions:
        only = (
            (set(then.instructions) - {*now.instructions}),
            (set(now.instructions) - {*then.instructions}),
        )
        first, second = (" ".join(sorted(each)) for each in only)
        yield Change(of="hardware", name="instructions", first=first, second=second)


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a second model is from a first; ``None`` is where two things cannot be compared."""

    weight: float | None
    answer: float | None
    score: Difference | None

    @property
    def verdict(self) -> Literal["equal answers", "differs"]:
        """Whether answers differ by no more than an export may."""
        is_near = self.answer is not None and self.answer <= MAX_DIFFERENCE
        return "equal answers" if is_near else "differs"


def between(run: Run, other: Path) -> Apart:
    """Compares the weights of two packages, and their answers on the run's validation split."""
    on = benchmark(run, "validation")
    models = [open_on(folder, on, run) for folder in (run.package, other)]
    inputs = on.inputs()
    answers = [model.predict_columns(inputs).columns for model in models]
    targets = on.targets(models[0].labels)
    targets, seen = with_features(on, targets, answers)
    scores = compare(
        on.metrics[:1],
        targets=targets,
        first=seen[0],
        second=seen[1],
        random=Context(seed=run.recipe.seed).random("reproduce"),
    )
    weights = [_weights(folder) for folder in (run.package, other)]
    named_alike = weights[0].keys() == weights[1].keys()
    return Apart(
        weight=_finite(largest_between(*weights)) if named_alike else None,
        answer=_finite(largest_between(*answers)),
        score=scores[0] if scores else None,
    )


def _weights(package: Path) -> Columns:
    return {
        f"{path.name}/{name}": Column(values)
        for path in sorted(package.glob("*.safetensors"))
        for name, values in load_file(path).items()
    }


def _finite(difference: float) -> float | None:
    return difference if math.isfinite(difference) else None
