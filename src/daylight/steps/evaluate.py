"""evaluate: a package and a benchmark -> scores with intervals, beside the baseline."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from daylight.core.context import REPORT_S, Context
from daylight.core.errors import OutOfTimeError
from daylight.core.kinds import ANSWER_KINDS, MEDIA_TYPES
from daylight.core.rows import shorten
from daylight.core.run import Run
from daylight.core.sections import (
    Example,
    Harmed,
    PreparedSection,
    Scores,
    TrainedSection,
)
from daylight.core.types import Metric, Task
from daylight.data.benchmark import Benchmark
from daylight.metrics.scoring import figures, score
from daylight.runtime.predictor import Predictions, Predictor
from daylight.runtime.usual import Usual, features, usual
from daylight.steps.costs import costs_of
from daylight.steps.dataset import benchmark
from daylight.steps.features import with_features
from daylight.steps.packaging import add_scores
from daylight.steps.people import fair, off_by
from daylight.steps.searching import open_on
from daylight.steps.strength import robustness, slices
from daylight.tasks import TASKS

NUM_EXAMPLES = 3
NUM_MISTAKES = 12
NUM_USUAL = 1000


def evaluate(run: Run, context: Context) -> Scores:
    """Measures the run's package on its test split, from the raw inputs on.

    Raises:
        IntegrityError: The package is not what its manifest promised.
    """
    task, on = TASKS[run.recipe.task], benchmark(run)
    model = open_on(run.package, on, run, log=context.log)
    scores = measure(
        model,
        on,
        context.replace(seed=run.recipe.seed),
        task=task,
        baseline=open_on(run.baseline, on, run, log=context.log),
        chosen_on=benchmark(run, "validation") if run.recipe.data.costs else None,
    )
    add_scores(run, scores, _usual(model, on))
    return run.write(scores, after=(PreparedSection, TrainedSection))


def _usual(model: Predictor, on: Benchmark) -> Usual:
    """What inputs and answers look like, on examples evenly spread over the split."""
    count = min(len(on.rows), NUM_USUAL)
    places = np.arange(count) * len(on.rows) // max(count, 1)
    fields = {name: column.take(places) for name, column in on.inputs().items()}
    prepared = model.program.process(fields)
    program = model.package.program
    answers = model.predict_columns(fields).columns
    return usual(features(program, fields, prepared, answers))


def measure(
    model: Predictor,
    on: Benchmark,
    context: Context,
    *,
    task: Task,
    baseline: Predictor,
    chosen_on: Benchmark | None = None,
) -> Scores:
    """Scores two packages on one benchmark; needs no run.

    Args:
        model: The package that is measured.
        on: Raw inputs and targets.
        task: For the words in which examples are shown.
        baseline: The package beside it.
        chosen_on: What the package's threshold comes from, if it has one, for its curve.
    """
    kind = ANSWER_KINDS[on.answer]
    metrics = on.metrics
    inputs = on.inputs()
    context.log("evaluate", num_examples=len(on.rows))
    predictions = model.predict_columns(inputs)
    floor = baseline.predict_columns(inputs)
    labels = model.labels
    targets, [outputs, beside] = with_features(
        on, on.targets(labels), [predictions.columns, floor.columns]
    )
    measured = score(
        metrics,
        targets=targets,
        outputs=outputs,
        baseline=beside,
        labels=labels,
        random=context.random("evaluate"),
    )
    harmed, hurried = _robustness(model, on, metrics[0], context)
    return Scores(
        benchmark_digest=on.digest,
        model_digest=model.package.manifest.model_digest,
        baseline=task.baseline,
        split=on.split,
        num_examples=len(on.rows),
        scores=measured,
        figures=figures(kind, targets=targets, outputs=outputs, labels=labels),
        slices=slices(on, predictions, metrics[0], context),
        robustness=harmed,
        fairness=fair(on, predictions, context),
        spread=off_by(model, on, predictions),
        costs=costs_of(
            model,
            on=(on, predictions.columns, floor.columns),
            validation=chosen_on,
            context=context,
        ),
        hurried=hurried,
        **_for_people(on, predictions, task),
    )


def _robustness(
    model: Predictor, on: Benchmark, metric: Metric, context: Context
) -> tuple[tuple[Harmed, ...], bool]:
    """What harm does, and whether there was no time to see."""
    try:
        return robustness(model, on, metric, context.earlier(REPORT_S)), False
    except OutOfTimeError:
        return (), True


def _for_people(on: Benchmark, predictions: Predictions, task: Task) -> dict[str, Any]:
    """A few examples, evenly spread over the split, and the worst mistakes.

    Answers that are files are shown by figures instead; names of documents are not for others, who
    will read the scores in the package.
    """
    if ANSWER_KINDS[on.answer].media or ANSWER_KINDS[on.answer].looked_up:
        return {}
    [field] = on.dataset.fields("target")
    targets = on.column(field.name)
    media = next((f for f in on.dataset.fields("input") if f.type in MEDIA_TYPES), None)
    paths = on.column(media.name) if media else [None] * len(targets)
    texts = _excerpts(on)
    error = ANSWER_KINDS[on.answer].error
    shown = [
        Example(
            id=name,
            target=target,
            answer=dict(answer),
            line=task.codec.show(answer),
            error=error(target, answer) if error else None,
            media=path,
            text=text,
        )
        for name, path, text, target, answer in zip(
            on.column("id"), paths, texts, targets, predictions, strict=True
        )
    ]
    spread = [shown[len(shown) * place // NUM_EXAMPLES] for place in range(NUM_EXAMPLES)]
    wrong = [example for example in shown if example.error]
    wrong.sort(key=lambda example: example.error or 0.0, reverse=True)
    return {"examples": tuple(spread), "mistakes": tuple(wrong[:NUM_MISTAKES])}


def _excerpts(on: Benchmark) -> Sequence[str | None]:
    """The beginning of each input, where the one input is a text."""
    fields = on.dataset.fields("input")
    if [field.type for field in fields] != ["text"]:
        return [None] * len(on.rows)
    return [shorten(text or "") for text in on.column(fields[0].name)]
