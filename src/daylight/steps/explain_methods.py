"""explain, where inputs have places that can be taken out: one method after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import MissingExtraError, OutOfTimeError, UserError
from daylight.core.explained import ExplainedExample, Explanation
from daylight.explaining.deletion import judged
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.random_model import check_places
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
        beside: What taking places out in random orders does.
        curves: The same in the order of values, one per place.
        examples: A few examples with their explanation.
    """

    subject: Any
    unloaded: UserError | None
    beside: "Array"
    curves: "Callable[[Array, np.random.Generator], Array]"
    examples: Callable[[Attribution], tuple[ExplainedExample, ...]]


def explained(
    specs: Sequence[ExplainerSpec], asked: Asked, context: Context
) -> tuple[tuple[Explanation, ...], bool]:
    """What each method shows and how far it can be believed, and whether time ran out."""
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
                faithfulness=judged(curves, asked.beside, random),
                examples=asked.examples(attribution),
                **_checked(spec, asked.subject, attribution, random),
            )
        )
    return tuple(explanations), hurried


def _checked(
    spec: ExplainerSpec, subject: Any, attribution: Attribution, random: np.random.Generator
) -> dict[str, Any]:
    try:
        return {"random_model": check_places(open_method(spec), subject, attribution, random)}
    except UnableError as error:
        return {"unchecked": error.message}
