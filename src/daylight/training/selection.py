"""How much each of several models counts, by their answers on validation.

Source: Caruana, Niculescu-Mizil, Crew & Ksikes, "Ensemble selection from libraries of models",
ICML (2004), sections 2 and 2.1.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daylight.core.types import Array

LEAST = float(np.finfo(np.float32).eps)
"""Probabilities are not taken for smaller before the logarithm."""


def weights(answers: "Sequence[Array]", target: "Array", *, rounds: int) -> "Array":
    """Adds one model after the other, the same again and again if it helps, while the loss falls.

    Args:
        answers: Of each model: probabilities ``(rows, labels)`` or numbers ``(rows,)``.
        target: Places of labels, or numbers; ``(rows,)``.
        rounds: At most so many are added.

    Returns:
        Shares that sum to 1; float64 ``(models,)``. Beside the best model alone, no mean that was
        tried has a lower log loss, or squared error.

    >>> weights([np.array([1.0, 5.0]), np.array([3.0, 3.0])], np.array([2.0, 4.0]), rounds=9)
    array([0.5, 0.5])
    """
    counts = np.zeros(len(answers))
    total = np.zeros(answers[0].shape)
    best, best_counts = np.inf, counts
    for taken in range(1, rounds + 1):
        losses = [_loss((total + each) / taken, target) for each in answers]
        chosen = int(np.argmin(losses))
        counts = counts.copy()
        counts[chosen] += 1
        total = total + answers[chosen]
        if losses[chosen] < best:
            best, best_counts = losses[chosen], counts
    found: Array = best_counts / best_counts.sum()
    return found


def _loss(answer: "Array", target: "Array") -> float:
    if answer.ndim == 1:
        return float(np.square(answer - target).mean())
    right = answer[np.arange(len(target)), target]
    return float(-np.log(np.maximum(right, LEAST)).mean())
