"""One decision tree on pixels or rows, pruned until it can be drawn.

Source: Breiman, Friedman, Olshen & Stone, Classification and Regression Trees (1984), chapter 3
(pruning); Cestnik, ECAI (1990) (shares of small leaves); grown by scikit-learn.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.shown import numbers_processing
from daylight.training.trees import Tree, TreeEnsemble, class_counts

if TYPE_CHECKING:
    from daylight.core.types import Array, Split

MAX_SIZE = 32
"""Pixels per side; a tree looks at single pixels, so more of them only cost time."""


class Settings(Config):
    """Settings of the tree.

    Attributes:
        max_leaves: More can hardly be drawn, and answer little better.
        min_leaf: Training examples that every leaf holds at least.
    """

    max_leaves: Annotated[int, msgspec.Meta(ge=1)] = 64
    min_leaf: Annotated[int, msgspec.Meta(ge=1)] = 5


SEARCH: Search = {
    "min_leaf": Range(low=1, high=20, log=True, whole=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Small pictures, gray if all are; or rows of numbers as they are."""
    return numbers_processing(schema, scaled=False, max_size=MAX_SIZE)


def fit(prepared: Prepared, settings: Settings, context: Context) -> TreeEnsemble:
    """Grows a large tree, and keeps the subtree that answers validation best; of equals the least.

    scikit-learn prunes too, but grows the tree anew for every size that is tried.
    """
    from sklearn import tree  # noqa: PLC0415 - takes a second

    [column] = prepared.names
    num_classes = len(prepared.labels)
    split = prepared.splits["train"]
    kind = tree.DecisionTreeClassifier if num_classes else tree.DecisionTreeRegressor
    grown = kind(min_samples_leaf=settings.min_leaf, random_state=context.key("tree") % 2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # many classes of few pictures are no mistake
        features = np.asarray(split.inputs[column].values).reshape(len(split), -1)
        grown.fit(features, split.targets["target"].values)
    whole = Tree.of_sklearn(grown, leaves=_leaves(grown, num_classes))
    found = [
        TreeEnsemble.of([tree], votes="probabilities" if num_classes else "value", column=column)
        for tree in subtrees(whole, node_risk(grown), settings.max_leaves)
    ]
    return max(reversed(found), key=lambda each: _merit(each, prepared.splits["validation"]))


def _leaves(grown: Any, num_classes: int) -> "Array":
    """What each node answers; shares of classes lean a little towards those of all examples."""
    if not num_classes:
        values: Array = grown.tree_.value[:, 0, :]
        return values
    counts = class_counts(grown, grown.classes_, num_classes)
    prior = counts[0] / counts[0].sum()
    shares: Array = (counts + prior) / (counts.sum(axis=1, keepdims=True) + 1)
    return shares


def node_risk(grown: Any) -> "Array":
    """Each node's impurity, times the share of the examples that come by; float64 ``(nodes,)``."""
    tree = grown.tree_
    risk: Array = tree.impurity * tree.weighted_n_node_samples / tree.weighted_n_node_samples[0]
    return risk


def subtrees(tree: Tree, risk: "Array", max_leaves: int) -> Iterator[Tree]:
    """Prunes the weakest link again and again, and yields what is left, the largest first.

    The weakest node is the one below which a leaf saves the least risk.

    Args:
        tree: Numbered depth first: what is below a node follows it.
        risk: By node, of answering there.
        max_leaves: Larger subtrees are passed over.
    """
    num_nodes = len(tree.feature)
    parent = np.full(num_nodes, -1)
    below, leaves, size = risk.copy(), np.ones(num_nodes, int), np.ones(num_nodes, int)
    is_leaf = tree.feature < 0
    for node in reversed(np.flatnonzero(~is_leaf)):
        children = [tree.left[node], tree.right[node]]
        parent[children] = node
        below[node], leaves[node] = below[children].sum(), leaves[children].sum()
        size[node] += size[children].sum()
    saved = np.full(num_nodes, np.inf)
    inside = ~is_leaf
    saved[inside] = (risk[inside] - below[inside]) / (leaves[inside] - 1)
    if leaves[0] <= max_leaves:
        yield tree
    while leaves[0] > 1:
        node = int(saved.argmin())
        fewer, more = leaves[node] - 1, risk[node] - below[node]
        saved[node : node + size[node]] = np.inf
        is_leaf[node] = True
        leaves[node], below[node] = 1, risk[node]
        while (node := parent[node]) >= 0:
            leaves[node] -= fewer
            below[node] += more
            saved[node] = (risk[node] - below[node]) / (leaves[node] - 1)
        if leaves[0] <= max_leaves:
            yield _cut(tree, is_leaf, size)


def _cut(tree: Tree, is_leaf: "Array", size: "Array") -> Tree:
    """The tree without what is below leaves, numbered anew."""
    kept = np.ones(len(is_leaf), bool)
    for node in np.flatnonzero(is_leaf):
        kept[node + 1 : node + size[node]] = False
    number = np.cumsum(kept) - 1
    return Tree(
        feature=np.where(is_leaf, -1, tree.feature)[kept],
        threshold=tree.threshold[kept],
        left=number[tree.left[kept]],
        right=number[tree.right[kept]],
        leaves=tree.leaves[kept],
    )


def _merit(model: TreeEnsemble, split: "Split") -> float:
    """Of classes the share that is right, of numbers the squared error below 0."""
    target = split.targets["target"].values
    answered = model.predict(split.inputs)
    if model.votes == "value":
        return -float(np.square(answered["value"].values - target).mean())
    return float(np.mean(answered["probabilities"].values.argmax(axis=1) == target))


def load(folder: Path) -> TreeEnsemble:
    """Reads what ``save`` wrote."""
    return TreeEnsemble.load(folder)
