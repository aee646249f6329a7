"""From a folder of data to an open model that others can trust.

>>> import daylight
>>> sorted(daylight.__all__)  # doctest: +NORMALIZE_WHITESPACE
['Predictor', 'check', 'choose', 'compare', 'evaluate', 'explain', 'index', 'reproduce', 'search',
 'train']
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Predictor",
    "check",
    "choose",
    "compare",
    "evaluate",
    "explain",
    "index",
    "reproduce",
    "search",
    "train",
]

if TYPE_CHECKING:
    from daylight.runtime.predictor import Predictor
    from daylight.steps.api import (
        check,
        choose,
        compare,
        evaluate,
        explain,
        index,
        reproduce,
        search,
        train,
    )


def __getattr__(name: str) -> Any:
    """Loads a public name on first use, so that ``import daylight`` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'daylight' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    home = "daylight.runtime.predictor" if name == "Predictor" else "daylight.steps.api"
    return getattr(import_module(home), name)
