"""A random forest on pixels or rows.

Source: Breiman, Random Forests, Machine Learning 45 (2001); grown by scikit-learn. Where the
answer is a number, each question looks at a third of the features, as section 11 has it.
"""

import os
import warnings
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
    from daylight.core.types import Array

MAX_SIZE = 32
"""Pixels per side; trees look at single pixels, so more of them only cost time."""


AT_ONCE = 20
"""Trees that are grown before the clock is looked at."""


class Settings(Config):
    """Settings of the forest.

    Attributes:
        num_trees: More are never worse, only slower and larger.
        min_leaf: Training examples that every leaf holds at least.
    """

    num_trees: Annotated[int, msgspec.Meta(ge=1)] = 100
    min_leaf: Annotated[int, msgspec.Meta(ge=1)] = 2


SEARCH: Search = {
    "min_leaf": Range(low=1, high=10, log=True, whole=True),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Small pictures, gray if all are; or rows of numbers as they are."""
    return numbers_processing(schema, scaled=False, max_size=MAX_SIZE)


def fit(prepared: Prepared, settings: Settings, context: Context) -> TreeEnsemble:
    """Grows the trees on all cores."""
    from sklearn import ensemble  # noqa: PLC0415 - takes a second

    [column] = prepared.names
    num_classes = len(prepared.labels)
    split = prepared.splits["train"]
    features = np.asarray(split.inputs[column].values).reshape(len(split), -1)
    options = {
        "warm_start": True,  # each fit adds trees
        "min_samples_leaf": settings.min_leaf,
        "n_jobs": os.cpu_count(),
        "random_state": context.key("forest") % 2**32,
    }
    if num_classes:
        forest = ensemble.RandomForestClassifier(**options)
    else:
        forest = ensemble.RandomForestRegressor(max_features=1 / 3, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # many classes of few pictures are no mistake
        for num_trees in _counts(settings.num_trees):
            forest.set_params(n_estimators=num_trees)
            forest.fit(features, split.targets["target"].values)
            if context.stops("trees", num_trees):
                break
    trees = [
        Tree.of_sklearn(grown, leaves=_leaves(grown, forest, num_classes) / len(forest.estimators_))
        for grown in forest.estimators_
    ]
    return TreeEnsemble.of(trees, votes="probabilities" if num_classes else "value", column=column)


def _leaves(grown: Any, forest: Any, num_classes: int) -> "Array":
    """What each node of a tree answers: float64 ``(nodes, classes)``, or the mean alone."""
    if not num_classes:
        values: Array = grown.tree_.value[:, 0, :]
        return values
    counts = class_counts(grown, forest.classes_, num_classes)
    shares: Array = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _counts(num_trees: int) -> list[int]:
    """How many trees there are after each time that the clock is not looked at.

    >>> _counts(50)
    [20, 40, 50]
    """
    return [min(num_trees, grown + AT_ONCE) for grown in range(0, num_trees, AT_ONCE)]


def load(folder: Path) -> TreeEnsemble:
    """Reads what ``save`` wrote."""
    return TreeEnsemble.load(folder)
