"""Shapley values of the pixels that trees look at, against the mean picture.

Source: Lundberg et al., From local explanations to global understanding with explainable AI for
trees, Nature Machine Intelligence 2 (2020), "interventional" feature perturbation, with a single
background picture: the same reference that the other methods have.
"""

import warnings
from typing import Any, cast

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject, Trees, UnableError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it sets up plots as it is loaded, in ways that age
    import shap

MAX_MISSED = 1e-3
"""Of the change in probability."""


def explain(subject: Subject) -> Attribution:
    """Values add up to the change in probability, exactly; channels are added up.

    Raises:
        UnableError: They do not, as where a softmax follows the sum of the trees.
    """
    rows, height, width, channels = subject.values.shape
    classes, place = np.unique(subject.classes, return_inverse=True)
    explainer = shap.TreeExplainer(
        _trees(cast("Trees", subject.fitted), classes),
        data=subject.absent.reshape(1, -1).astype(float),
        feature_perturbation="interventional",
    )
    flat = subject.values.reshape(rows, -1).astype(float)
    values = explainer.shap_values(flat, check_additivity=False).reshape(rows, flat.shape[1], -1)
    maps = values[np.arange(rows), :, place].reshape(rows, height, width, channels).sum(axis=3)
    totals = subject.totals()
    if np.abs(maps.sum(axis=(1, 2)) - totals).max() > MAX_MISSED:
        raise UnableError("its answer is not the sum of what its trees say")
    return Attribution(subject.column, Column(maps.astype(np.float32)), totals)


def _trees(fitted: Trees, classes: Any) -> dict[str, Any]:
    """The arrays as shap reads them, with what leaves hold for these classes only."""
    ends = np.append(fitted.roots[1:], len(fitted.feature))
    return {
        "trees": [
            {
                "children_left": np.where(leaf, -1, fitted.left[start:end] - start),
                "children_right": np.where(leaf, -1, fitted.right[start:end] - start),
                "children_default": np.where(leaf, -1, fitted.left[start:end] - start),
                "features": fitted.feature[start:end],
                "thresholds": fitted.threshold[start:end].astype(float),
                "values": fitted.leaves[start:end, :][:, classes].toarray().astype(float),
                "node_sample_weight": np.ones(end - start),  # not used with a background
            }
            for start, end in zip(fitted.roots, ends, strict=True)
            for leaf in [fitted.feature[start:end] < 0]
        ]
    }
