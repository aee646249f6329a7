"""explain: a package and test examples -> what its answers rest on, and how far to believe that."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.context import REPORT_S, Context
from daylight.core.errors import MissingExtraError, OutOfTimeError, UserError
from daylight.core.explained import ExplainedExample, ExplainedSection, Explanation
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, TrainedSection
from daylight.core.types import Column, Program, SplitName
from daylight.data import prepared as cache
from daylight.data.benchmark import Benchmark
from daylight.data.rows import is_rows
from daylight.explaining.deletion import faithfulness, random_curves
from daylight.explaining.explainer import Attribution, Subject, UnableError
from daylight.explaining.overlay import overlay, png, to_image
from daylight.explaining.random_model import check
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain_rows import find_rows
from daylight.steps.explain_runs import find_runs
from daylight.steps.explain_texts import find_texts, is_text
from daylight.steps.explaining import (
    ABSENT,
    SECTION,
    Found,
    attribute,
    facts,
    load_fitted,
    methods_for,
    open_method,
    picture_column,
    prove,
    skipped,
    spread,
    subject_of,
)
from daylight.steps.packaging import add_explanations
from daylight.steps.predict import is_run
from daylight.tasks import TASKS

if TYPE_CHECKING:
    from daylight.core.types import Array

SPLIT: SplitName = "test"
FIRST_S = 2.0
"""With less time than that, explaining is not begun."""
NUM_EXAMPLES = 32
NUM_LARGE_EXAMPLES = 24
LARGE_PIXELS = 128**2
"""Larger pictures cost more to ask about, so fewer of them are explained."""

NUM_PICTURED = 6
NUM_AVERAGED = 2048
"""Training pictures of which the mean is taken, evenly spread."""


@dataclass(frozen=True, slots=True)
class _Examples:
    """What is explained.

    Attributes:
        subject: With the fitted model, if it could be loaded.
        unloaded: Why it could not.
        labels: Of the classes, by index.
        beside: What taking places out in random orders does.
    """

    subject: Subject
    unloaded: UserError | None
    ids: Sequence[str]
    labels: Sequence[str]
    beside: "Array"


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
    return find_rows if is_rows({"examples": program.fields}) else _find


def _find(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    prepared = cache.load(
        run.path / run.read(PreparedSection).caches[run.read(TrainedSection).model]
    )
    train = prepared.splits["train"].inputs
    try:
        pictures = train[picture_column(train)].values
    except UnableError as error:
        return Found(explanations=tuple(skipped(spec, error) for spec in specs))
    pictures = pictures[:: -(-len(pictures) // NUM_AVERAGED)]
    absent = pictures.mean(axis=0, dtype=np.float64).round().astype(np.uint8)
    try:
        context.earlier(FIRST_S).check_time()
    except OutOfTimeError as error:
        return Found(explanations=tuple(skipped(spec, error) for spec in specs), hurried=True)
    examples = _examples(benchmark(run, SPLIT), predictor, absent, context)
    files = {ABSENT: png(to_image(absent))}
    explanations, hurried = [], False
    for spec in specs:
        context.log("explain", method=spec.name)
        hurried |= not context.left_s()
        explanation, more = _explain(spec, examples, context)
        explanations.append(explanation)
        files |= {f"{spec.name}/{name}": data for name, data in more.items()}
    return Found(
        num_examples=len(examples.subject),
        absent=f"the mean of {len(pictures):,} training pictures",
        explanations=tuple(explanations),
        hurried=hurried,
        files=files,
    )


def _examples(on: Benchmark, predictor: Predictor, absent: "Array", context: Context) -> _Examples:
    """Some examples, evenly spread over the split, with the classes that the package answers."""
    large = absent.shape[0] * absent.shape[1] > LARGE_PIXELS
    on = replace(
        on, rows=on.rows[spread(len(on.rows), NUM_LARGE_EXAMPLES if large else NUM_EXAMPLES)]
    )
    subject = subject_of(predictor, predictor.program.process(on.inputs()), absent)
    unloaded: UserError | None = None
    try:
        subject = prove(load_fitted(predictor.package), subject)
    except (UnableError, MissingExtraError) as error:
        unloaded = error
    beside = random_curves(subject, context.random("explain", "random orders"))
    return _Examples(subject, unloaded, on.column("id"), predictor.package.labels, beside)


def _explain(
    spec: ExplainerSpec, examples: _Examples, context: Context
) -> tuple[Explanation, Mapping[str, bytes]]:
    """What one method shows, how far it can be believed, and its files."""
    subject = examples.subject
    try:
        context.check_time()
        if examples.unloaded and spec.asks != "answers":
            raise examples.unloaded
        attribution = attribute(spec, subject)
    except (UnableError, MissingExtraError, OutOfTimeError) as error:
        return skipped(spec, error), {}
    shown, files = _pictures(spec, examples, attribution)
    random = context.random("explain", spec.name)
    explanation = Explanation(
        **facts(spec),
        gap=attribution.gap,
        faithfulness=faithfulness(subject, attribution, examples.beside, random),
        examples=shown,
        **_checked(spec, examples, attribution, random),
    )
    return explanation, files


def _checked(
    spec: ExplainerSpec, examples: _Examples, attribution: Attribution, random: np.random.Generator
) -> dict[str, Any]:
    """Beside a random model, on every second example: each is explained once more."""
    if examples.unloaded:
        return {"unchecked": examples.unloaded.message}
    subject = examples.subject
    half = replace(subject, values=subject.values[::2], classes=subject.classes[::2])
    values = Column(attribution.values.values[::2])
    try:
        found = check(open_method(spec), half, replace(attribution, values=values), random)
    except UnableError as error:
        return {"unchecked": error.message}
    return {"random_model": found}


def _pictures(
    spec: ExplainerSpec, examples: _Examples, attribution: Attribution
) -> tuple[tuple[ExplainedExample, ...], Mapping[str, bytes]]:
    """A few examples with their pictures; ``attributions.npy`` has the numbers, in their order."""
    subject = examples.subject
    rows = spread(len(subject), NUM_PICTURED)
    probabilities = subject.probabilities(subject.values)
    maps = attribution.values.values
    numbers = io.BytesIO()
    np.save(numbers, maps[rows], allow_pickle=False)
    files = {"attributions.npy": numbers.getvalue()}
    shown = []
    for number, row in enumerate(rows.tolist(), 1):
        files[f"{number}.png"] = png(overlay(subject.values[row], maps[row]))
        shown.append(
            ExplainedExample(
                id=examples.ids[row],
                label=examples.labels[subject.classes[row]],
                probability=float(probabilities[row]),
                picture=f"{spec.name}/{number}.png",
            )
        )
    return tuple(shown), files
