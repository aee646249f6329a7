"""What wrong answers cost, by the threshold from which on a label is answered."""

from dataclasses import dataclass

from markupsafe import Markup

from daylight.core.people import Costs
from daylight.report.charts import Line, lines


@dataclass(frozen=True, slots=True)
class CostsFigure:
    """The costs with their curve."""

    costs: Costs
    chart: Markup


def costs_figure(costs: Costs | None) -> CostsFigure | None:
    """Draws the curve, if there are costs."""
    if costs is None:
        return None
    drawn = [Line("second", costs.thresholds, costs.validation)] if costs.validation else []
    drawn.append(Line("accent", costs.thresholds, costs.test))
    title = f"probability from which on {costs.positive} is answered"
    return CostsFigure(costs, lines(title, drawn, marked=(costs.threshold, 0.5), from_zero=True))
