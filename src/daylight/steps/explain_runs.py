"""explain, where a model is shown what a person has: which items speak for an answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import MissingExtraError, OutOfTimeError, UserError
from daylight.core.explained import ExplainedExample, Explanation, Place
from daylight.core.run import Run
from daylight.core.types import Column, Columns, Fitted
from daylight.explaining import runs
from daylight.explaining.deletion import judged
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.random_model import check_runs
from daylight.explaining.runs import RunSubject
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.predictor import Predictor
from daylight.steps.agreement import MAX_DIFFERENCE, largest_between
from daylight.steps.dataset import benchmark
from daylight.steps.explaining import (
    Found,
    attribute,
    facts,
    load_fitted,
    open_method,
    skipped,
    spread,
)

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_EXAMPLES = 32
NUM_SHOWN = 6
NUM_PLACES = 8
"""Places of an example that are kept, those that say most."""


def run_subject(predictor: Predictor, prepared: Columns, things: "Array") -> RunSubject:
    """Asks the package why it gives things the scores that it gives them.

    Args:
        predictor: The package.
        prepared: Its prepared columns.
        things: Which item is explained, by row.

    Raises:
        UnableError: The model does not rank by scores, or is not shown one run.
    """
    [(name, column), *others] = prepared.items()
    ranks = [node for node in predictor.package.program.nodes if node.operation == "top_k"]
    if others or column.offsets is None or len(ranks) != 1:
        raise UnableError("the model does not rank by scores of the items of one run")

    def scores(shown: Column) -> "Array":
        return predictor.program.columns({name: shown})[ranks[0].inputs[0]].values

    return RunSubject(scores, name, _distinct(column), things)


def _distinct(column: Column) -> Column:
    """Each known item of a run once, where it stands first."""
    kept = []
    for row in range(len(column)):
        run = column[row]
        first = np.sort(np.unique(run, return_index=True)[1])
        kept.append(run[first][run[first] >= 0])
    offsets = np.cumsum([0, *map(len, kept)])
    return Column(np.concatenate([np.empty(0, np.int64), *kept]).astype(np.int64), offsets)


def prove_run(fitted: Fitted, predictor: Predictor, subject: RunSubject) -> RunSubject:
    """The subject with the model, if it answers as the package does.

    Raises:
        UnableError: It answers otherwise.
    """
    shown = {subject.column: subject.runs}
    difference = largest_between(fitted.predict(shown), predictor.program.answer(shown))
    if difference > MAX_DIFFERENCE:
        raise UnableError("the model that the family loads answers otherwise than the package")
    return RunSubject(subject.scores, subject.column, subject.runs, subject.things, fitted)


def find_runs(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    """Explains the first item that is answered to some test examples, by every method that can."""
    on = benchmark(run, "test")
    prepared = predictor.program.process(on.inputs())
    things = predictor.program.answer(prepared)["items"].values[:, 0]
    unloaded: UserError | None = None
    try:
        context.check_time()
        subject = run_subject(predictor, prepared, things)
        rows = np.flatnonzero((things >= 0) & (np.diff(subject.offsets) > 1))
        rows = rows[spread(len(rows), NUM_EXAMPLES)]
        rows = rows[subject.take(rows).totals() > 0]
        if not len(rows):
            raise UnableError("no history raises the score of what is answered")
        subject = subject.take(rows)
    except (UnableError, OutOfTimeError) as error:
        hurried = isinstance(error, OutOfTimeError)
        return Found(explanations=tuple(skipped(spec, error) for spec in specs), hurried=hurried)
    try:
        subject = prove_run(load_fitted(predictor.package), predictor, subject)
    except (UnableError, MissingExtraError) as error:
        unloaded = error
    ids = on.column("id")
    names = [ids[row] for row in rows]
    beside = runs.random_curves(subject, context.random("explain", "random orders"))
    explanations, hurried = [], False
    for spec in specs:
        context.log("explain", method=spec.name)
        try:
            context.check_time()
            if unloaded and spec.asks != "answers":
                raise unloaded
            attribution = attribute(spec, subject)
        except (UnableError, MissingExtraError, OutOfTimeError) as error:
            hurried |= isinstance(error, OutOfTimeError)
            explanations.append(skipped(spec, error))
            continue
        random = context.random("explain", spec.name)
        values = attribution.values.values
        explanations.append(
            Explanation(
                **facts(spec),
                gap=attribution.gap,
                faithfulness=judged(runs.curves(subject, values, random), beside, random),
                examples=_examples(subject, attribution, names, predictor.package.labels),
                **_checked(spec, subject, attribution, random),
            )
        )
    return Found(len(subject), "", tuple(explanations), hurried)


def _checked(
    spec: ExplainerSpec, subject: RunSubject, attribution: Attribution, random: np.random.Generator
) -> dict[str, Any]:
    try:
        return {"random_model": check_runs(open_method(spec), subject, attribution, random)}
    except UnableError as error:
        return {"unchecked": error.message}


def _examples(
    subject: RunSubject, attribution: Attribution, ids: Sequence[str], labels: Sequence[str]
) -> tuple[ExplainedExample, ...]:
    return tuple(
        ExplainedExample(
            id=ids[row],
            label=labels[subject.things[row]],
            places=places(subject.runs[row], attribution.values[row], labels),
        )
        for row in spread(len(subject), NUM_SHOWN).tolist()
    )


def places(run: "Array", values: "Array", labels: Sequence[str]) -> tuple[Place, ...]:
    """Those that say most, the largest first."""
    most = np.argsort(-np.abs(values), kind="stable")[:NUM_PLACES]
    most = most[np.argsort(-values[most], kind="stable")]
    return tuple(Place(name=labels[run[at]], value=float(values[at])) for at in most.tolist())
