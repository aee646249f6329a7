"""The base install opens a package and answers; asking for help loads next to nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.conftest import PAIRS
from contracts.test_families import rows_of
from daylight.cli.main import build_parser
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark

TRAINING_ONLY = ("torch", "pandas", "pyarrow", "sklearn", "scipy", "onnx", "onnxscript")
HEAVY = (
    *TRAINING_ONLY,
    "numpy",
    "onnxruntime",
    "PIL",
    "safetensors",
    "msgspec",
    "jinja2",
    "rich",
    "yaml",
)

FORBID = """
import json, sys

class Forbid:
    # Not an ImportError: nobody may catch it and go on without.
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise AssertionError(f"{{name}} was imported")

sys.meta_path.insert(0, Forbid())
"""

ANSWER = """
from daylight import Predictor

asked = json.load(sys.stdin)
answers = [list(Predictor.open(folder).predict(rows)) for folder, rows in asked]
json.dump(answers, sys.stdout)
"""


def python(code, *, forbidden=TRAINING_ONLY, stdin="", path=()):
    """Runs code where some modules cannot be imported, and gives what it printed."""
    inherited = filter(None, [os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORBID.format(names=set(forbidden)) + code],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), *inherited])},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(row):
    return {name: str(value) if isinstance(value, Path) else value for name, value in row.items()}


def test_what_is_forbidden_here_is_noticed():
    with pytest.raises(AssertionError, match="torch was imported"):
        python("import torch")


def test_every_package_answers_with_the_base_install_alone(trained):
    asked, expected = [], []
    for pair in PAIRS:
        run = trained(*pair)
        rows = [plain(row) for row in rows_of(benchmark(run))[:3]]
        asked.append((str(run.package), rows))
        expected.append(list(Predictor.open(run.package).predict(rows)))
    found = json.loads(python(ANSWER, stdin=json.dumps(asked)))
    assert found == json.loads(json.dumps(expected))


def test_the_command_predict_needs_the_base_install_alone(trained):
    run = trained("image-classification", "cnn")
    picture = str(rows_of(benchmark(run))[0]["image"])
    command = ["predict", str(run.path), picture, "--json"]
    code = f"from daylight.cli.main import main\nmain({command!r})"
    expected = Predictor.open(run.package).predict([picture])[0]["label"]
    assert json.dumps(expected) in python(code)


def test_importing_daylight_loads_nothing_heavy():
    python("import daylight", forbidden=HEAVY)


def test_help_loads_nothing_heavy():
    code = "from daylight.cli.main import main\nmain([])\nmain(['--help'])"
    assert "usage: daylight" in python(code, forbidden=HEAVY)


@pytest.mark.parametrize("command", sorted(build_parser()._subparsers._group_actions[0].choices))
def test_help_of_a_command_loads_nothing_heavy(command):
    code = f"from daylight.cli.main import main\nmain([{command!r}, '--help'])"
    assert f"usage: daylight {command}" in python(code, forbidden=HEAVY)


@pytest.mark.parametrize("command", ["models", "doctor"])
def test_listing_what_there_is_loads_no_framework(command):
    code = f"from daylight.cli.main import main\nmain([{command!r}])"
    # The doctor loads every check, to name those that are broken; arrays are all that they need.
    heavy = ("onnxruntime",) if command == "doctor" else ("onnxruntime", "numpy")
    assert python(code, forbidden=(*TRAINING_ONLY, *heavy))


def test_listing_families_and_tasks_imports_no_framework():
    code = """
from daylight.models import FAMILIES
from daylight.tasks import TASKS
print(len([spec.title for spec in FAMILIES.values()]), len([task.title for task in TASKS.values()]))
"""
    assert python(code)
