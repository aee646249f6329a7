"""Whether a method shows what a model has learned, or the same of any model.

Explanations of the trained model are compared with those of an equal model whose parameters are
random; a method that shows much the same of both draws edges, not reasons.

Source: Adebayo et al., Sanity Checks for Saliency Maps, arXiv:1810.03292, section 3, "model
parameter randomization test", all layers at once; rank correlation of the signed values.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.explained import RandomModelCheck
from daylight.explaining.explainer import (
    Attribution,
    Explained,
    Explainer,
    Redrawable,
    UnableError,
)
from daylight.metrics.intervals import measure_mean

if TYPE_CHECKING:
    from daylight.core.types import Array

SIMILAR = 0.5
"""Explanations whose ranks agree by more are much the same."""


def check(
    method: Explainer, subject: Explained, attribution: Attribution, random: np.random.Generator
) -> RandomModelCheck:
    """Explains an equal model with random parameters, and compares.

    Args:
        method: What is checked.
        subject: With the fitted model.
        attribution: What the method gave for it.
        random: Decides the parameters, and the resamples of the interval.

    Raises:
        UnableError: There is no such model, it cannot be asked, or there is nothing to compare.
    """
    if not isinstance(subject.fitted, Redrawable):
        raise UnableError("the family does not say what an equal model with random parameters is")
    found = method.explain(subject.with_model(subject.fitted.redrawn(random))).values
    similar = [
        correlation(attribution.values[row][None], found[row][None]) for row in range(len(found))
    ]
    return compared(np.concatenate(similar), random)


def compared(similar: "Array", random: np.random.Generator) -> RandomModelCheck:
    """What rank correlations say, one per row.

    Raises:
        UnableError: There is none.
    """
    similar = similar[np.isfinite(similar)]
    if len(similar) == 0:
        raise UnableError("one of both models has explanations that are equal everywhere")
    measured = measure_mean(similar, random=random)
    low, high = measured.low or 0.0, measured.high or 0.0
    return RandomModelCheck(
        similarity=measured.value or 0.0,
        low=low,
        high=high,
        num_examples=len(similar),
        verdict="depends on the model"
        if high < SIMILAR
        else "much the same for a random model"
        if low > SIMILAR
        else "undecided",
    )


def correlation(one: "Array", other: "Array") -> "Array":
    """Spearman's, row by row; NaN where a row is equal everywhere; shape ``(rows,)``."""
    from scipy.stats import rankdata  # noqa: PLC0415 - half a second, only to check

    ranks = [rankdata(each.reshape(len(each), -1), axis=1) for each in (one, other)]
    first, second = (each - each.mean(axis=1, keepdims=True) for each in ranks)
    size = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    found: Array = np.divide(
        (first * second).sum(axis=1), size, out=np.full(len(one), np.nan), where=size > 0
    )
    return found
