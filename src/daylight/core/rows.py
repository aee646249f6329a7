"""Text and rows of it, as terminals and notebooks show them; imports nothing that takes time."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

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


def value_and_range(answer: Mapping[str, Any], form: str) -> str:
    """An answer that is a number, with its range if it has one.

    Args:
        answer: With ``value``, and ``low`` and ``high`` or neither.
        form: How numbers are written.

    >>> value_and_range({"value": 12.25, "low": 10.0, "high": 14.5}, ".6g")
    '12.25 (90 %: 10 to 14.5)'
    """
    text = format(answer["value"], form)
    if "low" not in answer:
        return text
    low, high = (format(answer[name], form) for name in ("low", "high"))
    from daylight.core.kinds import RANGE_LEVEL  # noqa: PLC0415 - text is told at once

    return f"{text} ({100 * RANGE_LEVEL:.0f} %: {low} to {high})"


def size(size_bytes: int) -> str:
    """A size for people.

    >>> size(1_234_567)
    '1.2 MB'
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes} bytes"


def shorten(text: str, longest: int = 300) -> str:
    r"""The beginning of a text in one line, with all white space as single spaces.

    >>> shorten("rain  in\\nspain", 8)
    'rain in…'
    """
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def one_line(text: str) -> str:
    r"""The names of files may hold line breaks and control characters; these are spelled out.

    >>> print(one_line("rose\n.jpg"))
    rose\n.jpg
    """
    text = utf_8(text)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def utf_8(text: str) -> str:
    """The name of a file may hold bytes that are not UTF-8; these are spelled out."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


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
