"""What a package concludes from a model's answers, by how those were on validation."""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column, Columns, Fitted, Node, Prepared
from daylight.metrics.spread import half_width
from daylight.runtime.predictor import join

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 256


def conclusions(fitted: Fitted, prepared: Prepared) -> tuple[Node, ...]:
    """Nodes that follow the model's: ranges around answers that are numbers.

    None where validation is too small to say anything.
    """
    return _ranges(fitted, prepared) if prepared.answer == "real" else ()


def _ranges(fitted: Fitted, prepared: Prepared) -> tuple[Node, ...]:
    target = prepared.splits["validation"].targets["target"].values
    errors: Array = _on_validation(fitted, prepared)["value"].values.astype(np.float64) - target
    width = half_width(errors)
    if width is None:
        return ()
    facts = {"half_width": width, "num_calibrated": len(errors)}
    node = Node(operation="around", inputs=("value",), outputs=("low", "high"), parameters=facts)
    return (node,)


def _on_validation(fitted: Fitted, prepared: Prepared) -> Columns:
    """What the model answers there; some rows at a time."""
    inputs: dict[str, Column] = dict(prepared.splits["validation"].inputs)
    rows = len(prepared.splits["validation"])
    parts = [
        fitted.predict({n: c.slice(start, start + BATCH_ROWS) for n, c in inputs.items()})
        for start in range(0, rows, BATCH_ROWS)
    ]
    return join(parts)
