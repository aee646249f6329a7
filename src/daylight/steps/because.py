"""predict --explain, where answers are lists: because of which items each of the first is there."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import IO, Any

import numpy as np

from daylight.core.answers import Answer
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.types import Column, Fitted
from daylight.explaining.explainer import UnableError
from daylight.explaining.runs import RunSubject
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.inputs import to_columns
from daylight.steps.explain_inputs import candidates, found_of
from daylight.steps.explain_runs import places, prove_run, run_subject
from daylight.steps.explaining import attribute, load_fitted
from daylight.steps.predict import Model, answer_batch, excluding, inputs_of

NUM_EXPLAINED = 10
NUM_REASONS = 3


def explained_lists(
    model: Model,
    given: Sequence[str],
    stdin: IO[bytes],
    *,
    method: str,
    excluded: Collection[str] = (),
) -> Iterator[tuple[str, Answer | UserError, dict[str, Any]]]:
    """Answers each input in its order, and says which of a history's items speak for each answer.

    Args:
        model: Opened.
        given: As for ``predict.answers``.
        stdin: Read if asked for.
        method: Name of a method; if it is empty, the most faithful one that works here.

        excluded: Names that are not to be answered.

    Yields:
        The input's name, its answer, and ``method``, ``because`` (by item: names and values, the
        largest first) and ``line`` for people.

    Raises:
        UserError: The method cannot explain this model.
    """
    specs = candidates(model, method, found_of(model.predictor.package))
    fitted = None
    if any(spec.asks != "answers" for spec in specs):
        fitted = load_fitted(model.predictor.package)
    for name, value in chain.from_iterable(inputs_of(each, stdin, model.task) for each in given):
        [(_, answer)] = answer_batch(model.predictor, [(name, value)])
        if isinstance(answer, UserError):
            yield name, answer, {}
            continue
        answer = excluding(model, answer, excluded)
        spec, because = _because(model, specs, fitted, value, answer["items"][:NUM_EXPLAINED])
        said = (
            f"{item} because of {', '.join(each['name'] for each in reasons)}"
            for item, reasons in because.items()
            if reasons
        )
        line = "; ".join(said) or "none of the history speaks for it"
        yield name, answer, {"method": spec.name, "because": because, "line": line}


def _because(
    model: Model,
    specs: Sequence[ExplainerSpec],
    fitted: Fitted | None,
    history: Any,
    items: Sequence[str],
) -> tuple[ExplainerSpec, dict[str, list[dict[str, Any]]]]:
    """By the first method that can."""
    predictor, labels = model.predictor, model.predictor.package.labels
    place = {label: index for index, label in enumerate(labels)}
    things = np.array([place[item] for item in items], np.int64)
    rows = to_columns(predictor.package.program.fields, [history] * len(items))
    subject = run_subject(predictor, predictor.program.process(rows), things)
    for spec in specs:
        try:
            asked = subject
            if fitted and spec.asks != "answers":
                asked = prove_run(fitted, predictor, subject)
            values = attribute(spec, asked).values
        except (UnableError, MissingExtraError) as error:
            if spec is specs[-1]:
                raise UserError(
                    f"{spec.name} cannot explain this model: {error.message}."
                ) from None
            continue
        return spec, {
            item: _reasons(subject, values, row, labels) for row, item in enumerate(items)
        }
    raise ValueError("no method was given")


def _reasons(
    subject: RunSubject, values: Column, row: int, labels: Sequence[str]
) -> list[dict[str, Any]]:
    most = places(subject.runs[row], values[row], labels)
    speaking = [each for each in most if each.value > 0]
    return [{"name": each.name, "value": each.value} for each in speaking[:NUM_REASONS]]
