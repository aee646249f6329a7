"""Pictures of how labels were answered."""

from collections.abc import Sequence

import numpy as np

from daylight.core.answers import answered
from daylight.core.sections import Figure
from daylight.core.types import Columns

NUM_BINS = 15
UNKNOWN = "(not among the labels)"


def confusion(targets: Columns, outputs: Columns, labels: Sequence[str]) -> Figure:
    """How often each true label was answered as each label.

    Rows are true, columns answered. Targets of -1 get a last row of their own, if there are any.
    """
    target = targets["target"].values
    num_labels = len(labels)
    row = np.where(target >= 0, target, num_labels)
    counts = np.bincount(row * num_labels + answered(outputs), minlength=num_labels * num_labels)
    rows = [*labels, UNKNOWN] if (target < 0).any() else list(labels)
    counts = np.pad(counts, (0, len(rows) * num_labels - len(counts)))
    return Figure(
        name="confusion",
        title="True labels (rows) and answers (columns)",
        kind="matrix",
        data={
            "rows": rows,
            "columns": list(labels),
            "counts": counts.reshape(len(rows), num_labels).tolist(),
        },
    )


def calibration(
    targets: Columns,
    outputs: Columns,
    labels: Sequence[str],  # noqa: ARG001 - one signature
) -> Figure:
    """Whether answers given with 80 % probability are right in 80 % of cases.

    The data holds, for 15 bins of equal width of the answer's probability, the mean probability
    (``confidence``), the share that is right (``accuracy``; both ``None`` in an empty bin), the
    ``counts`` and the bins' ``edges``; ``error`` is the expected calibration error, 0 to 1.

    Source: Guo et al. 2017, arXiv:1706.04599, equations 2 and 3.
    """
    given = answered(outputs)
    sure = outputs["probabilities"].values[np.arange(len(given)), given].astype(np.float64)
    right = given == targets["target"].values
    # Bins are open below and closed above, as in the paper.
    bins = (np.ceil(sure * NUM_BINS).astype(np.int64) - 1).clip(0, NUM_BINS - 1)
    counts = np.bincount(bins, minlength=NUM_BINS)
    sum_sure = np.bincount(bins, weights=sure, minlength=NUM_BINS)
    sum_right = np.bincount(bins, weights=right, minlength=NUM_BINS)
    return Figure(
        name="calibration",
        title="Probability of the answer, and how often it was right",
        kind="calibration",
        data={
            "edges": np.linspace(0, 1, NUM_BINS + 1).tolist(),
            "confidence": _means(sum_sure.tolist(), counts.tolist()),
            "accuracy": _means(sum_right.tolist(), counts.tolist()),
            "counts": counts.tolist(),
            "error": float(np.abs(sum_sure - sum_right).sum() / len(sure)),
        },
    )


def _means(sums: Sequence[float], counts: Sequence[int]) -> list[float | None]:
    return [total / count if count else None for total, count in zip(sums, counts, strict=True)]
