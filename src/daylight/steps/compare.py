"""compare: two runs on one benchmark -> paired differences with intervals."""

from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.run import Run
from daylight.core.sections import Comparison
from daylight.metrics.comparison import compare as compare_outputs
from daylight.metrics.scoring import metrics_of
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark


def compare(first: Run, second: Run, context: Context) -> Comparison:
    """Asks both packages the same questions.

    Raises:
        UserError: The runs were not measured on the same examples.
    """
    on, other = benchmark(first), benchmark(second)
    if on.digest != other.digest:
        raise UserError(
            f"{first.path} and {second.path} have different test examples, so their scores "
            "cannot be compared.",
            hint="Train both from the same data, with the same seed and fractions.",
        )
    models = [Predictor.open(run.package) for run in (first, second)]
    labels = models[0].package.labels
    inputs = on.inputs()
    answers = [model.predict_columns(inputs).columns for model in models]
    differences = compare_outputs(
        metrics_of(ANSWER_KINDS[on.answer], on.primary),
        targets=on.targets(labels),
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
