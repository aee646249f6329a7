"""Rows of text, as terminals and notebooks show them."""

from collections.abc import Sequence
from html import escape

Row = tuple[str, ...]


def number(value: float | None) -> str:
    """Three decimals, or a dash where there is none.

    >>> number(0.85149), number(-0.0001), number(None)
    ('0.851', '0.000', '-')
    """
    return "-" if value is None else f"{value:z.3f}"


def interval(low: float | None, high: float | None) -> str:
    """Both ends, or nothing."""
    return "" if low is None or high is None else f"{low:z.3f} to {high:z.3f}"


def html_table(rows: Sequence[Row]) -> str:
    """A table whose first row is the header, for a notebook.

    >>> html_table([("metric", "value"), ("<b>", "0.9")])
    '<table><tr><th>metric</th><th>value</th></tr><tr><td>&lt;b&gt;</td><td>0.9</td></tr></table>'
    """
    header, *body = rows
    lines = [_line(header, "th"), *(_line(row, "td") for row in body)]
    return f"<table>{''.join(lines)}</table>"


def _line(row: Row, tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
