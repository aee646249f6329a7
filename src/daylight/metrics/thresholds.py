"""From which probability on to answer a label, where an example may have several.

Source: thresholds by validation, "SCut" in Yang, A study on thresholding strategies for text
categorization, SIGIR (2001); of one label only where they hold on other examples.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from daylight.core.types import Array

MIN_TRUE = 20
"""Examples of a label that its own threshold needs."""


def best_thresholds(probabilities: "Array", truth: "Array") -> "Array":
    """One for all labels, or one for each where that is better on examples not chosen by.

    Args:
        probabilities: ``(rows, labels)``, of examples that were not learned from.
        truth: Bool, the same shape.

    Returns:
        float32 ``(labels,)``.
    """
    for_all, for_each = _for_all(probabilities, truth), _for_each(probabilities, truth)
    gain = 0.0
    for part in (0, 1):
        chosen = probabilities[part::2], truth[part::2]
        shown, true = probabilities[1 - part :: 2], truth[1 - part :: 2]
        gain += _f1(shown >= _for_each(*chosen), true) - _f1(shown >= _for_all(*chosen), true)
    return for_each if gain > 0 else for_all


def _for_all(probabilities: "Array", truth: "Array") -> "Array":
    best = best_f1_threshold(probabilities.ravel(), truth.ravel())
    return np.full(probabilities.shape[1], best, np.float32)


def _for_each(probabilities: "Array", truth: "Array") -> "Array":
    thresholds = _for_all(probabilities, truth)
    for label in np.flatnonzero(truth.sum(axis=0) >= MIN_TRUE):
        thresholds[label] = best_f1_threshold(probabilities[:, label], truth[:, label])
    return thresholds


def best_f1_threshold(probabilities: "Array", truth: "Array") -> float:
    """The threshold of the largest F1; 0.5 where nothing is true.

    Args:
        probabilities: ``(pairs,)``.
        truth: Bool, ``(pairs,)``.

    >>> best_f1_threshold(np.array([0.1, 0.2, 0.4, 0.6]), np.array([False, False, True, True]))
    0.30000000000000004
    """
    num_true = int(truth.sum())
    if not num_true:
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order].astype(np.float64)
    f1 = 2 * np.cumsum(truth[order]) / (np.arange(1, len(order) + 1) + num_true)
    ends = np.append(ranked[:-1] != ranked[1:], True)  # equals are answered alike
    place = int(np.where(ends, f1, -1.0).argmax())
    below = ranked[place + 1] if place + 1 < len(ranked) else 0.0
    return float((ranked[place] + below) / 2)


def _f1(given: "Array", truth: "Array") -> float:
    both = int(given.sum() + truth.sum())
    return 2 * int((given & truth).sum()) / both if both else 1.0
