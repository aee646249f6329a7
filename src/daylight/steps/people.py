"""What evaluate says to people who are judged: fairness, and how far answers may be off."""

import numpy as np

from daylight.core.answers import answered
from daylight.core.config import convert
from daylight.core.context import Context
from daylight.core.kinds import RANGE_LEVEL
from daylight.core.people import Fairness, Spread
from daylight.data.benchmark import Benchmark
from daylight.metrics.fairness import fairness
from daylight.metrics.spread import coverage
from daylight.runtime.operations.around import Parameters
from daylight.runtime.predictor import Predictions, Predictor

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
    given = answered(predictions.columns)
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
                answered=given == place,
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


def off_by(model: Predictor, on: Benchmark, predictions: Predictions) -> Spread | None:
    """How often the truth was in the ranges of the package; ``None`` where it gives none."""
    nodes = [n for n in model.package.program.nodes if n.operation == "around"]
    if not nodes:
        return None
    said = convert(Parameters, nodes[0].parameters, where="around")
    errors = predictions.columns["value"].values - on.targets(())["target"].values
    return Spread(
        level=RANGE_LEVEL,
        half_width=said.half_width,
        num_calibrated=said.num_calibrated,
        coverage=coverage(errors, said.half_width),
    )
