"""Columns that tell the answer alone: often they were made after it."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.sections import Evidence, Finding
from daylight.data.examined import Check, Examined, found, passed, skipped

if TYPE_CHECKING:
    from daylight.core.types import Array

NAME = "target-leakage"
MIN_ROWS = 50
MAX_ROWS = 5000
NUM_FOLDS = 3
MAX_LEAVES = 64

TOO_WELL = 0.97
"""Share of the baseline's error that a single column takes away; petals of irises take 0.93."""


def look(data: Examined) -> Finding:
    """A small tree on each column alone, on rows that it has not seen.

    Source: the single-column predictiveness of Kaufman et al., Leakage in Data Mining, ACM TKDD 6
    (2012), section 5.1, "exploratory data analysis".
    """
    rows = data.tabled()
    if len(rows.target) < MIN_ROWS:
        return skipped(NAME, f"Fewer than {MIN_ROWS} rows say little.")
    picked = data.context.random("leakage").permutation(len(rows.target))[:MAX_ROWS]
    target = rows.target[picked]
    taken = {}
    for field in rows.fields:
        data.context.check_time()
        taken[field.name] = _taken(rows.numbers(field)[picked], target, rows.is_measure)
    best = max(taken, key=lambda name: taken[name])
    named = sorted((n for n in taken if taken[n] >= TOO_WELL), key=lambda name: -taken[name])
    if not named:
        message = f"No column tells the answer alone; {best} takes {taken[best]:.0%} of the error."
        return passed(NAME, message)
    evidence = [
        Evidence(ids=(name,), notes=("column",), fact=f"takes {taken[name]:.1%} of the error")
        for name in named
    ]
    message = f"Nearly the whole answer is told by {' or '.join(named[:5])} alone."
    shown = ", ".join(f'"{name}"' for name in named)
    fix = f"If it is known only after the answer, leave it out: --set data.drop='[{shown}]'"
    return found(NAME, "warn", message, evidence, fix=fix)


def _taken(values: "Array", target: "Array", is_measure: bool) -> float:  # noqa: FBT001
    """The share of the error of the best constant that the column takes away; at most 1."""
    from sklearn import tree

    kind: Any = tree.DecisionTreeRegressor if is_measure else tree.DecisionTreeClassifier
    wrong = least = 0.0
    for fold in range(NUM_FOLDS):
        tested = np.arange(len(target)) % NUM_FOLDS == fold
        grown = kind(max_leaf_nodes=MAX_LEAVES, min_samples_leaf=2, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # many classes of few rows
            grown.fit(values[~tested, None], target[~tested])
        answered = grown.predict(values[tested, None])
        if is_measure:
            wrong += float(np.square(answered - target[tested]).sum())
            least += float(np.square(target[~tested].mean() - target[tested]).sum())
        else:
            commonest = np.bincount(target[~tested]).argmax()
            wrong += float((answered != target[tested]).sum())
            least += float((commonest != target[tested]).sum())
    return 1 - wrong / least if least else 0.0


CHECK = Check(NAME, "Target leakage", look, inputs=("row",))
