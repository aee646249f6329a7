"""explain, where a model is shown rows of a table: which columns speak for an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from daylight.core.answers import answered
from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError
from daylight.core.explained import Dependence, DrawnTree, ExplainedExample, Explanation, Place
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, TrainedSection
from daylight.core.types import Columns, Field, Fitted
from daylight.data import prepared as cache
from daylight.data.rows import ROW, features
from daylight.explaining import rows
from daylight.explaining.dependence import dependence
from daylight.explaining.drawn_tree import drawn_tree, is_one_tree
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.rows import RowSubject
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.inputs import to_columns
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain_methods import Asked, explained
from daylight.steps.explaining import Found, loaded, skipped, spread

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_EXAMPLES = 100
NUM_SHOWN = 6
NUM_PLACES = 8
"""Columns of an example that are kept, those that say most."""

NUM_LOOKED_AT = 20_000
"""Rows of train that say what is typical, and which values columns have."""

NUM_CHANGED = 6
"""Columns for which it is shown how the answer changes with them."""

NUM_RANKED = 20
"""Columns whose importance is kept."""

TYPICAL = "typical-row.json"
"""In the folder ``explain`` of a run and of a package."""


def typical_row(fields: Sequence[Field], columns: Columns) -> dict[str, Any]:
    """Of each number the median, of each category the commonest name; missing ones apart."""
    row: dict[str, Any] = {}
    for field in fields:
        values = columns[field.name].values
        if field.type == "number":
            known = np.sort(values[np.isfinite(values)])
            row[field.name] = float(known[len(known) // 2]) if len(known) else None
        else:
            names, counts = np.unique(values, return_counts=True)
            row[field.name] = str(names[counts.argmax()])
    return row


def row_subject(predictor: Predictor, prepared: Columns, typical: Mapping[str, Any]) -> RowSubject:
    """Asks the package why it answers as it does.

    Args:
        predictor: The package.
        prepared: Its prepared columns.
        typical: As ``typical_row`` gives it.

    Raises:
        UnableError: The model does not look at rows.
    """
    program = predictor.package.program
    if program.prepared != (ROW,):
        raise UnableError("the model does not look at the columns")
    found = features(program.nodes)
    names = [field.name for field in program.fields]
    absent = predictor.program.process(to_columns(program.fields, [typical]))[ROW].values[0]
    classes = None
    if program.answer == "label":
        classes = answered(predictor.program.conclude(prepared))
    return RowSubject(
        predictor.program.answer,
        ROW,
        np.asarray(prepared[ROW].values),
        absent,
        np.array([names.index(each.field) for each in found], np.int64),
        names,
        classes,
    )


def find_rows(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    """Explains the answers to some test examples, by every method that can."""
    on = benchmark(run, "test", at_most=NUM_EXAMPLES)
    train = benchmark(run, "train", at_most=NUM_LOOKED_AT)
    typical = typical_row(predictor.package.program.fields, train.inputs())
    try:
        context.check_time()
        subject = row_subject(predictor, predictor.program.process(on.inputs()), typical)
        told = np.arange(len(subject))
        if subject.classes is None:
            told = np.flatnonzero(np.abs(subject.totals()) > 0)
        if not len(told):
            raise UnableError("the model gives every row the same answer")
        subject = subject.take(told)
    except (UnableError, OutOfTimeError) as error:
        hurried = isinstance(error, OutOfTimeError)
        return Found(explanations=tuple(skipped(spec, error) for spec in specs), hurried=hurried)
    subject, unloaded = loaded(predictor, subject)
    ids = on.column("id")
    names = [ids[row] for row in told]
    labels = predictor.package.labels
    asked = Asked(
        subject,
        unloaded,
        curves=partial(rows.curves, subject),
        told=lambda _, found: {
            "examples": _examples(subject, found, names, labels),
            "importance": _importance(subject, found),
        },
    )
    explanations, hurried = explained(specs, asked, context)
    changes, late = _dependence(
        Answers(predictor, on.inputs(), train.inputs()), explanations, context
    )
    files = {TYPICAL: msgspec.json.encode(typical)}
    absent = "a typical row (middling numbers, the commonest categories)"
    return Found(
        len(subject),
        absent,
        explanations,
        hurried or late,
        files,
        dependence=changes,
        tree=_drawn(run, predictor, subject.fitted),
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What is asked again and again: raw inputs of test examples, and of train."""

    predictor: Predictor
    rows: Columns
    train: Columns


def _dependence(
    asked: Answers, explanations: Sequence[Explanation], context: Context
) -> tuple[tuple[Dependence, ...], bool]:
    """Of the columns that the most faithful explanation ranks first; whether time ran out."""
    ranked = [each for each in explanations if each.faithfulness and each.importance]
    if not ranked:
        return (), False
    best = max(ranked, key=lambda each: each.faithfulness.gain if each.faithfulness else 0.0)
    fields = {field.name: field for field in asked.predictor.package.program.fields}
    program = asked.predictor.program
    found: list[Dependence] = []
    for place in best.importance[:NUM_CHANGED]:
        try:
            context.check_time()
        except OutOfTimeError:
            return tuple(found), True
        field = fields[place.name]
        one = dependence(
            lambda columns: program.answer(program.process(columns)),
            field,
            train=asked.train[field.name],
            rows=asked.rows,
            labels=asked.predictor.labels,
        )
        found += [one] if one else []
    return tuple(found), False


def _drawn(run: Run, predictor: Predictor, fitted: Fitted | None) -> DrawnTree | None:
    """The model as a tree, if it is one."""
    if not is_one_tree(fitted):
        return None
    model = run.read(TrainedSection).model
    train = cache.load(run.path / run.read(PreparedSection).caches[model]).splits["train"]
    return drawn_tree(
        fitted,
        features(predictor.package.program.nodes),
        rows=np.asarray(train.inputs[ROW].values),
        target=np.asarray(train.targets["target"].values),
        labels=predictor.package.labels,
    )


def _examples(
    subject: RowSubject, attribution: Attribution, ids: Sequence[str], labels: Sequence[str]
) -> tuple[ExplainedExample, ...]:
    amounts = subject.amounts(subject.values)
    shown = []
    for row in spread(len(subject), NUM_SHOWN).tolist():
        amount = float(amounts[row])
        told = places(attribution.values.values[row], subject.names, NUM_PLACES)
        if subject.classes is None:
            shown.append(ExplainedExample(id=ids[row], label=f"{amount:.6g}", places=told))
            continue
        label = labels[subject.classes[row]]
        shown.append(ExplainedExample(id=ids[row], label=label, probability=amount, places=told))
    return tuple(shown)


def _importance(subject: RowSubject, attribution: Attribution) -> tuple[Place, ...]:
    return places(np.abs(attribution.values.values).mean(axis=0), subject.names, NUM_RANKED)


def places(values: "Array", names: Sequence[str], count: int) -> tuple[Place, ...]:
    """Those that say most, the largest first."""
    most = np.argsort(-np.abs(values), kind="stable")[:count]
    most = most[np.argsort(-values[most], kind="stable")]
    return tuple(Place(name=names[at], value=float(values[at])) for at in most.tolist())
