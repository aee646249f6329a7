"""train: prepared columns -> the baseline's package and the model's."""

from pathlib import Path

import numpy as np

from daylight.core.context import Context
from daylight.core.log import Log
from daylight.core.run import Run
from daylight.core.sections import Epoch, PreparedSection, TrainedSection
from daylight.package.manifest import Manifest
from daylight.steps.dataset import benchmark
from daylight.steps.demands import check_package
from daylight.steps.families import chosen, open_family, settings_of
from daylight.steps.features import with_features
from daylight.steps.fitting import fit_package, place_of_states
from daylight.steps.searching import open_on
from daylight.steps.standby import stand_in
from daylight.tasks import TASKS

PACKAGED_S = 20.0
"""Seconds in which a network that was cut short can be packaged, and what follows be done."""

NUM_COMPARED = 2000
"""Validation examples on which a model that had little time is compared with the baseline."""


def train(run: Run, context: Context) -> TrainedSection:
    """Fits both, exports both, and checks that each package answers as its model does.

    Under a deadline training ends early, with the best that there is by then: if that is no better
    on validation than the baseline, or nothing, the baseline stands in.

    Raises:
        TrainingError: The loss is not finite, or the export does not answer as the model does.
        ResourceError: The package is over a limit of the recipe.
    """
    recipe, section = chosen(run), run.read(PreparedSection)
    context.decisions.start("data", section.data_digest)
    task = TASKS[recipe.task]
    baseline = fit_package(
        run,
        run.baseline,
        section,
        context,
        name=task.baseline,
        settings=open_family(task.baseline).Settings(),
    )
    curve = _Curve(context.log)
    model, note = _model(run, section, context.replace(log=curve))
    check_package(run)
    return run.write(
        TrainedSection(
            model=task.baseline if note else recipe.model,
            note=note,
            model_digest=model.model_digest,
            baseline_digest=baseline.model_digest,
            size_bytes=model.size_bytes,
            curve=tuple(curve.epochs),
        ),
        after=(PreparedSection,),
    )


def _model(run: Run, section: PreparedSection, context: Context) -> tuple[Manifest, str]:
    """The model's package; or the baseline in its place, and why."""
    recipe = chosen(run)
    settings = settings_of(open_family(recipe.model), recipe)
    states = place_of_states(run, section, name=recipe.model, settings=settings)
    decisions = context.decisions.within("train")
    left_s = context.earlier(-context.tail_s).left_s()
    can_be_made = states.is_dir() and left_s > PACKAGED_S
    is_asked = context.salvage or decisions.has("is ready")
    if is_asked and not decisions.decide("is ready", lambda: can_be_made):
        return stand_in(run), f"{recipe.model} was not ready in time: the baseline stands in"
    if context.salvage:
        context = context.within(0)
    made = fit_package(run, run.package, section, context, name=recipe.model, settings=settings)
    if not context.decisions.within(recipe.model).hurried():
        return made, ""
    if _merit(run, run.package) > _merit(run, run.baseline):
        return made, ""
    return stand_in(run), f"{recipe.model} was no better than the baseline in so short a time"


def _merit(run: Run, package: Path) -> float:
    """The primary metric on some of validation, negative where lower is better."""
    on = benchmark(run, "validation", at_most=NUM_COMPARED)
    model = open_on(package, on, run)
    answers = model.predict_columns(on.inputs()).columns
    targets, [outputs] = with_features(on, on.targets(model.labels), [answers])
    metric = on.metrics[0]
    value = float(metric.score(targets, outputs, np.ones((1, len(on.rows))))[0])
    return value if metric.higher_is_better else -value


class _Curve:
    """Keeps the epochs that pass through a log."""

    def __init__(self, to: Log) -> None:
        self._to = to
        self.epochs: list[Epoch] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        if event == "epoch":
            known = Epoch.__struct_fields__
            values = {name: value for name, value in fields.items() if name in known}
            self.epochs.append(Epoch(**values))  # type: ignore[arg-type]
        self._to(event, **fields)
