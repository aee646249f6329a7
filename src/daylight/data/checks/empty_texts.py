"""Texts that say nothing: empty, or without a single word."""

import numpy as np

from daylight.core.sections import Finding
from daylight.data.examined import Check, Examined, count, found, passed
from daylight.runtime.words import Reader

NAME = "empty-texts"


def look(data: Examined) -> Finding:
    """Signs alone, such as ``...``, are no words."""
    texts = data.written()
    words = Reader().words(texts)
    says = np.zeros(len(texts), bool)
    for row, start in zip(words.rows.tolist(), words.starts.tolist(), strict=True):
        says[row] = says[row] or texts[row][start].isalnum()
    rows = np.flatnonzero(~says).tolist()
    if not rows:
        return passed(NAME, "Every text has a word.")
    evidence = [data.evidence([row], "no words" if texts[row].strip() else "empty") for row in rows]
    message = f"{count(len(rows), 'text')} without a word; the answer to all of them is the same."
    fix = "Fill them in, or take them out."
    return found(NAME, "warn", message, evidence, fix=fix)


CHECK = Check(NAME, "Empty texts", look, inputs=("text",))
