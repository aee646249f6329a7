"""How the answer changes with one column, as a chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from daylight.core.explained import Dependence
from daylight.report.charts import Line, lines
from daylight.report.frame import Scale, markup, opened, text_at
from daylight.report.wording import number

WIDTH, ROW, NAMES, ROOM = 380, 20, 150, 66
LONGEST = 23


@dataclass(frozen=True, slots=True)
class DependenceChart:
    """One column with its chart."""

    found: Dependence
    chart: Markup


def dependence_chart(found: Dependence) -> DependenceChart:
    """Draws numbers as lines, those of single examples thin, and names as dots."""
    if not found.numbers:
        return DependenceChart(found, _dots(found.names, found.means))
    thin = [Line("thin", found.numbers, each) for each in found.lines]
    mean = Line("accent", found.numbers, found.means)
    return DependenceChart(found, lines(found.column, [*thin, mean]))


def _dots(names: Sequence[str], means: Sequence[float]) -> Markup:
    scale = Scale.around(min(means), max(means))
    said = "; ".join(f"{name} {number(mean)}" for name, mean in zip(names, means, strict=True))
    parts = [opened("chart", (WIDTH, ROW * len(names) + 4), said)]
    for place, (name, mean) in enumerate(zip(names, means, strict=True)):
        y = ROW * place + 12
        x = NAMES + scale.share(mean) * (WIDTH - NAMES - ROOM)
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        parts += [
            text_at("tick", str(NAMES - 10), str(y + 4), short, "end"),
            f'<line class="grid" x1="{NAMES}" x2="{WIDTH - ROOM}" y1="{y}" y2="{y}"/>',
            f'<circle class="accent-dot" cx="{x:.1f}" cy="{y}" r="4"/>',
            text_at("tick", str(WIDTH - ROOM + 10), str(y + 4), f"{mean:,.4g}", "start"),
        ]
    return markup([*parts, "</svg>"])
