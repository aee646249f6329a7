"""explain, where a model is shown a text: which of its words speak for an answer."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.answers import answered
from daylight.core.config import convert
from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError
from daylight.core.explained import ExplainedExample, Place
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.run import Run
from daylight.core.types import Program
from daylight.explaining import runs
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.spec import ExplainerSpec
from daylight.explaining.texts import TextSubject, pieces_of
from daylight.runtime.operations.ngrams import Parameters
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain_methods import Asked, explained
from daylight.steps.explaining import Found, loaded, skipped, spread

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_EXAMPLES = 32
NUM_SHOWN = 6
MIN_WORDS = 2


def is_text(program: Program) -> bool:
    """Whether a model is shown a text and answers a class, or several."""
    is_shown = [field.type for field in program.fields] == ["text"]
    return is_shown and program.answer in ("label", "labels")


def text_subject(predictor: Predictor, texts: Sequence[str]) -> TextSubject:
    """Asks the package why it gives texts the classes that it answers; of several, the likeliest.

    Raises:
        UnableError: The model does not look at the text.
    """
    program = predictor.package.program
    if any(node.operation == "ignore" for node in program.nodes):
        raise UnableError("the model does not look at the text")
    subject = TextSubject(
        process=predictor.program.process,
        answer=predictor.program.answer,
        column=program.fields[0].name,
        texts=tuple(texts),
        pieces=pieces_of(texts),
        things=np.zeros(len(texts), np.int64),
        several=ANSWER_KINDS[program.answer].several,
        runs=_runs(program),
    )
    things = answered(predictor.program.conclude(subject.prepared(texts)))
    return replace(subject, things=things)


def _runs(program: Program) -> tuple[int, tuple[int, int]] | None:
    """What is counted, where the model is shown nothing else."""
    counting = [node for node in program.nodes if node.operation == "ngrams"]
    if len(counting) != 1 or counting[0].outputs != program.prepared:
        return None
    counted = convert(Parameters, counting[0].parameters, where="ngrams")
    return counted.words, counted.characters


def find_texts(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    """Explains the answers to some test examples, by every method that can."""
    on = benchmark(run, "test")
    texts = [text or "" for text in on.column(predictor.package.program.fields[0].name)]
    try:
        context.check_time()
        chosen = spread(len(texts), NUM_EXAMPLES)
        subject = text_subject(predictor, [texts[row] for row in chosen.tolist()])
        rows = np.flatnonzero(np.diff(subject.offsets) >= MIN_WORDS)
        if not len(rows):
            raise UnableError("no text has two words")
        subject = subject.take(rows)
    except (UnableError, OutOfTimeError) as error:
        hurried = isinstance(error, OutOfTimeError)
        return Found(explanations=tuple(skipped(spec, error) for spec in specs), hurried=hurried)
    ids = on.column("id")
    names = [ids[row] for row in chosen[rows]]
    labels = predictor.package.labels
    subject, unloaded = loaded(predictor, subject)
    asked = Asked(
        subject,
        unloaded,
        curves=partial(runs.falls, subject),
        told=lambda _, found: {"examples": _examples(subject, names, labels, found)},
    )
    explanations, hurried = explained(specs, asked, context)
    return Found(len(subject), "", explanations, hurried)


def _examples(
    subject: TextSubject, ids: Sequence[str], labels: Sequence[str], attribution: Attribution
) -> tuple[ExplainedExample, ...]:
    kept = np.ones(len(subject.pieces.texts), bool)
    probabilities = subject.left(kept)
    return tuple(
        ExplainedExample(
            id=ids[row],
            label=labels[subject.things[row]],
            probability=float(probabilities[row]),
            words=words_of(subject, attribution, row),
        )
        for row in spread(len(subject), NUM_SHOWN).tolist()
    )


def words_of(subject: TextSubject, attribution: Attribution, row: int) -> tuple[Place, ...]:
    """All pieces of a text in their order, with what each says."""
    pieces = subject.pieces.texts[subject.offsets[row] : subject.offsets[row + 1]]
    values: Array = attribution.values[row]
    return tuple(
        Place(name=piece, value=float(value)) for piece, value in zip(pieces, values, strict=True)
    )
