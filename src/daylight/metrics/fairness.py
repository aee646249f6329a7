"""Whether groups of people are answered alike.

Source: demographic parity as in Dwork et al., ITCS (2012); equalised odds Hardt, Price & Srebro,
arXiv:1610.02413, definition 2.1.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.people import Fairness, GroupRates, Measure
from daylight.metrics.intervals import wilson

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_RESAMPLES = 1000
MIN_EACH = 10
"""Examples of a group, in all, without which it is not looked at."""


def fairness(
    attribute: str,
    label: str,
    *,
    groups: Sequence[str],
    answered: "Array",
    target: "Array",
    random: np.random.Generator,
) -> Fairness | None:
    """Compares the groups; ``None`` if there are not two that are large enough.

    Args:
        attribute: The sensitive column.
        label: The answer that is looked at.
        groups: One name per example.
        answered: Whether the label was answered; bool ``(rows,)``.
        target: Whether it is right; bool ``(rows,)``.
        random: Decides the resamples of the differences' intervals (percentiles).
    """
    names, codes, counts = np.unique(np.array(groups), return_inverse=True, return_counts=True)
    large = np.flatnonzero(counts >= MIN_EACH)
    if len(large) < 2:
        return None
    rates = tuple(
        GroupRates(
            group=str(names[code]),
            num_examples=int(counts[code]),
            selected=_share(answered[codes == code]),
            true_positive=_share(answered[(codes == code) & target]),
            false_positive=_share(answered[(codes == code) & ~target]),
        )
        for code in large
    )
    gaps = _gaps(codes, large, answered, target)
    rows = random.integers(0, len(codes), (NUM_RESAMPLES, len(codes)))
    drawn = np.array([_gaps(codes[each], large, answered[each], target[each]) for each in rows])
    parity, odds = (_measure(gaps[place], drawn[:, place]) for place in range(2))
    return Fairness(attribute=attribute, label=label, groups=rates, parity=parity, odds=odds)


def _share(hits: "Array") -> Measure:
    if not len(hits):
        return Measure(value=None, low=None, high=None)
    low, high = wilson(float(hits.mean()), len(hits))
    return Measure(value=float(hits.mean()), low=low, high=high)


def _gaps(
    codes: "Array", large: "Array", answered: "Array", target: "Array"
) -> tuple[float, float]:
    """Demographic parity and equalised odds; NaN where a rate is not defined."""
    differences = []
    for some in (np.ones_like(target), target, ~target):
        size = int(large.max()) + 1
        num = np.bincount(codes[some], minlength=size)[large].astype(float)
        hits = np.bincount(codes[some & answered], minlength=size)[large]
        shares = np.divide(hits, num, out=np.full(len(num), np.nan), where=num > 0)
        known = shares[np.isfinite(shares)]
        differences.append(float(np.ptp(known)) if len(known) > 1 else np.nan)
    return differences[0], max(
        (each for each in differences[1:] if np.isfinite(each)), default=np.nan
    )


def _measure(value: float, drawn: "Array") -> Measure:
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not len(drawn):
        return Measure(value=None, low=None, high=None)
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return Measure(value=value, low=low, high=high)
