"""Two runs are compared on the examples that both were measured on, or not at all."""

import dataclasses

import pytest

from contracts.conftest import make_run
from daylight.core.context import Context
from daylight.core.errors import NotFoundError, UserError
from daylight.core.registry import Registry
from daylight.core.sections import Scores
from daylight.steps import dataset as step_data
from daylight.steps.compare import compare
from daylight.steps.pipeline import advance
from daylight.tasks import TASKS
from tiny import TINY


@pytest.fixture
def table(tmp_path):
    return TINY["row-to-real"](tmp_path / "data")


@pytest.fixture
def pair(table, tmp_path):
    return tuple(make_run(table, tmp_path / name, "shapes-mean") for name in ("one", "two"))


def without_the_last_row(lines):
    return lines[:-1]


def with_another_value(lines):
    *inputs, _ = lines[-1].split(",")
    return [*lines[:-1], ",".join([*inputs, "1000"])]


def with_another_input(lines):
    _, *others = lines[-1].split(",")
    return [*lines[:-1], ",".join(["1000", *others])]


@pytest.mark.parametrize("change", [without_the_last_row, with_another_value, with_another_input])
def test_runs_whose_data_has_changed_are_not_compared(pair, table, change):
    assert compare(*pair, Context()).num_examples == 40
    lines = table.read_text().splitlines()
    table.write_text("\n".join(change(lines)) + "\n")
    with pytest.raises(UserError, match=f"data of {pair[0].path} has changed") as refused:
        compare(*pair, Context())
    assert refused.value.hint.endswith(f"daylight report {pair[0].path}")
    for run in pair:
        advance(run, Context())
    assert compare(*pair, Context()).num_examples == 40


def test_one_run_that_is_not_up_to_date_is_named(pair, table):
    table.write_text(table.read_text() + "1,1,red,6\n")
    advance(pair[0], Context())
    with pytest.raises(UserError, match=f"data of {pair[1].path} has changed"):
        compare(*pair, Context())


def test_runs_are_not_compared_on_examples_that_a_changed_task_reads(pair, monkeypatch):
    task = TASKS["row-to-real"]

    def read(source, data):
        found = task.read(source, data)
        examples = found.tables["examples"]
        ids = [f"other {number}" for number in range(examples.num_rows)]
        place = examples.column_names.index("id")
        tables = {"examples": examples.set_column(place, "id", [ids])}
        return dataclasses.replace(found, tables=tables)

    changed = dataclasses.replace(task, read=read)
    monkeypatch.setattr(step_data, "TASKS", Registry("task", {task.name: changed}, plugins=False))
    with pytest.raises(UserError, match="the task reads them in another way") as refused:
        compare(*pair, Context())
    assert "-o NEW-FOLDER" in refused.value.hint


def test_a_run_that_was_not_measured_is_named_with_the_command_that_does(pair):
    (pair[1].path / "evaluate.json").unlink()
    with pytest.raises(NotFoundError, match="no evaluate step yet"):
        compare(*pair, Context())
    advance(pair[1], Context())
    assert compare(*pair, Context()).benchmark_digest == pair[1].read(Scores).benchmark_digest


def test_runs_with_other_test_examples_are_not_compared(pair, table, tmp_path):
    other = make_run(table, tmp_path / "other", "shapes-mean", ["seed=1"])
    with pytest.raises(UserError, match="different test examples"):
        compare(pair[0], other, Context())
