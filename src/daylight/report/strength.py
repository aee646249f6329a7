"""Where the model is weak: its scores on parts of the examples, and on harmed inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup

from daylight.core.sections import Harmed, Score, Scores, Slice
from daylight.report.charts import interval_plot, levels
from daylight.report.frame import Scale


@dataclass(frozen=True, slots=True)
class Part:
    """A slice as it is shown.

    Attributes:
        weaker: Whether its whole interval is worse than the score of all examples.
    """

    between: str
    score: Score
    plot: Markup | None
    weaker: bool


@dataclass(frozen=True, slots=True)
class Strength:
    """What there is to see.

    Attributes:
        slices: By attribute, its parts from low to high.
        harmed: By corruption, a drawing of the score from mild to severe.
        plain: The score of the same examples as they are; ``None`` if nothing was harmed.
    """

    metric: str
    slices: tuple[tuple[str, tuple[Part, ...]], ...]
    harmed: tuple[tuple[str, Markup], ...]
    plain: Score | None

    def __bool__(self) -> bool:
        return bool(self.slices or self.harmed)


def strength(scores: Scores) -> Strength:
    """Arranges slices and robustness for the page."""
    overall = scores.scores[0] if scores.scores else None
    slices = [
        (_in_unit(*told), tuple(_part(each, overall) for each in parts))
        for told, parts in groupby(scores.slices, attrgetter("attribute", "unit"))
    ]
    plain = next((each.score for each in scores.robustness if not each.corruption), None)
    hurt = [each for each in scores.robustness if each.corruption]
    harmed = [
        (_in_unit(*how), _drawn(_in_unit(*how), list(parts), plain))
        for how, parts in groupby(hurt, attrgetter("corruption", "unit"))
        if plain
    ]
    return Strength(
        metric=overall.title if overall else "",
        slices=tuple(slices),
        harmed=tuple(harmed),
        plain=plain,
    )


def is_worse(score: Score, overall: Score | None) -> bool:
    """Whether the whole interval is worse than the value of all examples."""
    if overall is None or overall.value is None or score.low is None or score.high is None:
        return False
    if score.higher_is_better:
        return score.high < overall.value
    return score.low > overall.value


def _in_unit(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def _part(part: Slice, overall: Score | None) -> Part:
    score = part.score
    plot = None if score.value is None else interval_plot(score, _scale(score), compact=True)
    if part.name:
        between = part.name
    elif part.low is None or part.high is None:
        between = "missing"
    elif part.low == part.high:
        between = _rounded(part.low)
    else:
        between = f"{_rounded(part.low)} to {_rounded(part.high)}"
    return Part(between, score, plot, is_worse(score, overall))


def _rounded(value: float) -> str:
    """Three digits are enough to tell thirds apart.

    >>> _rounded(784.0), _rounded(12.345), _rounded(0.01234)
    ('784', '12.3', '0.0123')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _scale(score: Score) -> Scale:
    ends = [each for each in (score.value, score.low, score.high) if each is not None]
    if score.unit == "ratio" and all(0 <= each <= 1 for each in ends):
        return Scale(0.0, 1.0)
    return Scale.around(min([0.0, *ends]), max([0.0, *ends]))


def _drawn(name: str, parts: Sequence[Harmed], plain: Score) -> Markup:
    names = [f"{each.level:g}" for each in parts]
    return levels(f"{plain.title} by {name}", names, [each.score for each in parts], plain)
