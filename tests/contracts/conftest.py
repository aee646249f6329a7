"""Every family is trained once on every task that it fits; tests share the runs."""

import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.steps.families import fitting
from daylight.steps.pipeline import advance, start
from daylight.tasks import TASKS
from tiny import FAST, TINY

PAIRS = [(task.name, spec.name) for task in TASKS.values() for spec in fitting(task)]


def make_run(data, output, model, overrides=(), log=lambda event, **fields: None):
    values = {"data": {"path": str(data)}, "model": model}
    recipe = recipes.resolve(values, [*FAST.get(model, ()), *overrides])
    run = start(recipe, output, Context(log=log))
    advance(run, Context(log=log))
    return run


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("contracts")


@pytest.fixture(scope="session")
def data(folder):
    made = {}

    def of(task):
        if task not in made:
            made[task] = TINY[task](folder / task)
        return made[task]

    return of


@pytest.fixture(scope="session")
def trained(folder, data):
    runs = {}

    def of(task, family):
        if (task, family) not in runs:
            runs[task, family] = make_run(data(task), folder / f"{task}-{family}", family)
        return runs[task, family]

    return of


@pytest.fixture(params=PAIRS, ids="-by-".join)
def run(request, trained):
    return trained(*request.param)
