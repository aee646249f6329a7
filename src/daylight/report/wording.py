"""Values in the words of the page: numbers, sizes, digests, sentences."""

import json
import math
from pathlib import Path
from typing import Any

from daylight.core.recipe import Recipe, flatten
from daylight.core.sections import Score, Scores

MISSING = "\N{EN DASH}"
MAX_TEXT = 160


def number(value: float | None) -> str:
    """Three decimals, or a dash where there is no number.

    >>> number(0.8514), number(81000)
    ('0.851', '81,000.000')
    """
    return MISSING if value is None or not math.isfinite(value) else f"{value:z,.3f}"


def with_unit(text: str, unit: str) -> str:
    """A ratio needs no unit."""
    return text if unit in ("", "ratio") else f"{text} {unit}"


def plain(value: Any) -> str:
    """Any JSON value as one short line.

    >>> plain("rose"), plain(2.5), plain(["a", "b"])
    ('rose', '2.500', 'a, b')
    """
    if isinstance(value, str):
        text = value
    elif isinstance(value, float):
        text = number(value)
    elif isinstance(value, list | tuple) and all(isinstance(each, str | int) for each in value):
        text = ", ".join(str(each) for each in value)
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}\N{HORIZONTAL ELLIPSIS}"


def headline(scores: Scores) -> str:
    """The one sentence that everybody reads."""
    on = f"on {scores.num_examples:,} {scores.split} examples"
    if not scores.scores:
        return f"Nothing was measured {on}."
    first: Score = scores.scores[0]
    text = f"{first.title} {with_unit(number(first.value), first.unit)}"
    if first.low is not None and first.high is not None:
        text += f" (95\u00a0% interval {number(first.low)} to {number(first.high)})"
    text += f" {on}"
    if first.baseline is not None:
        text += f"; the baseline, {scores.baseline}, reaches {number(first.baseline)}"
    return f"{text}."


def data_name(recipe: Recipe) -> str:
    """The last part of the data's path: the rest tells about somebody's disk."""
    return Path(recipe.data.path).name or "data"


def recipe_lines(recipe: Recipe) -> dict[str, str]:
    """What was asked for, by dotted key; what nobody set is left out."""
    values = recipe.to_dict()
    values["data"] = {**values["data"], "path": data_name(recipe)}
    return {key: exact(value) for key, value in flat(values).items()}


def exact(value: Any) -> str:
    """A setting as it was given.

    >>> exact("adam"), exact(0.1), exact(True)
    ('adam', '0.1', 'true')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flat(values: dict[str, Any]) -> dict[str, Any]:
    """Nested keys joined by dots, without those that are not set.

    >>> flat({"a": {"b": 1, "c": None}})
    {'a.b': 1}
    """
    return {key: value for key, value in flatten(values).items() if value not in (None, "", ())}
