"""explain, where a model is shown what a person has: which items speak for an answer."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError
from daylight.core.explained import ExplainedExample, Place
from daylight.core.run import Run
from daylight.core.types import Column, Columns
from daylight.explaining import runs
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.runs import RunSubject
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain_methods import Asked, explained
from daylight.steps.explaining import Found, loaded, skipped, spread

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


def find_runs(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    """Explains the first item that is answered to some test examples, by every method that can."""
    on = benchmark(run, "test")
    prepared = predictor.program.process(on.inputs())
    things = predictor.program.answer(prepared)["items"].values[:, 0]
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
    ids = on.column("id")
    names = [ids[row] for row in rows]
    labels = predictor.package.labels
    subject, unloaded = loaded(predictor, subject)
    asked = Asked(
        subject,
        unloaded,
        curves=partial(runs.curves, subject),
        told=lambda _, found: {"examples": _examples(subject, names, labels, found)},
    )
    explanations, hurried = explained(specs, asked, context)
    return Found(len(subject), "", explanations, hurried)


def _examples(
    subject: RunSubject, ids: Sequence[str], labels: Sequence[str], attribution: Attribution
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
