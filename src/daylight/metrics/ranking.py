"""Metrics of answers that are lists of items, best first.

An item is relevant or not. Rows without a relevant item are left out of every mean. A relevant
item that the model does not know (-1) is never found; an item that is listed twice counts where it
stands first.
"""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Columns, Metric
from daylight.metrics.statistic import Statistic, Weighted, owners, weighted_mean

if TYPE_CHECKING:
    from daylight.core.types import Array

CUTOFF = 10


def _relevance(targets: Columns, outputs: Columns) -> "tuple[Array, Array]":
    """Where relevant items stand, and how many there are to find.

    Returns:
        Boolean, shape ``(rows, k)``; and counts of relevant items, shape ``(rows,)``.
    """
    items = outputs["items"].values.astype(np.int64)
    wanted, rows = targets["target"].values.astype(np.int64), owners(targets["target"])
    stride = max(items.max(initial=-1), wanted.max(initial=-1)) + 1
    known = wanted >= 0
    pairs = np.unique(rows[known] * stride + wanted[known])
    counts = np.bincount(pairs // max(stride, 1), minlength=len(items))
    counts = counts + np.bincount(rows[~known], minlength=len(items))

    listed = (np.arange(len(items))[:, None] * stride + items).ravel()
    first = np.zeros(listed.shape, dtype=bool)
    candidates = np.flatnonzero(items.ravel() >= 0)
    first[candidates[np.unique(listed[candidates], return_index=True)[1]]] = True
    return (first & np.isin(listed, pairs)).reshape(items.shape), counts


def _ndcg(targets: Columns, outputs: Columns) -> Statistic:
    """Discounted gain of the first ten items, relative to the best possible list; 0 to 1.

    Source: Järvelin and Kekäläinen 2002, with the discount 1 / log2(rank + 1) of Burges et al.
    2005.
    """
    relevant, counts = _relevance(targets, outputs)
    discounts = 1 / np.log2(np.arange(CUTOFF) + 2)
    best = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(counts, CUTOFF)]
    top = relevant[:, :CUTOFF]
    gain = top @ discounts[: top.shape[1]]
    return weighted_mean(gain / np.where(counts > 0, best, 1.0), counts > 0)


def _recall(cutoff: int, targets: Columns, outputs: Columns) -> Statistic:
    """Mean share of a row's relevant items that are among the first; 0 to 1."""
    relevant, counts = _relevance(targets, outputs)
    found = relevant[:, :cutoff].sum(axis=1)
    return weighted_mean(found / np.maximum(counts, 1), counts > 0)


def _average_precision(targets: Columns, outputs: Columns) -> Statistic:
    """Mean of the precision at each relevant item of the first ten, over the most there can be.

    Source: Manning, Raghavan & Schütze, Introduction to Information Retrieval (2008), equation 8.8,
    cut off at ten.
    """
    relevant, counts = _relevance(targets, outputs)
    top = relevant[:, :CUTOFF].astype(np.float64)
    precision = np.cumsum(top, axis=1) / (np.arange(top.shape[1]) + 1)
    gain = (precision * top).sum(axis=1) / np.clip(counts, 1, CUTOFF)
    return weighted_mean(gain, counts > 0)


def _mrr(targets: Columns, outputs: Columns) -> Statistic:
    """Mean of one over the rank of the first relevant item of all that are listed; 0 if none."""
    relevant, counts = _relevance(targets, outputs)
    first = 1 / (relevant.argmax(axis=1) + 1)
    return weighted_mean(np.where(relevant.any(axis=1), first, 0.0), counts > 0)


NDCG_AT_10 = Metric(
    name="ndcg@10",
    title="NDCG of the first 10",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_ndcg),
)
RECALL_AT_10 = Metric(
    name="recall@10",
    title="Recall in the first 10",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(partial(_recall, CUTOFF)),
)
RECALL_AT_50 = Metric(
    name="recall@50",
    title="Recall in the first 50",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(partial(_recall, 50)),
)
MAP_AT_10 = Metric(
    name="map@10",
    title="Mean average precision of the first 10",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_average_precision),
)
MRR = Metric(
    name="mrr",
    title="Mean reciprocal rank",
    unit="ratio",
    higher_is_better=True,
    interval="bootstrap",
    score=Weighted(_mrr),
)
