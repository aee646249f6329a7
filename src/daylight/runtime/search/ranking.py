"""The best of many scores, and one list made of two."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from daylight.core.types import Array

Both: TypeAlias = "tuple[Array, Array]"

BY_RANK = -1.0
"""A balance that has the ranks in two lists count, and not the scores."""

RANK_OFFSET = 60
"""Source: Cormack, Clarke & Büttcher, SIGIR (2009), where it was chosen once for all."""


def best(scores: "Array", k: int) -> "Array":
    """Places of the ``k`` greatest scores, the greatest first; ties go to the lower place.

    >>> best(np.array([1.0, 3.0, 3.0, 2.0]), 2).tolist()
    [1, 2]
    """
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(len(scores))
    order = np.argsort(-scores[places], kind="stable")[:k]
    found: Array = places[order]
    return found


def fused(lists: "list[Array]", k: int) -> "tuple[Array, Array]":
    """Items of several lists, best first, by the sum of ``1 / (60 + rank)``; and these sums.

    Source: reciprocal rank fusion, Cormack, Clarke & Büttcher, SIGIR (2009), equation 1.

    >>> items, scores = fused([np.array([7, 5]), np.array([5, 9])], 2)
    >>> items.tolist()
    [5, 7]
    """
    everything = np.concatenate(lists)
    ranks = np.concatenate([np.arange(1, len(each) + 1) for each in lists])
    items, place = np.unique(everything, return_inverse=True)
    scores = np.bincount(place, 1 / (RANK_OFFSET + ranks), len(items)).astype(np.float32)
    order = best(scores, k)
    return items[order], scores[order]


@dataclass(frozen=True, slots=True)
class Scored:
    """Items with their scores, best first."""

    items: "Array"
    scores: "Array"

    @classmethod
    def of(cls, scores: "Array", k: int) -> "Scored":
        """The ``k`` best of all items that score above 0."""
        items = best(scores, k)
        items = items[scores[items] > 0]
        return cls(items, scores[items])


def combined(
    sharing: Scored,
    near: Scored,
    others: "Callable[[Array], Both]",
    balance: float,
    k: int,
) -> Scored:
    """The best of two kinds of scores of the same items, and what they score together.

    Source: a convex combination, as in Bruch, Gai & Ingber, ACM Transactions on Information Systems
    42 (2023); by ranks see ``fused``.

    Args:
        sharing: 0 or more, without an upper end; made relative to the greatest.
        near: Inner products of vectors of length 1.
        others: Both scores of items that may be in one list only.
        balance: The share of ``near``, 0 to 1, or ``BY_RANK``.
        k: How many.
    """
    if balance == BY_RANK:
        return Scored(*fused([sharing.items, near.items], k))
    items = np.union1d(sharing.items, near.items)
    first, second = others(items)
    scores = balance * second
    if len(sharing.items):
        scores = scores + (1 - balance) * first / sharing.scores[0]
    found = Scored.of(scores, k)
    return Scored(items[found.items], found.scores)
