"""The tables fit together: what one names, the other holds; plug-ins break only themselves."""

import json
import sys

import pytest

from contracts.conftest import PAIRS
from contracts.test_runtime import python
from daylight import __version__
from daylight.core.errors import BrokenEntryError, UnknownNameError
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.recipe import DataConfig
from daylight.core.registry import Registry
from daylight.core.types import Metric
from daylight.data.checks import CHECKS
from daylight.data.sources import FileSource
from daylight.explaining import EXPLAINERS
from daylight.metrics import FIGURES, METRICS
from daylight.models import FAMILIES
from daylight.runtime.operations import OPERATIONS
from daylight.steps import FUNCTIONS, STEPS
from daylight.steps.families import fitting, open_family
from daylight.tasks import TASKS, infer
from daylight.training.heads import head
from tiny import FAST, TINY

TABLES = {
    "tasks": TASKS,
    "families": FAMILIES,
    "explainers": EXPLAINERS,
    "metrics": METRICS,
    "figures": FIGURES,
    "operations": OPERATIONS,
    "checks": CHECKS,
    "steps": FUNCTIONS,
}

every_kind = pytest.mark.parametrize("kind", ANSWER_KINDS.values(), ids=ANSWER_KINDS)
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every_table
def test_everything_that_is_listed_is_there(table):
    assert len(table) == len(list(table)) > 0
    for name in table:
        assert table[name] is not None


@every_table
def test_an_unknown_name_is_answered_with_the_nearest_known_one(table):
    known = max(table, key=len)
    with pytest.raises(UnknownNameError) as refused:
        table[known + "s"]
    assert repr(known) in refused.value.hint


@every_table
def test_a_name_like_none_is_answered_with_all_that_are_known(table):
    with pytest.raises(UnknownNameError) as refused:
        table["#"]
    assert all(name in refused.value.hint for name in table)
    assert "#" not in table


@every_kind
def test_metrics_and_figures_of_a_kind_are_in_their_tables(kind):
    assert kind.metrics
    assert all(isinstance(METRICS[name], Metric) for name in kind.metrics)
    assert all(METRICS[name].name == name for name in kind.metrics)
    assert all(callable(FIGURES[name]) for name in kind.figures)


@every_kind
def test_the_outputs_of_a_kind_have_a_type_and_a_shape(kind):
    assert tuple(kind.forms) == kind.outputs


@every_task
def test_a_task_pairs_known_kinds_with_a_metric_and_families_that_fit(task):
    assert TASKS[task.name] is task
    assert task.input in INPUT_KINDS
    assert task.primary in ANSWER_KINDS[task.answer].metrics
    names = [spec.name for spec in fitting(task)]
    assert task.baseline in names
    assert task.default in names
    assert task.baseline != task.default


