"""predict --explain, where inputs are texts: which of their words speak for the answer."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import IO, Any

import numpy as np

from daylight.core.answers import Answer
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.explained import Place
from daylight.core.types import Fitted
from daylight.explaining.explainer import UnableError
from daylight.explaining.spec import ExplainerSpec
from daylight.steps.explain_inputs import candidates, found_of
from daylight.steps.explain_texts import prove_text, text_subject, words_of
from daylight.steps.explaining import attribute, load_fitted
from daylight.steps.predict import Model, answer_batch, inputs_of

NUM_SAID = 5


def explained_texts(
    model: Model, given: Sequence[str], stdin: IO[bytes], *, method: str
) -> Iterator[tuple[str, Answer | UserError, dict[str, Any]]]:
    """Answers each text in its order, and says which of its words speak for and against.

    Args:
        model: Opened.
        given: As for ``predict.answers``.
        stdin: Read if asked for.
        method: Name of a method; if it is empty, the most faithful one that works here.

    Yields:
        The input's name, its answer, and ``method``, ``words`` (all, in the order of the text, with
        their values), ``label``, for which they speak, and ``line`` for people.

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
        spec, label, words = _words(model, specs, fitted, value)
        said = [{"name": each.name, "value": each.value} for each in words]
        line = _line(words, for_what=label if "labels" in answer else "it")
        yield name, answer, {"method": spec.name, "label": label, "words": said, "line": line}


def _words(
    model: Model, specs: Sequence[ExplainerSpec], fitted: Fitted | None, text: str
) -> tuple[ExplainerSpec, str, tuple[Place, ...]]:
    """By the first method that can: for a label, what each word says."""
    reason = "the model does not look at the text"
    for spec in specs:
        try:
            subject = text_subject(model.predictor, [text])
            if fitted and spec.asks != "answers":
                subject = prove_text(fitted, subject)
            label = model.predictor.labels[int(subject.things[0])]
            return spec, label, words_of(subject, attribute(spec, subject), 0)
        except (UnableError, MissingExtraError) as error:
            reason = f"{spec.name} cannot explain this model: {error.message}"
    raise UserError(f"{reason[:1].upper()}{reason[1:]}.", hint="Leave out --explain.")


def _line(words: Sequence[Place], *, for_what: str) -> str:
    values = np.array([word.value for word in words])
    first = np.argsort(-values, kind="stable")
    parts = []
    for title, order in (("for", first), ("against", first[::-1])):
        sign = 1 if title == "for" else -1
        named = [
            f"{words[place].name.strip()} {values[place]:+.2f}"
            for place in order[:NUM_SAID].tolist()
            if sign * values[place] >= 0.005
        ]
        if named:
            parts.append(f"{title} {for_what}: {', '.join(named)}")
    return "; ".join(parts) or "no word says much"
