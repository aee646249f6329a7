"""predict --explain: a model and what a person has -> answers, and what they rest on."""

import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import msgspec
import numpy as np
from PIL import Image

from daylight.core.answers import Answer
from daylight.core.errors import UserError
from daylight.core.explained import Place
from daylight.core.files import write_atomic, writing
from daylight.core.rows import utf_8
from daylight.core.types import Columns
from daylight.explaining.overlay import overlay, png
from daylight.package.package import Package
from daylight.runtime.inputs import to_columns
from daylight.steps import explain_rows, explain_runs
from daylight.steps.explain_texts import is_text, text_subject, words_of
from daylight.steps.explaining import ABSENT, subject_of
from daylight.steps.predict import (
    Model,
    answer_batch,
    excluding,
    inputs_for,
    is_run,
    is_table_row,
)
from daylight.steps.reasons import Reasons

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_ITEMS = 10
"""Of a list that is answered, the first."""

NUM_SAID_ITEMS = 3
NUM_SAID_COLUMNS = 5
NUM_SAID_WORDS = 5

Tell: TypeAlias = Callable[[str, Any, Answer], Mapping[str, Any]]
"""An input's name, the input and its answer to what is told about it."""


def explained_answers(
    model: Model,
    given: Sequence[str],
    stdin: IO[bytes],
    *,
    method: str,
    folder: Path,
    excluded: Collection[str] = (),
) -> Iterator[tuple[str, Answer | UserError, Mapping[str, Any]]]:
    """Answers each input in its order, and tells what the answer rests on.

    Args:
        model: Opened.
        given: As for ``predict.answers``.
        stdin: Read if asked for.
        method: Name of a method; if it is empty, the most faithful one that works here.
        folder: Where pictures go; made if needed.
        excluded: Names that are not to be answered.

    Yields:
        The input's name, its answer, and the ``method``; of pictures the drawn ``picture``, of
        texts all ``words`` in their order with their values, and the ``label`` for which they
        speak; else what it is answered ``because`` of, the largest first. Where nothing is drawn
        there is a ``line`` for people, too.

    Raises:
        UserError: The method cannot explain this model.
    """
    tell = _teller(model, Reasons(model, method), folder)
    for name, value in inputs_for(model, given, stdin):
        [(_, answer)] = answer_batch(model.predictor, [(name, value)])
        if isinstance(answer, UserError):
            yield name, answer, {}
            continue
        answer = excluding(model, answer, excluded)
        yield name, answer, tell(name, value, answer)


def _teller(model: Model, reasons: Reasons, folder: Path) -> Tell:
    """By what the model is shown."""
    program = model.predictor.package.program
    if is_run(program):
        return _about_lists(model, reasons)
    if is_table_row(program):
        return _about_rows(model, reasons)
    return _about_texts(model, reasons) if is_text(program) else _drawn(model, reasons, folder)


def _prepared(model: Model, inputs: Sequence[Any]) -> Columns:
    program = model.predictor.program
    return program.process(to_columns(program.program.fields, inputs))


def _drawn(model: Model, reasons: Reasons, folder: Path) -> Tell:
    """Which places of a picture speak for its class."""
    absent = _absent(model.predictor.package)
    taken: set[str] = set()

    def tell(name: str, value: Any, _: Answer) -> Mapping[str, Any]:
        subject = subject_of(model.predictor, _prepared(model, [value]), absent)
        spec, subject, attribution = reasons.of(subject)
        picture = folder / _file_name(name, spec.name, taken)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_atomic(picture, png(overlay(subject.values[0], attribution.values.values[0])))
        return {"method": spec.name, "picture": utf_8(str(picture))}

    return tell


def _absent(package: Package) -> "Array":
    """The mean training picture; uint8 ``(height, width, channels)``."""
    with Image.open(io.BytesIO(package.read(f"explain/{ABSENT}"))) as image:
        pixels = np.asarray(image)
    return pixels.reshape(*pixels.shape[:2], -1)


def _file_name(name: str, method: str, taken: set[str]) -> str:
    """Such as ``rose-occlusion.png``; another input of that name gets a number."""
    stem = "stdin" if name == "-" else Path(name).stem
    made, number = f"{stem}-{method}.png", 1
    while made in taken:
        number += 1
        made = f"{stem}-{number}-{method}.png"
    taken.add(made)
    return made


def _about_rows(model: Model, reasons: Reasons) -> Tell:
    """Which columns speak for an answer, and which against it."""
    package = model.predictor.package
    typical = msgspec.json.decode(package.read(f"explain/{explain_rows.TYPICAL}"))

    def tell(_: str, value: Any, __: Answer) -> Mapping[str, Any]:
        subject = explain_rows.row_subject(model.predictor, _prepared(model, [value]), typical)
        spec, subject, attribution = reasons.of(subject)
        values = attribution.values.values[0]
        most = explain_rows.places(values, subject.names, NUM_SAID_COLUMNS)
        because = {each.name: each.value for each in most if each.value}
        line = ", ".join(f"{column} {amount:+.3g}" for column, amount in because.items())
        return {"method": spec.name, "because": because, "line": line}

    return tell


def _about_lists(model: Model, reasons: Reasons) -> Tell:
    """Because of which items of a history each of the first answered ones is there."""
    labels = model.predictor.package.labels
    place = {label: index for index, label in enumerate(labels)}

    def tell(_: str, value: Any, answer: Answer) -> Mapping[str, Any]:
        items = answer["items"][:NUM_ITEMS]
        things = np.array([place[item] for item in items], np.int64)
        histories = _prepared(model, [value] * len(items))
        subject = explain_runs.run_subject(model.predictor, histories, things)
        spec, subject, attribution = reasons.of(subject)
        because, said = {}, []
        for row, item in enumerate(items):
            most = explain_runs.places(subject.runs[row], attribution.values[row], labels)
            speaking = [each for each in most if each.value > 0][:NUM_SAID_ITEMS]
            because[item] = [{"name": each.name, "value": each.value} for each in speaking]
            if speaking:
                said.append(f"{item} because of {', '.join(each.name for each in speaking)}")
        line = "; ".join(said) or "none of the history speaks for it"
        return {"method": spec.name, "because": because, "line": line}

    return tell


def _about_texts(model: Model, reasons: Reasons) -> Tell:
    """Which words of a text speak for its class, and which against it."""

    def tell(_: str, value: Any, answer: Answer) -> Mapping[str, Any]:
        spec, subject, attribution = reasons.of(text_subject(model.predictor, [value]))
        label = model.predictor.labels[int(subject.things[0])]
        words = words_of(subject, attribution, 0)
        said = [{"name": each.name, "value": each.value} for each in words]
        line = _line(words, for_what=label if "labels" in answer else "it")
        return {"method": spec.name, "label": label, "words": said, "line": line}

    return tell


def _line(words: Sequence[Place], *, for_what: str) -> str:
    values = np.array([word.value for word in words])
    first = np.argsort(-values, kind="stable")
    parts = []
    for title, order, sign in (("for", first, 1), ("against", first[::-1], -1)):
        named = [
            f"{words[place].name.strip()} {values[place]:+.2f}"
            for place in order[:NUM_SAID_WORDS].tolist()
            if sign * values[place] >= 0.005
        ]
        if named:
            parts.append(f"{title} {for_what}: {', '.join(named)}")
    return "; ".join(parts) or "no word says much"
