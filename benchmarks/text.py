"""Sentiment of film snippets: Daylight's linear families beside scikit-learn's, on equal folds.

python benchmarks/text.py table > snippets.csv      writes the data
python benchmarks/text.py [--folds 5]              prints the table

The data is in the sdist of vaderSentiment 3.3.2, which pip downloads if it is not beside us.
"""

import argparse
import csv
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from scipy.stats import binomtest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from daylight.core.context import Context
from daylight.core.types import Column, Prepared, Split
from daylight.models import naive_bayes_svm, tfidf_linear
from daylight.runtime.inputs import TEXT
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.operations.ngrams import Parameters

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Way: TypeAlias = Callable[[Array, Array, Array], Array]

SDIST = "vaderSentiment==3.3.2"
FILE = "movieReviewSnippets_GroundTruth.txt"
MIN_VALENCE = 0.5
VALIDATION = 0.125
"""Of train; a run has as much."""


def snippets(folder: Path) -> tuple[Array, Array]:
    """Texts, and whether their mean valence is positive, where it is far enough from 0."""
    found = next(folder.glob("[vV]ader*.tar.gz"), None)
    if found is None:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
        ]
        subprocess.run([*command, "-d", str(folder), SDIST], check=True, stdout=sys.stderr)
        found = next(folder.glob("[vV]ader*.tar.gz"))
    with tarfile.open(found) as outer:
        inner = next(name for name in outer.getnames() if name.endswith("ICWSM_2014.tar.gz"))
        packed = outer.extractfile(inner).read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        name = next(each for each in archive.getnames() if each.endswith(FILE))
        lines = archive.extractfile(name).read().decode("utf-8", "replace").splitlines()
    rows = [line.split("\t") for line in lines]
    kept = [(row[2], float(row[1]) > 0) for row in rows if abs(float(row[1])) > MIN_VALENCE]
    return np.array([text for text, _ in kept], TEXT), np.array([glad for _, glad in kept])


def of_daylight(family: Any) -> Way:
    """Fits on train less a validation part, as a run does."""

    def answers(train: Array, target: Array, test: Array) -> Array:
        settings = family.Settings()
        runs = Parameters(words=settings.words, characters=settings.characters)
        read = OPERATIONS["ngrams"].open(runs, None)
        order = np.random.default_rng(0).permutation(len(train))
        held = int(VALIDATION * len(train))
        parts = {"validation": order[:held], "train": order[held:]}
        splits = {
            name: Split(
                {"terms": read(Column(train[rows]))[0]},
                {"target": Column(target[rows].astype(np.int64))},
            )
            for name, rows in parts.items()
        }
        prepared = Prepared(
            splits=splits,
            tables={},
            schema={},
            nodes=(),
            target_nodes=(),
            names=("terms",),
            answer="label",
            labels=("negative", "positive"),
        )
        model = family.fit(prepared, settings, Context())
        return model.predict({"terms": read(Column(test))[0]})["probabilities"].values[:, 1] > 0.5

    return answers


def of_sklearn(train: Array, target: Array, test: Array) -> Array:
    """Its defaults, on all of train."""
    words = TfidfVectorizer()
    model = LogisticRegression(max_iter=1000).fit(words.fit_transform(train.tolist()), target)
    return model.predict(words.transform(test.tolist()))


def of_sklearn_tuned(train: Array, target: Array, test: Array) -> Array:
    """With pairs of words, logarithms of counts, and the penalty by cross-validation."""
    model = GridSearchCV(
        make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            LogisticRegression(max_iter=1000),
        ),
        {"logisticregression__C": [0.3, 1, 3, 10, 30]},
        cv=3,
    )
    return model.fit(train.tolist(), target).predict(test.tolist())


WAYS = {
    "scikit-learn, defaults": of_sklearn,
    "scikit-learn, tuned": of_sklearn_tuned,
    "tfidf-linear": of_daylight(tfidf_linear),
    "naive-bayes-svm": of_daylight(naive_bayes_svm),
}


def measure(texts: Array, glad: Array, num_folds: int) -> None:
    """Prints the table; each text is for test once."""
    right = {name: [] for name in WAYS}
    seconds = dict.fromkeys(WAYS, 0.0)
    order = np.random.default_rng(0).permutation(len(texts))
    for fold in range(num_folds):
        test = order[fold::num_folds]
        train = np.setdiff1d(order, test)
        for name, way in WAYS.items():
            start = time.process_time()
            answers = way(texts[train], glad[train], texts[test])
            seconds[name] += time.process_time() - start
            right[name].append(answers == glad[test])
    first = np.concatenate(right["scikit-learn, defaults"])
    print("| | accuracy | better : worse than the first, p | processor seconds |")
    print("| --- | --- | --- | --- |")
    for name in WAYS:
        each = np.concatenate(right[name])
        won, lost = int((each & ~first).sum()), int((~each & first).sum())
        p = binomtest(won, won + lost).pvalue if won + lost else 1.0
        beside = f"{won} : {lost}, {p:.2g}" if won + lost else ""
        print(f"| {name} | {each.mean():.3f} | {beside} | {seconds[name] / num_folds:.1f} |")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["table"])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    texts, glad = snippets(options.folder)
    if options.what == "table":
        writer = csv.writer(sys.stdout)
        writer.writerow(["text", "label"])
        rows = zip(texts.tolist(), glad.tolist(), strict=True)
        writer.writerows((text, ("negative", "positive")[label]) for text, label in rows)
    else:
        measure(texts, glad, options.folds)


if __name__ == "__main__":
    main()
