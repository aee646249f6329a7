"""Drawings as SVG: pure functions from numbers to markup, coloured by the page's style."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from daylight.core.sections import Score
from daylight.report.frame import (
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Frame,
    Scale,
    markup,
    opened,
    text_at,
    tick_text,
)
from daylight.report.wording import number

MAX_MARKS = 8000
"""A heat map draws its largest shares; more would weigh more than they show."""


def interval_plot(score: Score, scale: Scale, *, compact: bool = False) -> Markup:
    """A dot on its interval, and a tick for the baseline on its own.

    Args:
        score: Has a value.
        scale: Its ends are written below, unless ``compact``.
    """
    width, height = (110, 16) if compact else (200, 30)

    def x(value: float) -> str:
        return f"{6 + (width - 12) * scale.share(value):.1f}"

    parts = [opened("plot", (width, height), _said(score)), _rule("scale", "6", x(scale.high))]
    if not compact:
        for end, anchor in ((scale.low, "start"), (scale.high, "end")):
            at = "1" if anchor == "start" else str(width - 1)
            parts.append(text_at("tick", at, "28", tick_text(end), anchor))
    if score.baseline_low is not None and score.baseline_high is not None:
        parts.append(_rule("spread", x(score.baseline_low), x(score.baseline_high)))
    if score.low is not None and score.high is not None:
        parts.append(_rule("interval", x(score.low), x(score.high)))
    if score.baseline is not None:  # last, for an interval may lie around it
        at = x(score.baseline)
        parts.append(f'<line class="base" x1="{at}" x2="{at}" y1="1.5" y2="14.5"/>')
    parts.append(f'<circle class="dot" cx="{x(score.value or 0.0)}" cy="8" r="4"/></svg>')
    return markup(parts)


def curve(title: str, name: str, xs: Sequence[int], ys: Sequence[float]) -> Markup:
    """One value over epochs.

    Args:
        title: What is drawn; read to those who do not see it.
        name: Of the class that colours it.
        xs: Epochs, increasing.
        ys: As many values; what is not finite leaves a gap.
    """
    points = [(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
    values = [y for _, y in points] or [0.0]
    frame = Frame(
        Scale(min(xs), max(xs) if max(xs) > min(xs) else min(xs) + 1),
        Scale.around(min(values), max(values)),
    )
    said = f"{title}: {number(values[0])} at first, {number(values[-1])} at last"
    parts = [opened("chart", (WIDTH, HEIGHT), said), *frame.rows(), *frame.epochs()]
    path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in points)
    parts.append(f'<polyline class="{name}" points="{path}"/>')
    for x, y in points:
        radius = 3.5 if (x, y) == points[-1] else 2 if len(points) <= 40 else 0
        if radius:
            parts.append(
                f'<circle class="{name}-dot" cx="{frame.x(x)}" cy="{frame.y(y)}" r="{radius}"/>'
            )
    return markup([*parts, "</svg>"])


def levels(
    title: str,
    names: Sequence[str],
    scores: Sequence[Score],
    plain: Score,
    *,
    up: "Scale | None" = None,
) -> Markup:
    """A score by level, such as of harm done to inputs, over the line of another.

    Args:
        title: What is drawn; read to those who do not see it.
        names: Of the levels, such as from mild to severe.
        scores: As many.
        plain: Of what is drawn as a line, such as the same examples as they are.
        up: The scale; by default from 0 on.
    """
    seen = [x for s in (plain, *scores) for x in (s.value, s.low, s.high) if x is not None]
    if up is None and plain.unit == "ratio" and all(0 <= x <= 1 for x in seen):
        up = Scale(0, 1)
    up = up or Scale.around(min([0.0, *seen]), max([0.0, *seen]))
    frame = Frame(Scale(0, len(names)), up, height=200, bottom=28)
    said = ", ".join(f"{n}: {number(s.value)}" for n, s in zip(names, scores, strict=True))
    parts = [opened("chart", (WIDTH, 200), f"{title}: {said}"), *frame.rows()]
    if plain.value is not None:
        y = frame.y(plain.value)
        parts.append(f'<line class="ideal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
    for index, (name, score) in enumerate(zip(names, scores, strict=True)):
        x = frame.x(index + 0.5)
        parts.append(text_at("tick", x, str(frame.floor + 18), name, "middle"))
        if score.value is None:
            continue
        if score.low is not None and score.high is not None:
            ends = f'y1="{frame.y(score.low)}" y2="{frame.y(score.high)}"'
            parts.append(f'<line class="interval" x1="{x}" x2="{x}" {ends}/>')
        y = frame.y(score.value)
        parts.append(f'<circle class="accent-dot" cx="{x}" cy="{y}" r="4"/>')
    return markup([*parts, "</svg>"])


def falling(shares: Sequence[float], curve: Sequence[float], beside: Sequence[float]) -> Markup:
    """What is left of an answer as more and more is taken out of the input, beside random orders.

    Args:
        shares: Of the input, from 0 to 1.
        curve: As many probabilities, or shares of a score.
        beside: The same in random orders.
    """
    seen = [*curve, *beside]
    inside = all(-0.001 <= each <= 1.001 for each in seen)
    up = Scale(0, 1) if inside else Scale.around(min(0.0, *seen), max(1.0, *seen))
    frame = Frame(Scale(0, 1), up)
    middle = len(shares) // 2
    said = (
        f"With {shares[middle]:.0%} taken out, {number(curve[middle])} is left; "
        f"in random orders {number(beside[middle])}"
    )
    parts = [opened("chart", (WIDTH, HEIGHT), said), *frame.rows()]
    for name, values in (("second", beside), ("accent", curve)):
        points = [f"{frame.x(x)},{frame.y(y)}" for x, y in zip(shares, values, strict=True)]
        parts.append(f'<polyline class="{name}" points="{" ".join(points)}"/>')
    for tick in (0, 0.25, 0.5, 0.75, 1):
        at = str(frame.floor + 16)
        parts.append(text_at("tick", frame.x(tick), at, f"{tick:g}", "middle"))
    middle_x = f"{(LEFT + WIDTH - RIGHT) / 2:g}"
    parts.append(text_at("tick", middle_x, str(frame.floor + 33), "share taken out", "middle"))
    return markup([*parts, "</svg>"])


def reliability(
    confidence: Sequence[float | None], accuracy: Sequence[float | None], counts: Sequence[int]
) -> Markup:
    """How often answers of each confidence are right, over how many there are of each."""
    frame = Frame(Scale(0, 1), Scale(0, 1), height=300, bottom=104)
    parts = [opened("chart", (WIDTH, 300), "How often answers of each confidence are right")]
    parts += frame.rows()
    parts.append(
        f'<line class="ideal" x1="{frame.x(0)}" y1="{frame.y(0)}" '
        f'x2="{frame.x(1)}" y2="{frame.y(1)}"/>'
    )
    known = [
        (x, y, count)
        for x, y, count in zip(confidence, accuracy, counts, strict=True)
        if x is not None and y is not None and count
    ]
    path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y, _ in known)
    parts.append(f'<polyline class="accent" points="{path}"/>')
    parts += [
        f'<circle class="accent-dot" cx="{frame.x(x)}" cy="{frame.y(y)}" r="3.5">'
        f"<title>confidence {x:.2f}, right {y:.2f}, answers {count:,}</title></circle>"
        for x, y, count in known
    ]
    parts += _counts(counts)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(text_at("tick", frame.x(tick), "276", f"{tick:g}", "middle"))
    parts.append(text_at("tick", f"{(LEFT + WIDTH - RIGHT) / 2:g}", "294", "confidence", "middle"))
    return markup([*parts, "</svg>"])


def scatter(true: Sequence[float], answered: Sequence[float]) -> Markup:
    """What is true, across, against what was answered, up; both on one scale."""
    values = [*true, *answered] or [0.0]
    scale = Scale.around(min(values), max(values))
    frame = Frame(scale, scale)
    parts = [opened("chart", (WIDTH, HEIGHT), "Answers against what is true"), *frame.rows()]
    parts += frame.columns("true")
    low, high = frame.x(scale.low), frame.x(scale.high)
    parts.append(
        f'<line class="ideal" x1="{low}" y1="{frame.y(scale.low)}" '
        f'x2="{high}" y2="{frame.y(scale.high)}"/>'
    )
    dots = "".join(f"M{frame.x(x)} {frame.y(y)}h0" for x, y in zip(true, answered, strict=True))
    parts.append(f'<path class="dots" d="{dots}"/>')
    return markup([*parts, "</svg>"])


def histogram(edges: Sequence[float], counts: Sequence[int]) -> Markup:
    """How many errors lie between two edges; one edge more than counts."""
    frame = Frame(Scale.around(edges[0], edges[-1]), Scale.around(0, max(counts)))
    parts = [opened("chart", (WIDTH, HEIGHT), "Errors, by their size"), *frame.rows()]
    parts += frame.columns("error")
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        if count:
            left, right, top = float(frame.x(low)), float(frame.x(high)), float(frame.y(count))
            parts.append(
                f'<rect class="count" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
                f'height="{frame.floor - top:.1f}"><title>{low:.4g} to {high:.4g}: {count:,}'
                "</title></rect>"
            )
    return markup([*parts, "</svg>"])


def _counts(counts: Sequence[int]) -> list[str]:
    """Bars below the diagram, one per bin."""
    most, floor, tall = max(counts, default=0) or 1, 260, 44
    width = (WIDTH - LEFT - RIGHT) / max(1, len(counts))
    parts = [
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>',
        text_at("tick", str(LEFT - 8), str(floor - tall + 8), f"{most:,}", "end"),
    ]
    for index, count in enumerate(counts):
        if count:
            height = max(1.0, tall * count / most)
            parts.append(
                f'<rect class="count" x="{LEFT + index * width + 1:.1f}" y="{floor - height:.1f}" '
                f'width="{width - 2:.1f}" height="{height:.1f}"><title>{count:,}</title></rect>'
            )
    return parts


def heat_map(
    right: Iterable[tuple[int, int, int]],
    wrong: Iterable[tuple[int, int, int]],
    *,
    size: tuple[int, int],
) -> Markup:
    """A matrix as one square per cell, the darker the larger its share of the row.

    Args:
        right: Column, row and share (percent) of the cells of right answers.
        wrong: The same of the others.
        size: Columns, rows.
    """
    said = f"{size[0]} answers (across) by {size[1]} true labels (down)"
    parts = [opened("heat", size, said)]
    for name, marks in (("right", right), ("wrong", wrong)):
        kept = sorted(marks, key=lambda mark: -mark[2])[:MAX_MARKS]
        depths: dict[int, list[str]] = {}
        for x, y, share in sorted(kept, key=lambda mark: (mark[1], mark[0])):
            depth = min(10, 2 + math.ceil(share / 8))
            depths.setdefault(depth, []).append(f"M{x} {y}h1v1h-1z")
        for depth, squares in sorted(depths.items()):
            parts.append(f'<path class="{name}" opacity="{depth / 10:g}" d="{"".join(squares)}"/>')
    return markup([*parts, "</svg>"])


def _said(score: Score) -> str:
    text = f"{score.title} {number(score.value)}"
    if score.low is not None and score.high is not None:
        text += f", interval {number(score.low)} to {number(score.high)}"
    text += f", on {score.num_examples:,} examples"
    return text if score.baseline is None else f"{text}, baseline {number(score.baseline)}"


def _rule(name: str, start: str, stop: str) -> str:
    return f'<line class="{name}" x1="{start}" x2="{stop}" y1="8" y2="8"/>'


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart.

    Attributes:
        name: Of the class that colours it.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def lines(
    title: str, drawn: Sequence[Line], *, marked: Sequence[float] = (), from_zero: bool = False
) -> Markup:
    """Lines over one scale.

    Args:
        title: What goes across; stands below, and is read to those who do not see it.
        drawn: The last lies on top.
        marked: Places across where a dashed line goes up.
        from_zero: Whether what goes up begins at 0.
    """
    xs = [x for line in drawn for x in line.xs]
    ys = [y for line in drawn for y in line.ys] + [0.0] * from_zero
    frame = Frame(Scale.around(min(xs), max(xs)), Scale.around(min(ys), max(ys)))
    top = drawn[-1]
    said = f"{title}: {number(top.ys[0])} at first, {number(top.ys[-1])} at last"
    parts = [opened("chart", (WIDTH, HEIGHT), said), *frame.rows(), *frame.columns(title)]
    for place in marked:
        x = frame.x(place)
        parts.append(f'<line class="ideal" x1="{x}" x2="{x}" y1="{TOP}" y2="{frame.floor}"/>')
    for line in drawn:
        path = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in zip(line.xs, line.ys, strict=True))
        parts.append(f'<polyline class="{line.name}" points="{path}"/>')
    return markup([*parts, "</svg>"])
