"""The base install opens a package and answers; asking for help loads next to nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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

for line in sys.stdin:
    folder, rows = json.loads(line)
    print(json.dumps(list(Predictor.open(folder).predict(rows))), flush=True)
"""


def guarded(code, forbidden=TRAINING_ONLY):
    return [sys.executable, "-W", "error", "-c", FORBID.format(names=set(forbidden)) + code]


def python(code, *, forbidden=TRAINING_ONLY, path=()):
    """Runs code where some modules cannot be imported, and gives what it printed."""
    inherited = filter(None, [os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        guarded(code, forbidden),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), *inherited])},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def base_install():
    """Asks a process that cannot import what only training needs."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(guarded(ANSWER), **pipes) as process:

        def ask(folder, rows):
            print(json.dumps([str(folder), rows]), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline() or "null")

        yield ask


def plain(row):
    return {name: str(value) if isinstance(value, Path) else value for name, value in row.items()}


def test_what_is_forbidden_here_is_noticed():
    with pytest.raises(AssertionError, match="torch was imported"):
        python("import torch")


def test_every_package_answers_with_the_base_install_alone(run, base_install):
    rows = [plain(row) for row in rows_of(benchmark(run))[:3]]
    expected = list(Predictor.open(run.package).predict(rows))
    assert base_install(run.package, rows) == json.loads(json.dumps(expected))


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
