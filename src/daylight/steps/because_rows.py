"""predict --explain, where inputs are rows: because of which columns the answer is as it is."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

import msgspec

from daylight.core.answers import Answer
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.types import Fitted
from daylight.explaining.explainer import UnableError
from daylight.explaining.rows import RowSubject
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.inputs import to_columns
from daylight.steps.explain_inputs import candidates, found_of
from daylight.steps.explain_rows import TYPICAL, places, prove_row, row_subject
from daylight.steps.explaining import attribute, load_fitted
from daylight.steps.predict import Model, answer_batch, inputs_for

NUM_REASONS = 5


def explained_rows(
    model: Model, given: Sequence[str], stdin: IO[bytes], *, method: str
) -> Iterator[tuple[str, Answer | UserError, dict[str, Any]]]:
    """Answers each input in its order, and says which columns speak for it and against it.

    Args:
        model: Opened.
        given: As for ``predict.answers``.
        stdin: Read if asked for.
        method: Name of a method; if it is empty, the most faithful one that works here.

    Yields:
        The input's name, its answer, and ``method``, ``because`` (by column, the largest first)
        and ``line`` for people.

    Raises:
        UserError: The method cannot explain this model.
    """
    package = model.predictor.package
    specs = candidates(model, method, found_of(package))
    typical = msgspec.json.decode(package.read(f"explain/{TYPICAL}"))
    fitted = load_fitted(package) if any(spec.asks != "answers" for spec in specs) else None
    for name, value in inputs_for(model, given, stdin):
        [(_, answer)] = answer_batch(model.predictor, [(name, value)])
        if isinstance(answer, UserError):
            yield name, answer, {}
            continue
        prepared = model.predictor.program.process(to_columns(package.program.fields, [value]))
        subject = row_subject(model.predictor, prepared, typical)
        spec, because = _because(specs, fitted, subject)
        said = ", ".join(f"{column} {amount:+.3g}" for column, amount in because.items())
        yield name, answer, {"method": spec.name, "because": because, "line": said}


def _because(
    specs: Sequence[ExplainerSpec], fitted: Fitted | None, subject: RowSubject
) -> tuple[ExplainerSpec, dict[str, float]]:
    """By the first method that can."""
    for spec in specs:
        try:
            asked = prove_row(fitted, subject) if fitted and spec.asks != "answers" else subject
            values = attribute(spec, asked).values.values[0]
        except (UnableError, MissingExtraError) as error:
            if spec is specs[-1]:
                raise UserError(f"{spec.name} cannot explain this model: {error.message}") from None
            continue
        most = places(values, subject.names, NUM_REASONS)
        return spec, {each.name: each.value for each in most if each.value}
    raise ValueError("no method was given")
