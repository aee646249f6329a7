"""Why this model: the ranking of a race, learning curves, and who could not take part."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec
from markupsafe import Markup

from daylight.core.choice import Candidate, ChosenSection, Race
from daylight.core.sections import Score
from daylight.report.charts import interval_plot, levels
from daylight.report.frame import Scale

MAX_CURVES = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate as it is shown.

    Attributes:
        plot: Its last score on a scale that all share; ``None`` where it is not defined.
    """

    found: Candidate
    score: Score
    plot: Markup | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """What there is to see of a race.

    Attributes:
        ranked: The best first.
        curves: Name and drawing of the learning curves of the best.
        unfitted: State, names and reason of those that were never fitted.
    """

    race: Race
    ranked: tuple[Ranked, ...]
    curves: tuple[tuple[str, Markup], ...]
    unfitted: tuple[tuple[str, str, str], ...]


def ranking(chosen: ChosenSection) -> Ranking | None:
    """Arranges a race for the page; ``None`` where there was none."""
    race = chosen.race
    if race is None:
        return None
    fitted = race.fitted()
    scale = _scale([each.rungs[-1].score for each in fitted])
    climbers = [each for each in fitted if len(each.rungs) > 1][:MAX_CURVES]
    narrow = _narrow([rung.score for each in climbers for rung in each.rungs])
    sizes = sorted({rung.num_examples for each in climbers for rung in each.rungs})
    unfitted = [each for each in race.candidates if not each.rungs]
    return Ranking(
        race=race,
        ranked=tuple(
            Ranked(each, each.rungs[-1].score, _plot(each.rungs[-1].score, scale))
            for each in fitted
        ),
        curves=tuple((each.name, _curve(each, fitted[0], sizes, narrow)) for each in climbers),
        unfitted=tuple(
            (state, ", ".join(each.name for each in group), reason)
            for (state, reason), group in groupby(unfitted, lambda each: (each.state, each.reason))
        ),
    )


def _plot(score: Score, scale: Scale) -> Markup | None:
    return None if score.value is None else interval_plot(score, scale, compact=True)


def _curve(found: Candidate, best: Candidate, sizes: Sequence[int], up: Scale) -> Markup:
    known = {rung.num_examples: rung.score for rung in found.rungs}
    missing = msgspec.structs.replace(found.rungs[0].score, value=None, low=None, high=None)
    names = [f"{size:,}" for size in sizes]
    scores = [known.get(size, missing) for size in sizes]
    title = f"{found.name} by training examples"
    return levels(title, names, scores, best.rungs[-1].score, up=up)


def _ends(scores: Sequence[Score]) -> list[float]:
    return [x for s in scores for x in (s.value, s.low, s.high) if x is not None] or [0.0]


def _scale(scores: Sequence[Score]) -> Scale:
    ends = _ends(scores)
    if all(0 <= x <= 1 for x in ends) and all(s.unit == "ratio" for s in scores):
        return Scale(0.0, 1.0)
    return Scale.around(min([0.0, *ends]), max([0.0, *ends]))


def _narrow(scores: Sequence[Score]) -> Scale:
    """Hardly wider than needed, for curves differ by little."""
    low, high = min(_ends(scores)), max(_ends(scores))
    if 0 <= low < high <= 1:
        return Scale(math.floor(10 * low) / 10, math.ceil(10 * high) / 10)
    return Scale.around(low, high)
