"""What a package concludes from a model's answers, by how those were on validation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.kinds import RANGE_LEVEL
from daylight.core.types import Column, Columns, Fitted, Node, Prepared
from daylight.metrics.costs import best_threshold
from daylight.metrics.spread import half_width
from daylight.metrics.thresholds import best_thresholds
from daylight.runtime.predictor import join

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_ROWS = 256


def conclusions(fitted: Fitted, prepared: Prepared, costs: Mapping[str, float]) -> tuple[Node, ...]:
    """Nodes that follow the model's.

    Args:
        fitted: The model.
        prepared: What it was fitted on.
        costs: Of missing each label, for which a threshold is chosen; empty where they are alike.

    Returns:
        Of answers that are numbers, what gives ranges around them; none where validation is too
        small to say anything. Of any number of labels, from when on each is answered.
    """
    if costs:
        return (_decision(fitted, prepared, costs),)
    if prepared.answer == "labels":
        return (_thresholds(fitted, prepared),)
    return _ranges(fitted, prepared) if prepared.answer == "real" else ()


def in_words(nodes: Sequence[Node], labels: Sequence[str]) -> str:
    """What a package concludes, as a sentence for its card; empty if it concludes nothing."""
    for node in nodes:
        facts = node.parameters
        if node.operation == "around":
            return (
                f"Each answer has a range of ±{facts['half_width']:.4g}, which should hold the "
                f"truth in {RANGE_LEVEL:.0%} of cases."
            )
        if node.operation == "thresholds":
            least, most = min(facts["thresholds"]), max(facts["thresholds"])
            each = (
                f"{least:.3f} to {most:.3f}, each label its own" if least < most else f"{least:.3f}"
            )
            return f"A label is answered from a probability of {each}, chosen on validation."
        if node.operation == "decide":
            name, threshold = labels[facts["positive"]], facts["threshold"]
            when = "never" if threshold > 1 else f"from a probability of {threshold:.3f} on"
            return (
                f"{name} is answered {when}: to miss it costs {facts['missed']:g}, to answer it "
                f"wrongly {facts['false_alarm']:g}."
            )
    return ""


def _thresholds(fitted: Fitted, prepared: Prepared) -> Node:
    found = best_thresholds(
        _on_validation(fitted, prepared)["probabilities"].values,
        prepared.splits["validation"].targets["target"].values > 0,
    )
    made = {"inputs": ("probabilities",), "outputs": ("answered",)}
    return Node(operation="thresholds", parameters={"thresholds": found.tolist()}, **made)


def _decision(fitted: Fitted, prepared: Prepared, costs: Mapping[str, float]) -> Node:
    """The label that costs more to miss, of equals the second, is answered from a threshold on."""
    first, second = (costs[label] for label in prepared.labels)
    positive = 0 if first > second else 1
    missed, false_alarm = (first, second) if positive == 0 else (second, first)
    threshold = best_threshold(
        _on_validation(fitted, prepared)["probabilities"].values[:, positive],
        prepared.splits["validation"].targets["target"].values == positive,
        missed=missed,
        false_alarm=false_alarm,
    )
    facts = {
        "positive": positive,
        "threshold": threshold,
        "missed": missed,
        "false_alarm": false_alarm,
    }
    made = {"inputs": ("probabilities",), "outputs": ("answered",)}
    return Node(operation="decide", parameters=facts, **made)


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
