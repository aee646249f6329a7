"""What evaluate says to people who are judged: fairness, and how far answers may be off."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.context import Context
from daylight.core.people import Fairness, Spread
from daylight.core.types import Columns
from daylight.data.benchmark import Benchmark
from daylight.metrics.fairness import fairness
from daylight.metrics.spread import spread
from daylight.runtime.predictor import Predictions, Predictor

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_GROUPS = 8
"""Numbers of more values are parted at their median."""


def fair(on: Benchmark, predictions: Predictions, context: Context) -> tuple[Fairness, ...]:
    """By each column that the recipe calls sensitive; of two labels, for the second.

    Args:
        on: Whose answers are labels; else there is nothing to compare.
        predictions: Of all its rows.
    """
    fields = [f for f in on.dataset.schema["examples"] if f.facts.get("is_sensitive")]
    if on.answer != "label" or not fields:
        return ()
    labels = predictions.labels
    answered = predictions.columns["probabilities"].values.argmax(axis=1)
    target = on.targets(labels)["target"].values
    found = []
    for field in fields:
        groups = _groups(on.column(field.name))
        for place, label in list(enumerate(labels))[len(labels) == 2 :]:
            random = context.random("fairness", field.name, label)
            one = fairness(
                field.name,
                label,
                groups=groups,
                answered=answered == place,
                target=target == place,
                random=random,
            )
            found += [one] if one else []
    return tuple(found)


def _groups(values: "list[str | float | None]") -> list[str]:
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(set(numbers)) <= MAX_GROUPS:
        return ["missing" if value is None else str(value) for value in values]
    middle = float(np.median(numbers))
    return [
        "missing" if value is None else f"above {middle:g}" if value > middle else f"to {middle:g}"
        for value in values
        if not isinstance(value, str)
    ]


def off_by(
    model: Predictor, on: Benchmark, predictions: Predictions, calibrated_on: Benchmark
) -> Spread | None:
    """How far the truth may be from answers that are numbers; ``None`` for other answers."""
    if on.answer != "real":
        return None
    before = model.predict_columns(calibrated_on.inputs())
    return spread(
        _errors(calibrated_on.targets(()), before.columns),
        _errors(on.targets(()), predictions.columns),
    )


def _errors(targets: Columns, answers: Columns) -> "Array":
    errors: Array = answers["value"].values.astype(np.float64) - targets["target"].values
    return errors
