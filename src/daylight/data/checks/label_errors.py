"""Labels that look wrong: a model that has not seen them is sure of another.

Confident learning over out-of-fold probabilities of a linear model on small pictures, or on words.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from daylight.core.sections import Finding
from daylight.data import text_features
from daylight.data.examined import Check, Examined, count, found, passed, skipped
from daylight.data.picture_features import features
from daylight.data.picture_scan import ONE_COLOR

if TYPE_CHECKING:
    from daylight.core.types import Array

NAME = "label-errors"
NUM_FOLDS = 5
MIN_EXAMPLES = 100
MIN_PER_CLASS = 10
MAX_FITTED = 10_000
"""Examples that each fold's model is fitted on; all are judged."""

MAX_COMPONENTS = 100
EXAMPLES_PER_COMPONENT = 10
"""With fewer, a linear model learns the noise."""

MIN_AGREEMENT = 0.6
"""Share of labels that the model must guess before its doubts mean anything."""

MIN_MARGIN = 0.5
"""Between the probabilities of another label and of the given one."""

CHUNK = 2048


def look(data: Examined) -> Finding:
    """The surest first."""
    sizes = Counter(data.labels)
    rows = _judged(data)
    rows = np.array([row for row in rows if sizes[data.labels[row]] >= MIN_PER_CLASS], np.int64)
    classes, given = np.unique([data.labels[row] for row in rows], return_inverse=True)
    if len(rows) < MIN_EXAMPLES or len(classes) < 2:
        few = f"{len(rows):,} in classes of {MIN_PER_CLASS} or more; it takes {MIN_EXAMPLES}"
        return skipped(NAME, f"Too few examples to judge by: {few} in two classes.")
    probabilities = out_of_fold(data, rows, given)
    agreement = float((probabilities.argmax(axis=1) == given).mean())
    basis = f"a quick model, asked about examples it had not seen, guesses {agreement:.0%} of them"
    if agreement < MIN_AGREEMENT:
        return skipped(NAME, f"Labels cannot be judged: {basis}.")
    suggested, margins = confident_errors(probabilities, given)
    wrong = np.flatnonzero(margins >= MIN_MARGIN)
    if not len(wrong):
        return passed(NAME, f"No label looks wrong; {basis}.")
    wrong = wrong[np.argsort(-margins[wrong], kind="stable")]
    evidence = [
        data.evidence(
            [int(rows[place])],
            f"looks like {classes[suggested[place]]} "
            f"({probabilities[place, suggested[place]]:.2f}, its label has "
            f"{probabilities[place, given[place]]:.2f})",
        )
        for place in wrong
    ]
    message = f"{count(len(wrong), 'label')} of {len(rows):,} may be wrong; {basis}."
    fix = "Look at the first ones, the surest; correct what is wrong, and keep what is only rare."
    return found(NAME, "warn", message, evidence, fix=fix)


def confident_errors(probabilities: "Array", given: "Array") -> "tuple[Array, Array]":
    """Finds the examples off the diagonal of the confident joint.

    Source: Northcutt, Jiang & Chuang, arXiv:1911.00068, equations 1 and 2; ranked by the
    normalized margin of section 3.2.

    Args:
        probabilities: Out of fold, ``(rows, classes)``.
        given: The label of each, an index.

    Returns:
        For each row the class that it is counted as, and by how much its probability is above that
        of the given one; 0 on the diagonal and for rows that are counted nowhere.
    """
    num_rows, num_classes = probabilities.shape
    own = probabilities[np.arange(num_rows), given]
    totals = np.bincount(given, own, num_classes)
    thresholds = totals / np.maximum(np.bincount(given, minlength=num_classes), 1)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    counted = confident.argmax(axis=1)
    margins = np.where(counted == given, 0.0, confident.max(axis=1) - own)
    return counted, np.maximum(margins, 0.0)


