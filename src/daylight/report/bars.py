"""Bars with their names, as SVG."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from daylight.report.wording import number

WIDTH, ROW, NAMES, ROOM = 520, 20, 170, 56
LONGEST = 26


def bar_chart(bars: Sequence[tuple[str, float]]) -> Markup:
    """One bar below the other, in their order.

    Args:
        bars: Names, and values of 0 or more.
    """
    if not bars:
        return Markup()
    most = max(value for _, value in bars) or 1.0
    height = ROW * len(bars) + 4
    title = escape("; ".join(f"{name} {number(value)}" for name, value in bars))
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{title}">'
    ]
    for place, (name, value) in enumerate(bars):
        y = ROW * place + 2
        size = (WIDTH - NAMES - ROOM) * value / most
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        parts += [
            f'<text class="tick" x="{NAMES - 6}" y="{y + 13}" text-anchor="end">'
            f"<title>{escape(name)}</title>{escape(short)}</text>",
            f'<rect class="accent-fill" x="{NAMES}" y="{y + 2}" width="{size:.1f}" '
            f'height="{ROW - 6}"/>',
            f'<text class="tick" x="{NAMES + size + 5:.1f}" y="{y + 13}">{number(value)}</text>',
        ]
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - names are escaped
