"""The runtime: light, closed, and without anything that trains."""

import json
import subprocess
import sys

import msgspec
import pytest

from daylight.core.config import Config, convert
from daylight.core.errors import UnknownNameError, UserError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.registry import Registry
from daylight.metrics import FIGURES, METRICS
from daylight.runtime.operations import OPERATIONS

FORBID = """
import sys
class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {forbidden!r}:
            raise ImportError(name + " is forbidden here")
sys.meta_path.insert(0, Forbid())
"""
TRAINING = ["torch", "pandas", "pyarrow", "sklearn", "scipy", "onnx", "yaml", "jinja2", "rich"]


def python(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("family", ["cnn", "random-forest", "single-layer", "majority"])
def test_a_package_answers_where_nothing_that_trains_can_be_imported(trained, family):
    run = trained("image-classification", family)
    picture = next(iter(sorted((run.path.parent / "image-classification").rglob("*.png"))))
    code = FORBID.format(forbidden=TRAINING) + (
        "from daylight import Predictor\n"
        "print(Predictor.open(sys.argv[1]).predict([sys.argv[2]])[0]['label'])"
    )
    assert python(code, run.package, picture).startswith("class ")
    command = FORBID.format(forbidden=TRAINING) + (
        "from daylight.cli.main import main; main(['predict', *sys.argv[1:]])"
    )
    assert str(picture) in python(command, run.path, picture)


@pytest.mark.parametrize(
    "code",
    [
        "import daylight",
        "from daylight.cli.main import build_parser; build_parser().print_help()",
    ],
)
def test_help_and_import_load_nothing_heavy(code):
    heavy = {"numpy", "torch", "onnxruntime", "PIL", "msgspec", "rich", "sklearn", "pyarrow"}
    report = "import json, sys; print(); print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(python(f"{code}; {report}").splitlines()[-1])
    assert not heavy & set(loaded)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_refuses_what_it_does_not_know(name):
    operation = OPERATIONS[name]
    assert issubclass(operation.parameters, Config)
    with pytest.raises(UserError, match="unknown field"):
        convert(operation.parameters, {"command": "rm"}, where=name)


def test_plug_ins_add_tasks_and_families_but_no_operations():
    assert OPERATIONS._table == OPERATIONS._builtin


@pytest.mark.parametrize("kind", ANSWER_KINDS.values(), ids=lambda kind: kind.name)
def test_an_answer_kinds_metrics_and_figures_are_in_the_tables(kind):
    assert kind.metrics
    assert {METRICS[name].name for name in kind.metrics} == set(kind.metrics)
    assert all(callable(FIGURES[name]) for name in kind.figures)


TABLE: Registry[object] = Registry(
    "thing", {"pi": "math:pi", "broken": "no.such.module:x"}, plugins=False
)


def test_a_broken_entry_breaks_only_itself():
    assert list(TABLE) == ["pi", "broken"]
    assert TABLE["pi"] == pytest.approx(3.14159, abs=1e-5)
    with pytest.raises(ModuleNotFoundError):
        TABLE["broken"]


def test_a_table_is_a_mapping_and_suggests_names():
    assert "po" not in TABLE
    with pytest.raises(UnknownNameError, match="Unknown thing 'pii'") as caught:
        TABLE["pii"]
    assert caught.value.hint == "Did you mean 'pi'?"


def test_records_refuse_keys_that_they_do_not_have_and_changes():
    class Point(Config):
        x: int = 0

    with pytest.raises(UserError, match="unknown field `y`"):
        convert(Point, {"y": 1}, where="here")
    with pytest.raises(AttributeError):
        Point().x = 1
    assert msgspec.json.decode(Point(x=3).to_json()) == {"x": 3}
