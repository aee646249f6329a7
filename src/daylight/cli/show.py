"""Sections as text for a terminal."""

from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Any

from daylight.core.choice import ChosenSection, Factor
from daylight.core.explained import ExplainedSection
from daylight.core.reproduced import ReproducedSection
from daylight.core.rows import Row, number, one_line
from daylight.core.sections import Comparison, Score, Scores
from daylight.metrics.cautions import Footnotes

NUM_REASONED = 3
"""Examples whose reasons are printed; the report shows more."""


def print_scores(scores: Scores) -> None:
    """A line per metric: value, interval, baseline."""
    overall = [score for score in scores.scores if score.label is None]
    notes = Footnotes(overall)
    header, *rows = scores.rows()
    marks = (_marks(notes.of(score)) for score in overall)
    both = zip_longest(rows, marks, fillvalue="")  # what an answer costs has no notes
    rows = [(*row[:2], f"{row[2]} {mark}", row[3]) for row, mark in both]
    print()
    print_table([header, *rows])
    for place, text in enumerate(notes.texts, 1):
        print(f"{_marks([place])} {text}")
    if costs := scores.costs:
        from_ = f"from a probability of {number(costs.threshold)} on"
        told = "never" if costs.threshold > 1 else from_
        print(f"\n{one_line(costs.positive)} is answered {told}, by what wrong answers cost")
    if worst := _worst_label(scores):
        label = one_line(worst.label or "")
        print(f"\nworst class: {label}, {worst.title.lower()} {number(worst.value)}")


def print_examples(scores: Scores) -> None:
    """A few answers."""
    print()
    rows = [(e.id, e.line, f"(true: {_plain(e.target)})") for e in scores.examples]
    print_table([tuple(map(one_line, row)) for row in rows])
    print()


def print_race(chosen: ChosenSection) -> None:
    """The ranking, who could not take part, and who won."""
    print()
    if race := chosen.race:
        print_table([tuple(map(one_line, row)) for row in race.rows()])
        print()
        unfitted = [each for each in race.candidates if not each.rungs]
        for (state, reason), group in groupby(unfitted, lambda each: (each.state, each.reason)):
            names = ", ".join(each.name for each in group)
            print(one_line(f"{state}: {names}: {reason}"))
        for each in race.candidates:
            for factor in each.factors:
                told = "; ".join(factor.evidence)
                print(one_line(f"{each.name}: {factor.name} {_of(factor)}: {told}"))
        if race.tuning:
            print(one_line(f"settings: {race.tuning.reason}"))
        if not race.is_finished:
            print("Time was short; the same command with a longer --time takes the race up again.")
    print(one_line(f"chosen: {chosen.model}, {chosen.reason}"))


def _of(factor: Factor) -> str:
    return f"{factor.num_met} of {factor.num_checks}"


def print_found(asked: str, answer: Mapping[str, Any] | None, found: Sequence[Any]) -> None:
    """The sentence that answers best and where it stands, then the documents."""
    print(one_line(asked))
    if answer:
        print(f"  {one_line(_short(answer['sentence'], 300))}  [{one_line(answer['id'])}]")
    rows = [
        (str(place), number(each["score"]), each["id"], _short(each["title"] or each["passage"]))
        for place, each in enumerate(found, 1)
    ]
    print_table([("", *map(one_line, row)) for row in rows])


def _short(text: str, most: int = 70) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def print_comparison(found: Comparison) -> None:
    """A line per metric: both values, the difference with its interval, the verdict."""
    print_table(found.rows())


def print_explanations(found: ExplainedSection, folder: str) -> None:
    """A line per method on how far to believe it, and where its pictures lie."""
    if any(not each.skipped for each in found.explanations):
        print_table(found.rows())
        print()
    for each in found.explanations:
        if each.skipped:
            print(f"not used: {each.title}, {one_line(each.skipped)}")
        else:
            for example in each.examples[:NUM_REASONED]:
                if example.places:
                    because = ", ".join(place.name for place in example.places if place.value > 0)
                    print(one_line(f"{example.id}: {example.label} because of {because}"))
            if any(example.picture for example in each.examples):
                print(f"pictures: {folder}/{each.method}")
    if not found.explanations:
        print("No method explains answers of this kind yet.")


def print_reproduced(found: ReproducedSection) -> None:
    """What was compared, what was not the same, and the verdict."""
    print_table([tuple(map(one_line, row)) for row in found.rows()])
    for title, value in (
        ("weight", found.largest_weight_difference),
        ("answer on validation", found.largest_answer_difference),
    ):
        if value is not None:
            print(f"largest difference of a {title}: {value:.2g}")
    if found.score:
        low, high = found.score.low, found.score.high
        print(f"{found.score.title}: {found.score.verdict} ({low:+z.3f} to {high:+z.3f})")
    if found.decided_anew:
        print(f"decided anew: {', '.join(found.decided_anew)}")
    print(found.sentence)


def print_table(rows: Sequence[Row]) -> None:
    """Columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _marks(places: Sequence[int]) -> str:
    return " ".join(f"({place})" for place in places)


def _plain(target: Any) -> str:
    is_number = isinstance(target, int | float) and not isinstance(target, bool)
    return number(target) if is_number else str(target)


def _worst_label(scores: Scores) -> Score | None:
    labelled = [s for s in scores.scores if s.label is not None and s.value is not None]
    return min(labelled, key=lambda s: s.value or 0.0, default=None)
