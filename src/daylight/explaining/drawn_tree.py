"""A model that is one tree, in the words of the table: its questions, and what comes by where."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from daylight.core.explained import Branch, DrawnTree
from daylight.data.rows import Feature
from daylight.explaining.explainer import Trees

if TYPE_CHECKING:
    from daylight.core.types import Array

MAX_DEPTH = 5
"""Questions one after the other that are drawn; more cannot be taken in."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def is_one_tree(fitted: Any) -> TypeGuard[Trees]:
    """Whether a model is a single tree whose leaves are answers."""
    return isinstance(fitted, Trees) and len(fitted.roots) == 1 and fitted.votes != "scores"


def drawn_tree(
    tree: Trees,
    features: Sequence[Feature],
    *,
    rows: "Array",
    target: "Array",
    labels: Sequence[str],
) -> DrawnTree:
    """The first levels of a tree, with the training examples that come by each node.

    Args:
        tree: See ``is_one_tree``.
        features: What each number of a row means; none is scaled.
        rows: Of train; float32 ``(rows, features)``.
        target: Of the same; places in ``labels``, or numbers.
        labels: Empty where answers are numbers.
    """
    branches: list[Branch] = []

    def grow(node: int, here: "Array", level: int) -> int:
        place = len(branches)
        branches.append(Branch(answer="", num_examples=0))
        told = _told(tree, node, target[here], labels)
        if tree.feature[node] < 0 or level == MAX_DEPTH:
            is_leaf = tree.feature[node] < 0
            branches[place] = Branch(**told, num_hidden=0 if is_leaf else _leaves(tree, node))
            return place
        feature = features[tree.feature[node]]
        values = rows[:, tree.feature[node]]
        below = values[here] <= tree.threshold[node]
        left = grow(int(tree.left[node]), here[below], level + 1)
        right = grow(int(tree.right[node]), here[~below], level + 1)
        yes, no = (right, left) if feature.is_indicator else (left, right)
        asked = question(feature, float(tree.threshold[node]), values)
        branches[place] = Branch(**told, question=asked, yes=yes, no=no)
        return place

    root = int(tree.roots[0])
    grow(root, np.arange(len(rows)), 0)
    return DrawnTree(
        branches=tuple(branches),
        labels=tuple(labels),
        num_leaves=_leaves(tree, root),
        depth=_depth(tree, root),
    )


def _told(tree: Trees, node: int, target: "Array", labels: Sequence[str]) -> dict[str, Any]:
    """What stands in a node whether it asks or not."""
    is_leaf, count = tree.feature[node] < 0, len(target)
    own = tree.leaves[[node]].toarray()[0]
    if not labels:
        value = float(own[0]) if is_leaf or not count else float(target.mean())
        return {"answer": plain_number(value), "num_examples": count}
    counts = np.bincount(target, minlength=len(labels))
    best = int(own.argmax() if is_leaf else counts.argmax())
    shares = tuple((counts / max(1, count)).tolist())
    return {"answer": labels[best], "num_examples": count, "shares": shares}


def question(feature: Feature, threshold: float, values: "Array") -> str:
    """What is asked of a row, so that yes is: the number is not above, or the name is this one.

    Args:
        feature: What is looked at.
        threshold: In the unit of the column.
        values: All that train has, to tell whether what is missing is below the threshold, too.
    """
    if feature.is_indicator:
        return feature.name
    lacking = np.zeros(len(values), bool)
    if feature.instead is not None:
        lacking = values == np.float32(feature.instead)
    known = values[~lacking]
    name = feature.field if feature.part == "day" else feature.name
    if not len(known) or threshold < known.min():
        return f"{name} is missing"
    either = " or missing" if lacking.any() else ""
    if feature.part == "day":
        moment = np.datetime64(round(threshold * 86400), "s")
        return f"{name} to {str(moment).replace('T', ' ')[:16]}{either}"
    if feature.part == "weekday":
        return f"{name} to {WEEKDAYS[int(np.clip(np.floor(threshold), 0, 6))]}{either}"
    return f"{name} \N{LESS-THAN OR EQUAL TO} {plain_number(threshold)}{either}"


def plain_number(value: float) -> str:
    """Up to six digits, and no exponent for what people can read without.

    >>> plain_number(34.5), plain_number(1234567.5), plain_number(0.1), plain_number(2e-9)
    ('34.5', '1,234,567.5', '0.1', '2e-09')
    """
    if 1e5 <= abs(value) < 1e12:
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:,.6g}"


def _leaves(tree: Trees, node: int) -> int:
    if tree.feature[node] < 0:
        return 1
    return sum(_leaves(tree, int(side[node])) for side in (tree.left, tree.right))


def _depth(tree: Trees, node: int) -> int:
    if tree.feature[node] < 0:
        return 0
    return 1 + max(_depth(tree, int(side[node])) for side in (tree.left, tree.right))
