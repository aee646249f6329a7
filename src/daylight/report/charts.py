"""Drawings as SVG: pure functions from numbers to markup."""

from collections.abc import Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 34


def interval_bar(
    value: float, low: float, high: float, *, marks: tuple[float | None, float, float]
) -> Markup:
    """A dot on a bar, with a tick for the baseline.

    Args:
        value: Where the dot is.
        low: Where the bar begins.
        high: Where it ends.
        marks: The baseline (or ``None``), and the ends of the scale.
    """
    baseline, start, stop = marks

    def x(number: float) -> str:
        share = (number - start) / (stop - start or 1)
        return f"{4 + 152 * min(1.0, max(0.0, share)):.1f}"

    parts = [
        '<svg class="bar" viewBox="0 0 160 16" role="img">',
        f"<title>{value:.3f}, interval {low:.3f} to {high:.3f}</title>",
        '<line class="scale" x1="4" x2="156" y1="8" y2="8"/>',
    ]
    if baseline is not None:
        parts.append(
            f'<line class="baseline" x1="{x(baseline)}" x2="{x(baseline)}" y1="2" y2="14"/>'
        )
    parts.append(f'<line class="interval" x1="{x(low)}" x2="{x(high)}" y1="8" y2="8"/>')
    parts.append(f'<circle class="value" cx="{x(value)}" cy="8" r="3.5"/></svg>')
    return Markup("".join(parts))  # noqa: S704 - numbers only


def lines(
    title: str, x_name: str, series: Sequence[tuple[str, Sequence[float]]], xs: Sequence[float]
) -> Markup:
    """Curves over a common x, each with its name at its end.

    Args:
        title: Read by those who do not see the picture.
        x_name: Below the axis.
        series: Names and values, as long as ``xs``.
        xs: Increasing.
    """
    values = [value for _, ys in series for value in ys]
    frame = _Frame((min(xs), max(xs)), (min(values), max(values)))
    parts = [_open(title), frame.axes(x_name)]
    for index, (name, ys) in enumerate(series):
        points = " ".join(frame.point(x, y) for x, y in zip(xs, ys, strict=True))
        end_x, end_y = frame.point(xs[-1], ys[-1]).split(",")
        parts.append(f'<polyline class="line line-{index}" points="{points}"/>')
        parts.append(f'<circle class="end end-{index}" cx="{end_x}" cy="{end_y}" r="3"/>')
        anchor = float(end_y) + (-8 if float(end_y) > TOP + 14 else 14)
        parts.append(
            f'<text class="name name-{index}" x="{end_x}" y="{anchor:.1f}" '
            f'text-anchor="end">{escape(name)}</text>'
        )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - names are escaped


def reliability(
    confidence: Sequence[float | None], accuracy: Sequence[float | None], counts: Sequence[int]
) -> Markup:
    """How often answers of each confidence are right; dots grow with their number."""
    frame = _Frame((0.0, 1.0), (0.0, 1.0))
    start, stop = frame.point(0, 0).split(","), frame.point(1, 1).split(",")
    parts = [
        _open("How often answers of each confidence are right"),
        frame.axes("confidence"),
        f'<line class="ideal" x1="{start[0]}" y1="{start[1]}" x2="{stop[0]}" y2="{stop[1]}"/>',
    ]
    most = max(counts, default=1) or 1
    for x, y, count in zip(confidence, accuracy, counts, strict=True):
        if x is None or y is None or not count:
            continue
        place = frame.point(x, y).split(",")
        radius = 3 + 9 * (count / most) ** 0.5
        parts.append(
            f'<circle class="value" cx="{place[0]}" cy="{place[1]}" r="{radius:.1f}">'
            f"<title>confidence {x:.2f}: {y:.2f} right, {count:,} answers</title></circle>"
        )
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers only


class _Frame:
    """Scales data to the drawing, y upwards."""

    def __init__(self, xs: tuple[float, float], ys: tuple[float, float]) -> None:
        self.xs, self.ys = _widened(xs), _widened(ys)

    def point(self, x: float, y: float) -> str:
        across = (x - self.xs[0]) / (self.xs[1] - self.xs[0])
        up = (y - self.ys[0]) / (self.ys[1] - self.ys[0])
        left = LEFT + across * (WIDTH - LEFT - RIGHT)
        return f"{left:.1f},{HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM):.1f}"

    def axes(self, x_name: str) -> str:
        parts = []
        for step in range(5):
            y = self.ys[0] + (self.ys[1] - self.ys[0]) * step / 4
            place = self.point(self.xs[0], y).split(",")[1]
            parts.append(
                f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place}" y2="{place}"/>'
                f'<text class="tick" x="{LEFT - 8}" y="{float(place) + 4:.1f}" '
                f'text-anchor="end">{y:.2f}</text>'
            )
        for x, anchor in ((self.xs[0], "start"), (self.xs[1], "end")):
            place = self.point(x, self.ys[0]).split(",")[0]
            parts.append(
                f'<text class="tick" x="{place}" y="{HEIGHT - 14}" '
                f'text-anchor="{anchor}">{x:g}</text>'
            )
        middle = (LEFT + WIDTH - RIGHT) / 2
        parts.append(
            f'<text class="tick" x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">'
            f"{escape(x_name)}</text>"
        )
        return "".join(parts)


def _widened(ends: tuple[float, float]) -> tuple[float, float]:
    return ends if ends[1] > ends[0] else (ends[0] - 0.5, ends[1] + 0.5)


def _open(title: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{escape(title)}</title>"
    )
