"""What evaluate says of the costs of wrong answers: with the package's threshold, and beside it."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import answered
from daylight.core.config import convert
from daylight.core.context import Context
from daylight.core.people import Costs, Measure
from daylight.core.types import Columns
from daylight.data.benchmark import Benchmark
from daylight.metrics.costs import cost_curve, cost_of_each
from daylight.metrics.intervals import measure_mean
from daylight.runtime.operations.decide import Parameters
from daylight.runtime.predictor import Predictor

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_THRESHOLDS = 100
PLAIN = 0.5


def costs_of(
    model: Predictor,
    *,
    on: tuple[Benchmark, Columns, Columns],
    validation: Benchmark | None,
    context: Context,
) -> Costs | None:
    """The mean cost of an answer; ``None`` where the package has no threshold of its own.

    Args:
        model: The package.
        on: What is measured on, and there the answers of the model and of the baseline.
        validation: What the threshold was chosen on, for its curve.
        context: Decides the resamples.
    """
    nodes = [n for n in model.package.program.nodes if n.operation == "decide"]
    if not nodes:
        return None
    said = convert(Parameters, nodes[0].parameters, where="decide")
    measured, answers, floor = on
    truth = measured.targets(model.labels)["target"].values == said.positive
    prices = {"missed": said.missed, "false_alarm": said.false_alarm}

    def terms(is_answered: "Array") -> "Array":
        return cost_of_each(is_answered, truth, **prices)

    shares = answers["probabilities"].values[:, said.positive]
    own, plain = terms(answered(answers) == said.positive), terms(shares >= PLAIN)

    def mean(of: "Array", purpose: str) -> Measure:
        found = measure_mean(of, random=context.random("costs", purpose))
        return Measure(value=found.value, low=found.low, high=found.high)

    thresholds = tuple(np.linspace(0, 1, NUM_THRESHOLDS + 1).tolist())
    before: tuple[float, ...] = ()
    if validation:
        known = model.predict_columns(validation.inputs()).columns["probabilities"].values
        true = validation.targets(model.labels)["target"].values == said.positive
        before = cost_curve(known[:, said.positive], true, thresholds, **prices)
    return Costs(
        positive=model.labels[said.positive],
        other=model.labels[1 - said.positive],
        missed=said.missed,
        false_alarm=said.false_alarm,
        threshold=said.threshold,
        cost=mean(own, "own"),
        plain=mean(plain, "plain"),
        saved=mean(plain - own, "saved"),
        baseline=mean(terms(answered(floor) == said.positive), "baseline"),
        thresholds=thresholds,
        test=cost_curve(shares, truth, thresholds, **prices),
        validation=before,
    )