def out_of_fold(data: Examined, rows: "Array", given: "Array") -> "Array":
    """Probabilities by models that were fitted without the row or its copies."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    data.context.check_time()
    data.context.log("check", what="labels", done=0, total=NUM_FOLDS)
    random = data.context.random("check", NAME)
    reduced, cost = _features(data, rows, random)
    groups = data.copies.groups(len(data.ids)) if data.copies else []
    folds = _folds(rows, given, groups, random)
    num_classes = int(given.max()) + 1
    probabilities = np.zeros((len(rows), num_classes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # close is good enough
        for fold in range(NUM_FOLDS):
            data.context.check_time()
            fitted = _at_most(np.flatnonzero(folds != fold), given, num_classes, random)
            held_out = np.flatnonzero(folds == fold)
            # Where all examples of a class are copies in one fold, no model knows it: not judged.
            probabilities[held_out, given[held_out]] = 1
            known = np.unique(given[fitted])
            judged = held_out[np.isin(given[held_out], known)]
            if len(known) < 2 or not len(judged):
                continue
            model = LogisticRegression(C=cost, max_iter=200).fit(reduced[fitted], given[fitted])
            probabilities[np.ix_(judged, known)] = model.predict_proba(reduced[judged])
            data.context.log("check", what="labels", done=fold + 1, total=NUM_FOLDS)
    return probabilities


def _judged(data: Examined) -> "Array":
    """Rows that show something."""
    if data.texts is not None:
        return np.array([row for row, text in enumerate(data.texts) if text.strip()], np.int64)
    pictures = data.pictured()
    rows = pictures.readable
    shown: Array = rows[pictures.spreads[rows] > ONE_COLOR]
    return shown


def _features(data: Examined, rows: "Array", random: np.random.Generator) -> "tuple[Any, float]":
    """What the model is shown, a row each, dense or sparse; and what a wrong guess costs it."""
    if data.texts is not None:
        return text_features.features([data.texts[row] for row in rows]), 10.0
    return _picture_features(data, rows, random), 0.1


def _picture_features(data: Examined, rows: "Array", random: np.random.Generator) -> "Array":
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    seed = data.context.key("check", NAME) % 2**32
    thumbnails = data.pictured().thumbnails
    sample = np.sort(random.permutation(len(rows))[:MAX_FITTED])
    first = features(thumbnails[rows[sample]])
    width = min(MAX_COMPONENTS, len(first) // EXAMPLES_PER_COMPONENT, first.shape[1])
    reduce = make_pipeline(
        PCA(width, svd_solver="randomized", random_state=seed),
        StandardScaler(),
    ).fit(first)
    return np.concatenate(
        [
            reduce.transform(features(thumbnails[rows[start : start + CHUNK]]))
            for start in range(0, len(rows), CHUNK)
        ]
    )


def _folds(
    rows: "Array", given: "Array", groups: Sequence[tuple[int, ...]], random: np.random.Generator
) -> "Array":
    """Each class dealt out evenly; copies go where the first of them went."""
    folds = np.empty(len(rows), np.int64)
    for label in np.unique(given):
        members = random.permutation(np.flatnonzero(given == label))
        folds[members] = np.arange(len(members)) % NUM_FOLDS
    places = {int(row): place for place, row in enumerate(rows)}
    for group in groups:
        together = [places[row] for row in group if row in places]
        folds[together] = folds[together[:1]]
    return folds


def _at_most(
    rows: "Array", given: "Array", num_classes: int, random: np.random.Generator
) -> "Array":
    """Some of the rows: of large classes fewer, of small ones all."""
    if len(rows) <= MAX_FITTED:
        return rows
    each = MAX_FITTED // num_classes
    picked = [
        random.permutation(rows[given[rows] == label])[: max(each, MIN_PER_CLASS)]
        for label in range(num_classes)
    ]
    return np.sort(np.concatenate(picked))


CHECK = Check(NAME, "Likely label errors", look, inputs=("image", "text"), answers=("label",))
