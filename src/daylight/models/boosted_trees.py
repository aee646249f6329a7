"""Gradient-boosted trees on pixels or rows: each corrects what those before it got wrong.

Grown by LightGBM, which looks at some of the features for each tree: on pixels it takes a third to
a quarter of the time of scikit-learn's histograms, at equal accuracy.

Source: Friedman, Annals of Statistics 29 (2001); Ke et al., LightGBM, NIPS 30 (2017); thresholds
drawn at random Geurts, Ernst & Wehenkel, Machine Learning 63 (2006).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from scipy.sparse import csr_array

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.search import Range, Search
from daylight.core.types import Prepared, Processing, Schema
from daylight.data.rows import ROW
from daylight.data.shown import numbers_processing
from daylight.training.settings import Positive
from daylight.training.trees import Tree, TreeEnsemble

MAX_SIZE = 32
"""Pixels per side; trees look at single pixels, so more of them only cost time."""


_OTHER_OBJECTIVES = {0: "regression", 2: "binary"}
"""By the number of classes, of which a number has none."""


class Settings(Config):
    """Settings of the trees.

    Attributes:
        rounds: At most so many trees for each class.
        patience: Rounds without a lower loss on validation, after which there are no more.
        learning_rate: How much of what was wrong a tree corrects.
        max_leaves: Of a tree.
        min_leaf: Training examples that every leaf holds at least.
        feature_share: Share of the pixels that a tree looks at, drawn at random.
        column_share: The same of the columns of rows.
    """

    rounds: Annotated[int, msgspec.Meta(ge=1)] = 1000
    patience: Annotated[int, msgspec.Meta(ge=1)] = 20
    learning_rate: Positive = 0.1
    max_leaves: Annotated[int, msgspec.Meta(ge=2)] = 31
    min_leaf: Annotated[int, msgspec.Meta(ge=1)] = 5
    feature_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.2
    column_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5


SEARCH: Search = {
    "learning_rate": Range(low=0.03, high=0.3, log=True),
    "max_leaves": Range(low=7, high=127, log=True, whole=True),
    "min_leaf": Range(low=2, high=40, log=True, whole=True),
    "feature_share": Range(low=0.1, high=1.0, log=True),
    "column_share": Range(low=0.2, high=1.0),
}
"""What is worth trying where a race has time left."""


def processing(schema: Schema, settings: Settings) -> Processing:  # noqa: ARG001 - one signature
    """Small pictures, gray if all are; or rows of numbers as they are."""
    return numbers_processing(schema, scaled=False, max_size=MAX_SIZE)


def fit(prepared: Prepared, settings: Settings, context: Context) -> TreeEnsemble:
    """Grows trees for as long as validation gets better."""
    import lightgbm  # noqa: PLC0415 - takes a second

    [column] = prepared.names
    num_classes = len(prepared.labels)
    middle, spread = 0.0, 1.0
    if not num_classes:
        target = prepared.splits["train"].targets["target"].values
        middle, spread = float(target.mean()), float(target.std()) or 1.0
    parameters = _parameters(settings, num_classes, column, context)
    train, validation = (
        lightgbm.Dataset(
            np.asarray(split.inputs[column].values).reshape(len(split), -1),
            (split.targets["target"].values - middle) / spread
            if not num_classes
            else split.targets["target"].values,
            params={"max_bin": parameters["max_bin"], "verbose": -1},
        )
        for split in (prepared.splits["train"], prepared.splits["validation"])
    )
    stop = lightgbm.early_stopping(settings.patience, verbose=False)

    def stop_in_time(state: Any) -> None:
        if context.stops("rounds", state.iteration + 1):
            raise lightgbm.callback.EarlyStopException(state.iteration, [])

    grown = lightgbm.train(
        parameters, train, settings.rounds, valid_sets=[validation], callbacks=[stop, stop_in_time]
    )
    dump = grown.dump_model(num_iteration=grown.best_iteration)
    trees = [
        _tree(each["tree_structure"], _class_of(number, num_classes), num_classes or 1)
        for number, each in enumerate(dump["tree_info"])
    ]
    if num_classes:
        return TreeEnsemble.of(trees, votes="scores", column=column)
    trees = [replace(tree, leaves=spread * tree.leaves) for tree in trees]
    trees[0] = replace(trees[0], leaves=trees[0].leaves.toarray() + middle)
    return TreeEnsemble.of(trees, votes="value", column=column)


def _class_of(number: int, num_classes: int) -> int:
    """The class that a tree adds to; of two classes only the second has trees."""
    return 1 if num_classes == 2 else number % (num_classes or 1)


def _parameters(
    settings: Settings, num_classes: int, column: str, context: Context
) -> dict[str, Any]:
    """As LightGBM calls them."""
    answer: dict[str, Any] = {"objective": "multiclass", "num_class": num_classes}
    if num_classes in _OTHER_OBJECTIVES:
        answer = {"objective": _OTHER_OBJECTIVES[num_classes]}
    shown: dict[str, Any] = {
        "feature_fraction": settings.feature_share,
        "extra_trees": True,
        "max_bin": 63,
    }
    if column == ROW:
        shown = {"feature_fraction": settings.column_share, "max_bin": 255}
    return {
        **answer,
        **shown,
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.max_leaves,
        "min_data_in_leaf": settings.min_leaf,
        "lambda_l2": 5.0,
        "seed": context.key("trees") % 2**31,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }


def _tree(root: Mapping[str, Any], of_class: int, num_classes: int) -> Tree:
    """Lays out what LightGBM nests; all leaves of a tree add to one class."""
    nodes, children = [root], []
    for node in nodes:  # grows while it is walked
        inside = "split_feature" in node
        children.append((len(nodes), len(nodes) + 1) if inside else (0, 0))
        nodes += [node["left_child"], node["right_child"]] if inside else []
    left, right = np.array(children).T
    value = np.array([node.get("leaf_value", 0.0) for node in nodes])
    here = np.arange(len(nodes))
    return Tree(
        feature=np.array([node.get("split_feature", -1) for node in nodes]),
        threshold=np.array([node.get("threshold", 0.0) for node in nodes]),
        left=left,
        right=right,
        leaves=csr_array((value, (here, np.full_like(here, of_class))), (len(nodes), num_classes)),
    )


def load(folder: Path) -> TreeEnsemble:
    """Reads what ``save`` wrote."""
    return TreeEnsemble.load(folder)
