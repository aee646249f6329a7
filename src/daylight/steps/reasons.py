"""What one answer after another rests on: by the named method, or the most faithful that can."""

from typing import TYPE_CHECKING, TypeVar

from daylight.core.errors import MissingExtraError, NotFoundError, UserError
from daylight.core.explained import ExplainedSection
from daylight.explaining import EXPLAINERS
from daylight.explaining.explainer import Attribution, Explained, UnableError
from daylight.explaining.spec import ExplainerSpec
from daylight.package.package import Package
from daylight.steps.explaining import SECTION, attribute, load_fitted, methods_for, prove
from daylight.steps.predict import Model

if TYPE_CHECKING:
    from daylight.core.types import Fitted

_Subject = TypeVar("_Subject", bound=Explained)


class Reasons:
    """Explains the answers of a model; the model itself is loaded once, if a method asks for it."""

    def __init__(self, model: Model, method: str) -> None:
        """Finds what may explain the model.

        Args:
            model: Opened.
            method: Name of a method; if it is empty, the most faithful one that works here.

        Raises:
            NotFoundError: The model has not been explained.
            UserError: The method cannot explain this model.
        """
        self._predictor = model.predictor
        self._specs = _candidates(model, method, _found(model.predictor.package))
        self._named = bool(method)
        self._fitted: Fitted | None = None

    def of(self, subject: _Subject) -> tuple[ExplainerSpec, _Subject, Attribution]:
        """By the first method that can; with the subject that it was asked about.

        Raises:
            UserError: None can.
            MissingExtraError: The last that might needs a library that is not installed.
        """
        for spec in self._specs:
            try:
                asked = subject if spec.asks == "answers" else self._proven(subject)
                return spec, asked, attribute(spec, asked)
            except (UnableError, MissingExtraError) as error:
                if spec is not self._specs[-1]:
                    continue
                if isinstance(error, MissingExtraError):
                    raise
                raise UserError(
                    f"{spec.name} cannot explain this model: {error.message}.",
                    hint="Name another method, or none: --explain" if self._named else "",
                ) from None
        raise ValueError("no method was given")

    def _proven(self, subject: _Subject) -> _Subject:
        self._fitted = self._fitted or load_fitted(self._predictor.package)
        return prove(self._fitted, subject, self._predictor)


def _found(package: Package) -> ExplainedSection:
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


def _candidates(model: Model, method: str, found: ExplainedSection) -> list[ExplainerSpec]:
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
