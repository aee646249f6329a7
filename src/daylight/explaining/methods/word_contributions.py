"""What each word adds to a score that is a sum over words and runs of characters.

A run's part is shared alike by its occurrences, and by the words that it touches. For several
classes a score counts beside the mean of all, so that what speaks for all of them speaks for none.

Source: the terms of the weighted sum; Hastie, Tibshirani & Friedman, The Elements of Statistical
Learning, section 4.4.
"""

from typing import TYPE_CHECKING

import numpy as np

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Sums, UnableError
from daylight.explaining.texts import TextSubject
from daylight.runtime.words import Reader

if TYPE_CHECKING:
    from daylight.core.types import Array


SMALLEST = 1e-7


def explain(subject: TextSubject) -> Attribution:
    """Values add up to the change in the centred logarithm of the probability, exactly.

    Where a text may have several classes, it is the change in the log-odds of one of them.

    Raises:
        UnableError: The model is no sum over runs of words and characters.
    """
    if subject.runs is None or not isinstance(subject.fitted, Sums):
        raise UnableError("the model's scores are not sums over runs of words and characters")
    words, characters = subject.runs
    grams = Reader().grams(subject.texts, words=words, characters=characters)
    counts = np.bincount(grams.rows, minlength=len(subject))
    terms = Column(grams.hashes, np.concatenate([[0], np.cumsum(counts)]))
    parts = subject.fitted.contributions(terms, subject.things).values
    sizes = grams.last - grams.first + 1
    values = np.zeros(len(subject.pieces.texts))
    for step in range(int(sizes.max(initial=0))):
        touched = sizes > step
        places = subject.pieces.of_word[grams.first[touched] + step]
        np.add.at(values, places, (parts / sizes)[touched])
    return Attribution(
        subject.column, Column(values.astype(np.float32), subject.offsets), _totals(subject)
    )


def _totals(subject: TextSubject) -> "Array":
    """By the package's own answers, to the texts and to an empty one."""
    shares = subject.outputs((*subject.texts, ""))
    logs = np.log(shares)
    if subject.several:
        centred = logs - np.log1p(-shares.clip(max=1 - SMALLEST))
    else:
        centred = logs - logs.mean(axis=1, keepdims=True)
    totals: Array = centred[np.arange(len(subject)), subject.things] - centred[-1, subject.things]
    return totals
