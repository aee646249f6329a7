"""explain: one method after another, whatever a model is shown, and how far to believe each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import MissingExtraError, OutOfTimeError, UserError
from daylight.core.explained import Explanation
from daylight.explaining.deletion import judged, random_curves
from daylight.explaining.explainer import Attribution, Explained, UnableError
from daylight.explaining.random_model import check
from daylight.explaining.spec import ExplainerSpec
from daylight.steps.explaining import attribute, facts, open_method, skipped

if TYPE_CHECKING:
    from daylight.core.types import Array


@dataclass(frozen=True, slots=True)
class Asked:
    """What every method is asked.

    Attributes:
        subject: With the fitted model, if it could be loaded.
        unloaded: Why it could not.
        curves: What taking places out does, as ``random_curves`` says.
        told: What an explanation holds besides its figures, such as examples.
        every: Every so many-th row is compared with a random model.
    """

    subject: Explained
    unloaded: UserError | None
    curves: "Callable[[Array, np.random.Generator], Array]"
    told: Callable[[ExplainerSpec, Attribution], Mapping[str, Any]]
    every: int = 1


def explained(
    specs: Sequence[ExplainerSpec], asked: Asked, context: Context
) -> tuple[tuple[Explanation, ...], bool]:
    """What each method shows and how far it can be believed, and whether time ran out."""
    orders = context.random("explain", "random orders")
    beside = random_curves(asked.curves, asked.subject.level, orders)
    explanations, hurried = [], False
    for spec in specs:
        context.log("explain", method=spec.name)
        try:
            context.check_time()
            if asked.unloaded and spec.asks != "answers":
                raise asked.unloaded
            attribution = attribute(spec, asked.subject)
        except (UnableError, MissingExtraError, OutOfTimeError) as error:
            hurried |= isinstance(error, OutOfTimeError)
            explanations.append(skipped(spec, error))
            continue
        random = context.random("explain", spec.name)
        curves = asked.curves(attribution.values.values, random)
        explanations.append(
            Explanation(
                **facts(spec),
                gap=attribution.gap,
                faithfulness=judged(curves, beside, random),
                **asked.told(spec, attribution),
                **_checked(spec, asked, attribution, random),
            )
        )
    return tuple(explanations), hurried


def _checked(
    spec: ExplainerSpec, asked: Asked, attribution: Attribution, random: np.random.Generator
) -> dict[str, Any]:
    """Beside a random model: each row is explained once more."""
    if asked.unloaded:
        return {"unchecked": asked.unloaded.message}
    subject = asked.subject
    if asked.every > 1:
        rows = np.arange(0, len(subject), asked.every)
        subject = subject.take(rows)
        attribution = replace(attribution, values=attribution.values.take(rows))
    try:
        return {"random_model": check(open_method(spec), subject, attribution, random)}
    except UnableError as error:
        return {"unchecked": error.message}
