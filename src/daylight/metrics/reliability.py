"""Where a 95 % interval is known to cover in 93 to 97 % of cases, and why not elsewhere.

The bounds below are those within which ``tests/metrics/test_coverage.py`` shows it; nothing is
promised outside. Each doubt is a sentence for people; none means that the interval is reliable.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_EXAMPLES = 200
CLASS_EXAMPLES = 50
"""Of the rarest class, for means over classes: with 20, intervals of the area under the ROC curve
cover in 90 %, and those that look harmless to ``influential`` in 80 %; with 50, in 94 %."""
RATIOS = (0.05, 0.95)
LIKELIHOOD = 0.95
"""Where the truth gets more, log loss hangs on hard examples that 200 may not hold: it covers in
91 to 93 %."""
INFLUENTIAL = 10.0
HEAVY_TAILED = 3.7
"""Kurtosis of errors; that of normal ones is 3. Of samples of 200 normal errors 3 % have more; of
errors of Student's t with 5 degrees of freedom, whose root mean square covers in 91 %, 87 % have.
Tails do no harm once ``MANY_INFLUENTIAL`` examples decide the value."""
MANY_INFLUENTIAL = 30.0
SHARE_BELOW = (0.4, 0.6)
SPREADS = (2 / 3, 3 / 2)
UNDEFINED = 0.01
ROUNDING = 1e-12
"""Resamples that differ by less, relative to the value, are equal."""


def doubts_of_size(num_examples: int) -> list[str]:
    """Whether there are enough examples."""
    if num_examples >= NUM_EXAMPLES:
        return []
    noun = "example" if num_examples == 1 else "examples"
    return [f"Only {num_examples} {noun}; intervals are tested for {NUM_EXAMPLES} or more."]


def doubts_of_classes(smallest: int) -> list[str]:
    """Whether the rarest class has enough examples for a mean over classes."""
    if smallest >= CLASS_EXAMPLES:
        return []
    noun = "example" if smallest == 1 else "examples"
    return [f"One class has only {smallest} {noun}; it should have {CLASS_EXAMPLES} or more."]


def doubts_of_ratio(value: float) -> list[str]:
    """Whether a value that lies between 0 and 1 is far enough from both."""
    low, high = RATIOS
    if low <= value <= high:
        return []
    return [f"It is close to 0 or 1; intervals are tested for values from {low} to {high}."]


def doubts_of_likelihood(value: float) -> list[str]:
    """Whether a log loss (in nats) is far enough from that of a model that is sure and right.

    Its exponential is the probability that the truth gets, in the geometric mean.
    """
    likelihood = math.exp(-value)
    if likelihood <= LIKELIHOOD:
        return []
    return [
        f"The truth gets a probability of {likelihood:.3f} in the mean; intervals are tested up to "
        f"{LIKELIHOOD}."
    ]


def doubts_of_errors(errors: "Array") -> list[str]:
    """Whether errors, of mean 0 and shape ``(rows,)``, are equal enough for their mean square."""
    largest = float(np.abs(errors).max(initial=0.0))
    if largest == 0 or not math.isfinite(largest):
        return []
    squares = (errors / largest) ** 2
    if float(np.mean(squares**2)) / float(squares.mean()) ** 2 <= HEAVY_TAILED:
        return []
    if influential(squares, len(squares)) >= MANY_INFLUENTIAL:
        return []
    return ["A few large values decide this one; intervals are tested for normal errors."]


def doubts_of_influence(left_out: "Array", rows: int) -> list[str]:
    """Whether enough examples decide a value; see ``influential``."""
    if influential(left_out[np.isfinite(left_out)], rows) >= INFLUENTIAL:
        return []
    return ["A few examples decide this value."]


def doubts_of_bootstrap(value: float, draws: "Array", left_out: "Array") -> list[str]:
    """Whether resamples of a value behave as the bootstrap needs.

    Args:
        value: On the examples as they are; finite.
        draws: On resamples, NaN where not defined; shape ``(num_resamples,)``.
        left_out: Without one group each, NaN where not defined; shape ``(groups,)``.
    """
    doubts: list[str] = []
    defined, left_out = draws[np.isfinite(draws)], left_out[np.isfinite(left_out)]
    if (undefined := 1 - len(defined) / len(draws)) > UNDEFINED:
        doubts.append(
            f"Random redraws of the examples do not define it in {undefined * 100:.0f} % of cases."
        )
    if np.ptp(defined) <= ROUNDING * abs(value):
        return [
            *doubts,
            "Every random redraw of the examples gave this value, so its uncertainty is unknown.",
        ]
    if not SHARE_BELOW[0] <= share_below(value, defined) <= SHARE_BELOW[1]:
        doubts.append("Random redraws of the examples mostly lie to one side of it.")
    # Both estimate the standard error; they part where the value jumps, as when a class is lost.
    jackknife = left_out.std() * max(len(left_out) - 1, 0) ** 0.5 if len(left_out) else 0.0
    if not SPREADS[0] * jackknife <= defined.std() <= SPREADS[1] * jackknife:
        doubts.append("It jumps with the choice of examples.")
    return doubts


def doubts_of_jackknife(value: float, left_out: "Array", rows: int) -> list[str]:
    """Whether leaving examples out shows a spread that an interval can be made of.

    Args:
        value: On the examples as they are; finite.
        left_out: Without one group each, NaN where not defined; shape ``(groups,)``.
        rows: How many examples there are.
    """
    defined = left_out[np.isfinite(left_out)]
    if len(defined) < 2 or np.ptp(defined) <= ROUNDING * abs(value):
        return ["Without any of the examples it is the same, so its uncertainty is unknown."]
    few = influential(defined, rows) < INFLUENTIAL
    return ["A few examples decide this value."] if few else []


def share_below(value: float, draws: "Array") -> float:
    """Share of draws below the value; those equal to it count half, as ratios of counts often are.

    >>> share_below(1.0, np.array([0.0, 1.0, 1.0, 2.0]))
    0.5
    """
    return float(np.sum(draws < value) + np.sum(draws <= value)) / (2 * len(draws))


def influential(left_out: "Array", rows: int) -> float:
    """How many examples of equal influence would decide a value as these do; at most ``rows``.

    The rows over the kurtosis of their influence: of a share of 5 % in 200 rows, 11.

    Args:
        left_out: Shape ``(groups,)``. Groups of several rows hide how unequal the rows are: the
            kurtosis over 3 shrinks by the size of the groups, which is undone here.
        rows: How many examples there are.
    """
    if len(left_out) < 2:
        return float(len(left_out))
    influence = left_out - left_out.mean()
    squares = float(np.mean(influence**2))
    if squares == 0:
        return float(rows)
    kurtosis = float(np.mean(influence**4)) / squares**2
    return rows / max(1.0, 3 + (kurtosis - 3) * rows / len(left_out))
