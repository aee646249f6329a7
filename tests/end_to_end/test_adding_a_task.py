"""The task in the docs is real: it is taken from the page, installed, trained and asked."""

import csv
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-task.md"


@pytest.fixture
def plugin(tmp_path):
    """The page's module, installed as a package of somebody's own."""
    [code] = re.findall(r'```python\n(""".*?)```', PAGE.read_text(), flags=re.DOTALL)
    place = tmp_path / "site"
    info = place / "outcomes-1.0.dist-info"
    info.mkdir(parents=True)
    (place / "outcome_prediction.py").write_text(code)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outcomes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[daylight.task]\noutcome-prediction = outcome_prediction:TASK\n"
    )
    return place


def daylight(plugin, folder, *arguments):
    command = [sys.executable, "-m", "daylight", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(plugin)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_task_of_the_docs_trains_and_answers(plugin, tmp_path):
    draw = random.Random(0)
    with (tmp_path / "outcomes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "smoker", "outcome"])
        for _ in range(60):
            smoker = draw.choice(["yes", "no"])
            writer.writerow([draw.randint(20, 80), smoker, "ill" if smoker == "yes" else "well"])
    trained = daylight(plugin, tmp_path, "train", "outcomes.csv")
    assert trained.returncode == 0, trained.stderr
    assert "a table with an outcome: outcome-prediction" in trained.stderr
    asked = daylight(plugin, tmp_path, "predict", "outcomes-run", '{"age": 40, "smoker": "no"}')
    assert asked.returncode == 0, asked.stderr
    assert re.search(r"\t(ill|well) 0\.\d\d", asked.stdout)


def test_the_error_of_the_docs_names_the_line(plugin, tmp_path):
    (tmp_path / "outcomes.csv").write_text("age,outcome\n40,well\n50,\n")
    refused = daylight(plugin, tmp_path, "train", "outcomes.csv")
    assert refused.returncode == 2
    assert "outcomes.csv, line 3: no outcome" in refused.stderr
