"""From a package and what it is shown to what a method explains."""

from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from daylight.core.answers import answered
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.explained import Dependence, DrawnTree, Explanation
from daylight.core.recipe import Recipe
from daylight.core.types import Columns, Fitted, Task
from daylight.explaining import EXPLAINERS
from daylight.explaining.explainer import (
    ABILITIES,
    Attribution,
    Explained,
    Explainer,
    Subject,
    UnableError,
)
from daylight.explaining.spec import ExplainerSpec
from daylight.package.package import Package
from daylight.runtime.predictor import Predictor
from daylight.steps.agreement import MAX_DIFFERENCE, largest_between
from daylight.steps.families import open_family

if TYPE_CHECKING:
    from daylight.core.types import Array


_Subject = TypeVar("_Subject", bound=Explained)

SECTION = "explanations.json"
ABSENT = "mean-picture.png"
"""In the folder ``explain`` of a run and of a package."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the section, and the files that go with it."""

    num_examples: int = 0
    absent: str = ""
    explanations: tuple[Explanation, ...] = ()
    hurried: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    tree: DrawnTree | None = None
    dependence: tuple[Dependence, ...] = ()


def facts(spec: ExplainerSpec) -> dict[str, Any]:
    """What an explanation says of its method."""
    return {
        "method": spec.name,
        "title": spec.title,
        "sentence": spec.sentence,
        "source": spec.source,
        "signed": spec.signed,
    }


def skipped(spec: ExplainerSpec, error: UserError) -> Explanation:
    """The explanation of a method that was not used."""
    lacks = error.library if isinstance(error, MissingExtraError) else ""
    reason = f"{error.message} {error.hint}".strip() if lacks else error.message
    return Explanation(**facts(spec), skipped=reason, lacks=lacks)


def spread(num_rows: int, wanted: int) -> "Array":
    """At most so many rows, evenly spread."""
    count = min(num_rows, wanted)
    return np.arange(count) * num_rows // max(1, count)


def methods_for(task: Task) -> list[ExplainerSpec]:
    """The methods for the task's input and answer kinds, in the order of the table."""
    return [s for s in EXPLAINERS.working() if task.input in s.inputs and task.answer in s.answers]


def open_method(spec: ExplainerSpec) -> Explainer:
    """Imports a method.

    Raises:
        MissingExtraError: A library that it needs is not installed.
    """
    try:
        return cast("Explainer", import_module(spec.module))
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("daylight"):
            raise
        raise MissingExtraError(
            f"{spec.name} needs {error.name}, which is not installed.",
            hint=f"Install Daylight with its extra {' and '.join(spec.needs)}; the README says "
            "how.",
            library=error.name.partition(".")[0],
        ) from None


def picture_column(columns: Columns) -> str:
    """The one prepared column, if it holds pictures.

    Raises:
        UnableError: The model is shown something else.
    """
    [(name, column), *others] = columns.items()
    if others or column.offsets is not None or column.values.ndim != 4:
        raise UnableError("the model is not shown a picture")
    return name


def subject_of(predictor: Predictor, prepared: Columns, absent: "Array") -> Subject:
    """Asks the package why it answers as it does.

    Args:
        predictor: The package.
        prepared: What its program makes of the inputs.
        absent: The picture that says nothing; see ``Subject``.

    Raises:
        UnableError: The model is not shown a picture.
    """
    name = picture_column(prepared)
    answer = predictor.program.answer
    classes = answered(predictor.program.conclude(prepared))
    return Subject(answer, name, prepared[name].values, classes, absent)


def load_fitted(package: Package) -> Fitted:
    """Loads the model that a package was made from; ``prove`` it before it is used.

    Raises:
        MissingExtraError: Its family needs a library that is not installed.
    """
    return open_family(package.decode(Recipe, "recipe.json").model).load(package.folder)


def prove(fitted: Fitted, subject: _Subject, predictor: Predictor) -> _Subject:
    """The subject with the model, if it answers as the package does.

    Args:
        fitted: The model.
        subject: A dataclass with a field ``fitted``.
        predictor: The package.

    Raises:
        UnableError: It answers otherwise.
    """
    difference = largest_between(
        fitted.predict(subject.shown), predictor.program.answer(subject.shown)
    )
    if difference > MAX_DIFFERENCE:
        raise UnableError(
            "the model that the family loads answers otherwise than the package, "
            f"by {difference:.2g}"
        )
    return replace(subject, fitted=fitted)


def loaded(predictor: Predictor, subject: _Subject) -> tuple[_Subject, UserError | None]:
    """The subject with the model, or as it is and why the model cannot be used."""
    try:
        return prove(load_fitted(predictor.package), subject, predictor), None
    except (UnableError, MissingExtraError) as error:
        return subject, error


def attribute(spec: ExplainerSpec, subject: Explained) -> Attribution:
    """Explains by one method.

    Raises:
        MissingExtraError: It needs a library that is not installed.
        UnableError: It cannot explain this model.
    """
    attribution = open_method(spec).explain(able(spec, subject))
    if not np.isfinite(attribution.values.values).all():
        raise UnableError("its values are not all finite")
    return attribution


def able(spec: ExplainerSpec, subject: Explained) -> Explained:
    """The subject, if its model can be asked what the method asks.

    Raises:
        UnableError: It cannot.
    """
    if spec.asks in ABILITIES:
        ability, otherwise = ABILITIES[spec.asks]
        if not isinstance(subject.fitted, ability):
            raise UnableError(otherwise)
    return subject
