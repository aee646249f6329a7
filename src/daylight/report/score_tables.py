"""Scores as the rows of tables, each with its drawing and its footnote."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from daylight.core.sections import Score
from daylight.metrics.cautions import Footnotes
from daylight.report.charts import interval_plot
from daylight.report.frame import Scale

MAX_LABELS = 30
"""Longer tables show their worst rows; the rest folds away."""


@dataclass(frozen=True, slots=True)
class Row:
    """A score as it is shown.

    Attributes:
        plot: Value, interval and baseline on a scale; ``None`` where there is no value.
        notes: Numbers of its footnotes.
    """

    score: Score
    plot: Markup | None
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """All scores of one label, in the order of the table's titles; ``None`` where one lacks."""

    label: str
    cells: tuple[Row | None, ...]


@dataclass(frozen=True, slots=True)
class ScoreTables:
    """The scores of a section, less nothing.

    Attributes:
        overall: Those of all examples.
        titles: Of the metrics that are measured per label, with their units.
        worst: Labels with their scores, worst first; all of them if they are few.
        others: The rest, in the same order.
        notes: Footnotes of ``overall``; rows cite them by their places, from 1.
        label_notes: The same of the labels.
    """

    overall: tuple[Row, ...]
    titles: tuple[tuple[str, str], ...]
    worst: tuple[LabelRow, ...]
    others: tuple[LabelRow, ...]
    notes: tuple[str, ...]
    label_notes: tuple[str, ...]


def score_tables(scores: Sequence[Score]) -> ScoreTables:
    """Parts the scores of all examples from those of one label each."""
    overall = [score for score in scores if score.label is None]
    by_label: dict[str, dict[str, Score]] = {}
    for score in scores:
        if score.label is not None:
            by_label.setdefault(score.label, {})[score.metric] = score
    metrics = {
        score.metric: (score.title, score.unit) for score in scores if score.label is not None
    }
    scales = {
        metric: _scale(each[metric] for each in by_label.values() if metric in each)
        for metric in metrics
    }
    ordered = sorted(by_label.items(), key=lambda item: _badness(item[1].values()), reverse=True)
    notes = Footnotes(overall)
    label_notes = Footnotes(each for _, found in ordered for each in found.values())
    rows = tuple(
        LabelRow(
            label,
            tuple(
                _row(found[metric], scales[metric], label_notes, compact=True)
                if metric in found
                else None
                for metric in metrics
            ),
        )
        for label, found in ordered
    )
    return ScoreTables(
        overall=tuple(_row(score, _scale([score]), notes) for score in overall),
        titles=tuple(metrics.values()),
        worst=rows[:MAX_LABELS],
        others=rows[MAX_LABELS:],
        notes=notes.texts,
        label_notes=label_notes.texts,
    )


def _row(score: Score, scale: Scale, notes: Footnotes, *, compact: bool = False) -> Row:
    plot = None if score.value is None else interval_plot(score, scale, compact=compact)
    return Row(score, plot, notes.of(score))


def _badness(scores: Iterable[Score]) -> float:
    """The worst of a label's scores; a score that is not defined says nothing."""
    values = [
        -score.value if score.higher_is_better else score.value
        for score in scores
        if score.value is not None
    ]
    return max(values, default=-math.inf)


def _scale(scores: Iterable[Score]) -> Scale:
    """From 0 to 1 for ratios, else from 0 to a round number that holds all there is to see."""
    seen = list(scores)
    numbers = [
        each
        for score in seen
        for each in (score.value, score.low, score.high, score.baseline)
        if each is not None and math.isfinite(each)
    ]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if low >= 0 and high <= 1 and all(score.unit == "ratio" for score in seen):
        return Scale(0.0, 1.0)
    if high <= 1 and all(score.unit == "ratio" for score in seen):
        high = 1.0
    return Scale.around(min(low, 0.0), max(high, 0.0))
