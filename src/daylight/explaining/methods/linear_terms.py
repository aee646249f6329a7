"""The terms of a linear model: weight times how far a value is from the typical one.

Source: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 3.2.
"""

from typing import Any

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, UnableError
from daylight.explaining.rows import RowSubject, against_others


def explain(subject: RowSubject) -> Attribution:
    """Values add up exactly to the change in log-odds or, of numbers, in the answer.

    Raises:
        UnableError: The model is not linear.
    """
    module: Any = subject.fitted.module  # type: ignore[union-attr]
    if not hasattr(module, "linear_weights"):
        raise UnableError("the model is not linear")
    weights = against_others(module.linear_weights().T)  # (features, classes)
    apart = subject.values.astype(np.float64) - subject.absent
    picked = np.zeros(len(subject), np.int64) if subject.classes is None else subject.classes
    terms = subject.by_place(apart * weights[:, picked].T)
    totals = (apart @ weights)[np.arange(len(apart)), picked]
    return Attribution(subject.column, Column(terms.astype(np.float32)), totals)