@every_task
def test_what_an_input_of_a_task_looks_like_is_json(task):
    schema = dict(task.codec.schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["type"]


@every_task
def test_a_task_recognises_its_own_data_and_no_other(task, data):
    found, saw = infer(FileSource.look(path := data(task.name)), DataConfig(path=str(path)))
    assert found is task
    assert saw


@every_task
def test_paths_are_relative_to_the_folder_that_a_person_named(task, data):
    path = data(task.name)
    found = task.read(FileSource.look(path), DataConfig(path=str(path)))
    assert found.root == (path if path.is_dir() else path.parent)


def test_there_is_tiny_data_for_every_task_and_for_nothing_else():
    assert TINY.keys() == set(TASKS)
    assert FAST.keys() <= set(FAMILIES)
    assert {family for _, family in PAIRS} == set(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_loss_that_a_network_trains_by_has_a_head(name):
    if not hasattr(open_family(name).Settings(), "training"):
        pytest.skip("is not trained by gradient")
    for answer in FAMILIES[name].answers:
        assert callable(head(answer).loss)
        assert callable(head(answer).finish)


def test_every_step_runs_after_those_that_it_reads():
    done = set()
    for step in STEPS:
        assert set(step.after) <= done
        assert step.name in FUNCTIONS
        done.add(step.section)


@pytest.fixture
def plugin(tmp_path):
    """An installed package with an entry point that leads nowhere, and one that works."""
    place = tmp_path / "installed"
    about = place / "odd-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    groups = ("task", "family", "metric", "figure", "operation", "check", "step", "shelf")
    entries = "\n".join(
        f"[daylight.{group}]\nbroken = odd.nowhere:X\nworks = odd_plugin:WORKS" for group in groups
    )
    (about / "entry_points.txt").write_text(entries)
    (place / "odd_plugin.py").write_text("WORKS = 'it works'\n")
    return place


def test_a_plugin_stands_in_the_table_and_a_broken_one_breaks_only_itself(plugin, monkeypatch):
    monkeypatch.syspath_prepend(plugin)
    shelf = Registry("shelf", {"own": "daylight:__version__"})
    assert set(shelf) == {"own", "broken", "works"}
    assert shelf["works"] == "it works"
    assert shelf["own"]
    with pytest.raises(BrokenEntryError, match=r"odd\.nowhere") as refused:
        shelf["broken"]
    assert refused.value.hint == "Mend it in the package odd."
    assert "it works" in shelf.working()
    assert shelf.broken().keys() == {"broken"}
    sys.modules.pop("odd_plugin")


@pytest.mark.parametrize(
    "entry",
    ["daylight.nowhere:X", "daylight.core.run:Nothing", "no.such.package:X", "broken_file:X"],
)
def test_a_wrong_line_in_a_built_in_table_names_the_table_and_stops_nobody_else(
    entry, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken_file.py").write_text("def :")
    shelf = Registry("shelf", {"typo": entry, "own": "daylight:__version__"}, plugins=False)
    with pytest.raises(
        BrokenEntryError, match=f"shelf 'typo' cannot be loaded from {entry!r}"
    ) as no:
        shelf["typo"]
    assert no.value.hint == "Mend it in the built-in shelf table."
    assert shelf.working() == [shelf["own"]]
    assert shelf.broken().keys() == {"typo"}


@pytest.mark.parametrize("table", ["daylight.runtime.operations:OPERATIONS"])
def test_a_plugin_cannot_add_to_a_closed_set(plugin, table):
    module, _, attribute = table.partition(":")
    code = f"from {module} import {attribute} as table\nprint(*table)"
    names = python(code, path=[plugin]).split()
    assert names == list(OPERATIONS)
    # The same installed package does add to a table that is open.
    opened = python("from daylight.metrics import METRICS\nprint(*METRICS)", path=[plugin])
    assert {"broken", "works"} <= set(opened.split())


def test_a_name_that_is_taken_stays_what_it_is_and_the_package_that_wants_it_is_named(
    plugin, tmp_path, monkeypatch
):
    about = tmp_path / "second" / "even-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: even\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[daylight.shelf]\nbuilt-in = even:X\nfree = daylight:__name__\n"
    )
    entries = (plugin / "odd-1.0.dist-info" / "entry_points.txt").read_text()
    entries = entries.replace("broken = odd.nowhere:X", "free = odd.nowhere:X")
    (plugin / "odd-1.0.dist-info" / "entry_points.txt").write_text(entries)
    for place in (plugin, about.parent):
        monkeypatch.syspath_prepend(place)
    shelf = Registry("shelf", {"built-in": "daylight:__version__"})
    assert shelf["built-in"] == __version__
    assert shelf["free"] == "daylight"
    assert list(shelf) == ["built-in", "free", "works"]
    assert shelf.broken() == {
        "built-in of even": "the name is a built-in one",
        "free of odd": "the name is taken by even",
    }
    sys.modules.pop("odd_plugin")


@pytest.mark.parametrize("kind", ["task", "family", "check"])
def test_daylight_works_beside_a_plugin_that_does_not(tmp_path, kind, data):
    about = tmp_path / "odd-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[daylight.{kind}]\nbroken = odd.nowhere:X\n")
    run = tmp_path / "run"
    command = ["train", str(data("image-classification")), "-o", str(run), "--model", "majority"]
    code = f"from daylight.cli.main import main\nmain({command!r})\nmain(['models'])"
    assert "majority" in python(code, forbidden=(), path=[tmp_path])
    assert (run / "report.html").is_file()
