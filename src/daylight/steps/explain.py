"""explain: a package and test examples -> what its answers rest on, and how far to believe that."""

from collections.abc import Callable, Sequence

from daylight.core.context import REPORT_S, Context
from daylight.core.explained import ExplainedSection
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, TrainedSection
from daylight.core.types import Program, SplitName
from daylight.data.rows import is_rows
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.predictor import Predictor
from daylight.steps.explain_pictures import find_pictures
from daylight.steps.explain_rows import find_rows
from daylight.steps.explain_runs import find_runs
from daylight.steps.explain_texts import find_texts, is_text
from daylight.steps.explaining import SECTION, Found, methods_for
from daylight.steps.packaging import add_explanations
from daylight.steps.predict import is_run
from daylight.tasks import TASKS

SPLIT: SplitName = "test"


def explain(run: Run, context: Context) -> ExplainedSection:
    """Explains some of the package's answers by every method that can.

    Raises:
        IntegrityError: The package is not what its manifest promised.
    """
    context = context.replace(seed=run.recipe.seed).earlier(REPORT_S)
    predictor = Predictor.open(run.package)
    specs = methods_for(TASKS[run.recipe.task])
    find = _finder(predictor.package.program)
    found = find(run, predictor, specs, context) if specs else Found()
    section = ExplainedSection(
        model_digest=predictor.package.manifest.model_digest,
        split=SPLIT,
        hurried=found.hurried,
        num_examples=found.num_examples,
        absent=found.absent,
        explanations=found.explanations,
        kind=TASKS[run.recipe.task].input,
        tree=found.tree,
        dependence=found.dependence,
    )
    files = {**found.files, SECTION: section.without_texts().to_json()}
    with folder_atomic(run.path / "explain") as place:
        for name, data in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            write_atomic(place / name, data)
    add_explanations(run, files)
    return run.write(section, after=(PreparedSection, TrainedSection))


def _finder(
    program: Program,
) -> Callable[[Run, Predictor, Sequence[ExplainerSpec], Context], Found]:
    """By what the model is shown."""
    if is_run(program):
        return find_runs
    if is_text(program):
        return find_texts
    return find_rows if is_rows({"examples": program.fields}) else find_pictures
