"""Every family is trained on every task that it fits; tests share the runs."""

import numpy as np
import pytest

from daylight.core import recipe as recipes
from daylight.core.context import Context
from daylight.core.sections import PreparedSection
from daylight.data import prepared as cache
from daylight.models import FAMILIES
from daylight.steps.families import fitting, open_family, settings_of
from daylight.steps.pipeline import advance, start
from daylight.tasks import TASKS
from tiny import FAST, SLOW, TINY

_FITTING = [(task.name, spec.name) for task in TASKS.values() for spec in fitting(task)]


def _is_mixed(task, family):
    """Whether one of both is built in and the other a plug-in."""
    return (task in TASKS._builtin) != (family in FAMILIES._builtin)


PAIRS = [pair for pair in _FITTING if not _is_mixed(*pair)]
SLOW_PAIRS = [p for p in _FITTING if _is_mixed(*p) or p in SLOW or p[1] in SLOW]


def marked(pair):
    return pytest.param(
        pair, id="-by-".join(pair), marks=pytest.mark.slow if pair in SLOW_PAIRS else ()
    )


def silent(event, **fields):
    pass


def make_run(data, output, model, overrides=(), log=silent):
    values = {"data": {"path": str(data)}, "model": model}
    recipe = recipes.resolve(values, [*FAST.get(model, ()), *overrides])
    run = start(recipe, output, Context(log=log))
    advance(run, Context(log=log))
    return run


def prepared_of(run):
    section = run.read(PreparedSection)
    return cache.load(run.path / section.caches[run.recipe.model])


def fit(run, **context):
    """Fits the run's family once more; the model stays in memory."""
    family = open_family(run.recipe.model)
    settings = settings_of(family, run.recipe)
    return family.fit(prepared_of(run), settings, Context(seed=run.recipe.seed, **context))


def difference(one, other):
    """The largest between two sets of columns, relative beyond 1; infinite if not comparable."""
    assert one.keys() == other.keys()
    largest = 0.0
    for name in one:
        a, b = one[name], other[name]
        assert a.values.shape == b.values.shape, name
        assert (a.offsets is None) == (b.offsets is None), name
        if a.offsets is not None:
            assert (a.offsets == b.offsets).all(), name
        if not np.issubdtype(a.values.dtype, np.number):
            assert (a.values == b.values).all(), name
            continue
        assert a.values.dtype == b.values.dtype, name
        apart = np.abs(a.values.astype(float) - b.values.astype(float))
        here = (apart / np.maximum(1, np.abs(a.values.astype(float)))).max(initial=0)
        largest = max(largest, float(np.nan_to_num(here, nan=np.inf)))
    return largest


def assert_same_bytes(one, other):
    assert one.keys() == other.keys()
    for name in one:
        a, b = one[name], other[name]
        assert (a.values.dtype, a.values.shape) == (b.values.dtype, b.values.shape), name
        assert a.values.tobytes() == b.values.tobytes(), name
        assert (a.offsets is None) == (b.offsets is None), name
        assert a.offsets is None or (a.offsets == b.offsets).all(), name


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

    def of(task, family, copy=""):
        key = f"{task}-{family}{copy}"
        if key not in runs:
            runs[key] = make_run(data(task), folder / key, family)
        return runs[key]

    return of


@pytest.fixture(scope="session")
def kept_in_memory(trained):
    models = {}

    def of(task, family):
        if (task, family) not in models:
            models[task, family] = fit(trained(task, family))
        return models[task, family]

    return of


@pytest.fixture(params=map(marked, _FITTING))
def pair(request):
    return request.param


@pytest.fixture
def run(pair, trained):
    return trained(*pair)


@pytest.fixture
def again(pair, trained):
    """Another run of the same recipe."""
    return trained(*pair, copy="-again")


@pytest.fixture
def fitted(pair, kept_in_memory):
    """The same model, fitted again and never saved."""
    return kept_in_memory(*pair)
