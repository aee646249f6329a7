"""predict --explain: a model and what a person has -> answers, and what they rest on."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from daylight.core.answers import Answer
from daylight.core.errors import MissingExtraError, NotFoundError, UserError
from daylight.core.explained import ExplainedSection
from daylight.core.files import write_atomic, writing
from daylight.explaining import EXPLAINERS
from daylight.explaining.explainer import Attribution, Subject, UnableError
from daylight.explaining.overlay import overlay, png
from daylight.explaining.spec import ExplainerSpec
from daylight.package.package import Package
from daylight.runtime.inputs import to_columns
from daylight.steps.explaining import (
    ABSENT,
    SECTION,
    attribute,
    load_fitted,
    methods_for,
    prove,
    subject_of,
)
from daylight.steps.predict import Model, answer_batch, inputs_of

if TYPE_CHECKING:
    from daylight.core.types import Array, Fitted


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture of an explanation, and the method that made it."""

    method: str
    picture: Path


def explained_answers(
    model: Model, given: Sequence[str], stdin: IO[bytes], *, method: str, folder: Path
) -> Iterator[tuple[str, Answer | UserError, Drawn | None]]:
    """Answers each input in its order, and draws what the answer rests on.

    Args:
        model: Opened.
        given: As for ``predict.answers``.
        stdin: Read if asked for.
        method: Name of a method; if it is empty, the most faithful one that works here.
        folder: Where pictures go; made if needed.

    Raises:
        UserError: The method cannot explain this model; nothing has been answered yet.
    """
    explainer = _Explainer(model, method)
    taken: set[str] = set()
    for name, value in chain.from_iterable(inputs_of(each, stdin, model.task) for each in given):
        [(_, answer)] = answer_batch(model.predictor, [(name, value)])
        if isinstance(answer, UserError):
            yield name, answer, None
            continue
        spec, subject, attribution = explainer.explain(value)
        picture = folder / _file_name(name, spec.name, taken)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        drawing = overlay(subject.values[0], attribution.values.values[0])
        write_atomic(picture, png(drawing))
        yield name, answer, Drawn(spec.name, picture)


class _Explainer:
    """Explains one input after another by the same method, found at the first one."""

    def __init__(self, model: Model, method: str) -> None:
        self._predictor = model.predictor
        found = found_of(model.predictor.package)
        self._specs = candidates(model, method, found)
        self._named = bool(method)
        self._absent = _absent(model.predictor.package)
        self._fitted: Fitted | None = None

    def explain(self, value: Any) -> tuple[ExplainerSpec, Subject, Attribution]:
        program = self._predictor.program
        prepared = program.process(to_columns(program.program.fields, [value]))
        while True:
            spec = self._specs[0]
            try:
                subject = subject_of(self._predictor, prepared, self._absent)
                if spec.asks != "answers":
                    self._fitted = self._fitted or load_fitted(self._predictor.package)
                    subject = prove(self._fitted, subject)
                return spec, subject, attribute(spec, subject)
            except (UnableError, MissingExtraError) as error:
                if len(self._specs) > 1:
                    self._specs = self._specs[1:]
                elif isinstance(error, UnableError):
                    raise UserError(
                        f"{spec.name} cannot explain this model: {error.message}.",
                        hint="Name another method, or none: --explain" if self._named else "",
                    ) from None
                else:
                    raise


def found_of(package: Package) -> ExplainedSection:
    """What ``explain`` found about this model."""
    if f"explain/{SECTION}" not in package.manifest.files:
        raise NotFoundError(
            f"{package.folder} does not hold what explanations start from.",
            hint="Explain its run first: daylight explain RUN",
        )
    found = package.decode(ExplainedSection, f"explain/{SECTION}")
    if found.explanations and not found.num_examples:
        raise UserError(
            f"No method can explain this model: {found.explanations[0].skipped}.",
            hint="Train another, with --model; daylight models lists them.",
        )
    return found


def candidates(model: Model, method: str, found: ExplainedSection) -> list[ExplainerSpec]:
    """The named method, or all that may do, the best first."""
    known = methods_for(model.task)
    if not known:
        raise UserError(
            f"No method explains the answers of {model.task.name} yet.",
            hint="Leave out --explain.",
        )
    if method:
        spec = EXPLAINERS[method]
        if spec not in known:
            names = ", ".join(each.name for each in known)
            raise UserError(
                f"{method} cannot explain the answers of {model.task.name}.",
                hint=f"Choose one of: {names}.",
            )
        return [spec]
    gains = {e.method: e.faithfulness.gain for e in found.explanations if e.faithfulness}
    measured = [spec for spec in known if spec.name in gains]
    measured.sort(key=lambda spec: -gains[spec.name])
    return measured or [spec for spec in known if spec.asks == "answers"]


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
