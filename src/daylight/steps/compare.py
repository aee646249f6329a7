"""compare: two runs on one benchmark -> paired differences with intervals."""

import shlex

from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.run import Run
from daylight.core.sections import Comparison, PreparedSection, Scores
from daylight.data.benchmark import Benchmark
from daylight.metrics.comparison import compare as compare_outputs
from daylight.steps.dataset import benchmark
from daylight.steps.features import with_features
from daylight.steps.searching import open_on


def _measured_on(run: Run) -> Benchmark:
    """The run's benchmark, made again from its data.

    Raises:
        UserError: It is not the one that the run was measured on.
    """
    prepared, scores = run.read(PreparedSection), run.read(Scores)
    now, folder = benchmark(run), shlex.quote(str(run.path))
    if now.dataset.digest != prepared.data_digest:
        raise UserError(
            f"The data of {run.path} has changed since the run read it.",
            hint=f"Bring the run up to date: daylight report {folder}",
        )
    if now.digest != scores.benchmark_digest:
        raise UserError(
            f"{run.path} was measured on other examples than its data gives now, though the files "
            "are the same: the task reads them in another way.",
            hint=f"Train anew: daylight train {shlex.quote(run.recipe.data.path)} -o NEW-FOLDER",
        )
    return now


def compare(first: Run, second: Run, context: Context) -> Comparison:
    """Asks both packages the same questions.

    Raises:
        UserError: The runs were not measured on the same examples, or their data has changed since.
        NotFoundError: A run was not measured yet, or its data is gone.
    """
    on, other = _measured_on(first), _measured_on(second)
    if on.digest != other.digest:
        raise UserError(
            f"{first.path} and {second.path} have different test examples, so their scores "
            "cannot be compared.",
            hint="Train both from the same data, with the same seed and fractions.",
        )
    models = [open_on(run.package, on, run) for run in (first, second)]
    labels = models[0].labels
    inputs = on.inputs()
    targets, answers = with_features(
        on, on.targets(labels), [model.predict_columns(inputs).columns for model in models]
    )
    differences = compare_outputs(
        on.metrics,
        targets=targets,
        first=answers[0],
        second=answers[1],
        random=context.random("compare"),
    )
    return Comparison(
        first=str(first.path),
        second=str(second.path),
        benchmark_digest=on.digest,
        num_examples=len(on.rows),
        differences=differences,
    )
