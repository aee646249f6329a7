"""Shapley values of the pixels or columns that trees look at, against a typical input.

Source: Lundberg et al., From local explanations to global understanding with explainable AI for
trees, Nature Machine Intelligence 2 (2020), "interventional" feature perturbation, with a single
background picture: the same reference that the other methods have.
"""

import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject, Trees, UnableError
from daylight.explaining.rows import RowSubject, against_others

if TYPE_CHECKING:
    from daylight.core.types import Array

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it sets up plots as it is loaded, in ways that age
    import shap

MAX_MISSED = 1e-3
"""Of the change in probability."""


def explain(subject: Subject | RowSubject) -> Attribution:
    """Values add up to the change in the answer, exactly; channels, or columns, are added up.

    Where a softmax follows the trees, rows are explained by the class's score against the others'.

    Raises:
        UnableError: They do not add up, as where a softmax follows the trees of pictures.
    """
    if isinstance(subject, RowSubject):
        return _of_rows(subject)
    rows, height, width, channels = subject.values.shape
    classes, place = np.unique(subject.classes, return_inverse=True)
    fitted = cast("Trees", subject.fitted)
    leaves = fitted.leaves[:, classes].toarray().astype(float)
    values = _shared(fitted, leaves, subject.values.reshape(rows, -1), subject.absent)
    maps = values[np.arange(rows), :, place].reshape(rows, height, width, channels).sum(axis=3)
    totals = subject.totals()
    if np.abs(maps.sum(axis=(1, 2)) - totals).max() > MAX_MISSED:
        raise UnableError("its answer is not the sum of what its trees say")
    return Attribution(subject.column, Column(maps.astype(np.float32)), totals)


def _of_rows(subject: RowSubject) -> Attribution:
    fitted = cast("Trees", subject.fitted)
    leaves = fitted.leaves.toarray().astype(float)
    is_score = fitted.votes == "scores"
    values = _shared(
        fitted, against_others(leaves) if is_score else leaves, subject.values, subject.absent
    )
    classes = np.zeros(len(subject), np.int64) if subject.classes is None else subject.classes
    of_features = values[np.arange(len(subject)), :, classes]
    totals = of_features.sum(axis=1) if is_score else subject.totals()
    found = Column(subject.by_place(of_features).astype(np.float32))
    return Attribution(subject.column, found, totals)


def _shared(fitted: Trees, leaves: "Array", rows: "Array", absent: "Array") -> "Array":
    """Shares the change from one row to others among the features.

    Args:
        fitted: The trees.
        leaves: What each leaf adds to each of some sums; float64 ``(nodes, sums)``.
        rows: ``(rows, features)``.
        absent: What they are compared with.

    Returns:
        Float64 ``(rows, features, sums)``.
    """
    explainer = shap.TreeExplainer(
        _trees(fitted, leaves),
        data=absent.reshape(1, -1).astype(float),
        feature_perturbation="interventional",
    )
    values = explainer.shap_values(rows.astype(float), check_additivity=False)
    found: Array = np.asarray(values).reshape(*rows.shape, -1)
    return found


def _trees(fitted: Trees, leaves: "Array") -> dict[str, Any]:
    """The arrays as shap reads them."""
    ends = np.append(fitted.roots[1:], len(fitted.feature))
    return {
        "trees": [
            {
                "children_left": np.where(leaf, -1, fitted.left[start:end] - start),
                "children_right": np.where(leaf, -1, fitted.right[start:end] - start),
                "children_default": np.where(leaf, -1, fitted.left[start:end] - start),
                "features": fitted.feature[start:end],
                "thresholds": fitted.threshold[start:end].astype(float),
                "values": leaves[start:end],
                "node_sample_weight": np.ones(end - start),  # not used with a background
            }
            for start, end in zip(fitted.roots, ends, strict=True)
            for leaf in [fitted.feature[start:end] < 0]
        ]
    }
