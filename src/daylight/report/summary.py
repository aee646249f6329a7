"""What a reader should know before the rest: a few sentences, each of which can be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass

from daylight.core.sections import Harmed, Scores
from daylight.report.strength import is_worse
from daylight.report.wording import number, with_unit


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence and the section of the page that shows more.

    Attributes:
        section: Id of the section.
    """

    section: str
    text: str


def remarks(scores: Scores) -> tuple[Remark, ...]:
    """In the order of the page."""
    return (
        *_beside_baseline(scores),
        *_of_labels(scores),
        *_of_slices(scores),
        *_of_harm(scores),
        *_of_doubts(scores),
    )


def _beside_baseline(scores: Scores) -> Iterator[Remark]:
    """Says what must not be overlooked; nothing of a model that is better, or is the baseline."""
    score = scores.scores[0]
    own = (score.value, score.low, score.high)
    other = (score.baseline, score.baseline_low, score.baseline_high)
    if own == other or None in own or None in other:
        return
    sign = 1.0 if score.higher_is_better else -1.0
    low, high = sorted(sign * (end or 0.0) for end in own[1:])
    other_low, other_high = sorted(sign * (end or 0.0) for end in other[1:])
    if high < other_low:
        yield Remark("scores", f"It is worse than the baseline, {scores.baseline}.")
    elif low <= other_high:
        yield Remark(
            "scores",
            f"It is not shown to be better than the baseline, {scores.baseline}: their intervals "
            "overlap.",
        )


def _of_labels(scores: Scores) -> Iterator[Remark]:
    found = [s for s in scores.scores if s.label is not None and s.value is not None]
    if not found:
        return
    worst = min(found, key=lambda s: (s.value or 0.0) if s.higher_is_better else -(s.value or 0.0))
    title = worst.title.lower()
    yield Remark(
        "scores", f"The weakest label is {worst.label}, with {title} {number(worst.value)}."
    )


def _of_slices(scores: Scores) -> Iterator[Remark]:
    weaker = [each for each in scores.slices if is_worse(each.score, scores.scores[0])]
    for each in weaker[:3]:
        where = f"{each.attribute} is missing"
        if each.low is not None and each.high is not None:
            between = f"{each.low:.3g} and {each.high:.3g}"
            where = f"{each.attribute} is between {with_unit(between, each.unit)}"
        title = each.score.title.lower()
        yield Remark("strength", f"It is weaker where {where}: {title} {number(each.score.value)}.")


def _of_harm(scores: Scores) -> Iterator[Remark]:
    plain = next((each.score for each in scores.robustness if not each.corruption), None)
    hurt = [each for each in scores.robustness if each.corruption and is_worse(each.score, plain)]
    if plain is None:
        return
    if not hurt:
        yield Remark(
            "strength", "No harm that was tried on its inputs makes a detectable difference."
        )
        return
    first: dict[str, Harmed] = {}
    for each in hurt:
        first.setdefault(each.corruption, each)
    said = ", ".join(
        f"{name.lower() if not name.isupper() else name} of {each.level:g} {each.unit} "
        f"({number(each.score.value)})"
        for name, each in first.items()
    )
    yield Remark(
        "strength",
        f"{plain.title} falls from {number(plain.value)} under {said}.",
    )


def _of_doubts(scores: Scores) -> Iterator[Remark]:
    doubtful = sum(not each.reliable for each in scores.scores if each.label is None)
    if doubtful:
        noun = "interval" if doubtful == 1 else "intervals"
        yield Remark(
            "scores", f"{doubtful} {noun} may be too narrow or too wide; footnotes say why."
        )
