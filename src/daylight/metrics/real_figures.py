"""Pictures of how real numbers were answered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.sections import Figure
from daylight.core.types import Columns

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_POINTS = 1000
MAX_BINS = 30
ROUNDING = 1e-9


def _histogram(errors: "Array") -> "tuple[Array, Array]":
    """At most ``MAX_BINS`` bins of equal width; one where all errors are (nearly) equal."""
    largest = np.abs(errors).max(initial=0.0)
    are_equal = not len(errors) or np.ptp(errors) <= ROUNDING * largest
    counts, edges = np.histogram(
        errors, 1 if are_equal else min(MAX_BINS, round(len(errors) ** 0.5))
    )
    return counts, edges


def scatter(
    targets: Columns,
    outputs: Columns,
    labels: Sequence[str],  # noqa: ARG001 - one signature
) -> Figure:
    """Answers against what is true, for some examples; and how all errors are spread.

    Examples whose answer is not finite are left out.
    """
    true = targets["target"].values.astype(np.float64)
    answered = outputs["value"].values.astype(np.float64)
    finite = np.isfinite(answered)
    true, answered = true[finite], answered[finite]
    some = np.unique(np.linspace(0, max(0, len(true) - 1), MAX_POINTS).astype(np.int64))
    some = some[: len(true)]
    counts, edges = _histogram(answered - true)
    return Figure(
        name="scatter",
        title="Answers against what is true, and their errors",
        kind="scatter",
        data={
            "true": true[some].tolist(),
            "answered": answered[some].tolist(),
            "edges": edges.tolist(),
            "counts": counts.tolist(),
        },
    )
