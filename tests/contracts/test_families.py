"""What every family promises, on every task that it fits."""

import inspect
import math
import time
from importlib.metadata import metadata

import msgspec
import numpy as np
import pytest

from contracts.conftest import assert_same_bytes, difference, fit, make_run, prepared_of
from daylight.core import recipe as recipes
from daylight.core.config import Config, convert
from daylight.core.context import Context, Decisions
from daylight.core.errors import UserError
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.sections import PreparedSection
from daylight.core.types import Column
from daylight.data import prepared as cache
from daylight.models import FAMILIES
from daylight.runtime.inputs import TEXT, to_columns
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark, read, split_rows
from daylight.steps.families import open_family, settings_of
from daylight.steps.packaging import MAX_DIFFERENCE, largest_difference
from daylight.steps.pipeline import advance, start
from daylight.tasks import TASKS
from daylight.training import checkpoint
from tiny import FAST

every_family = pytest.mark.parametrize("name", FAMILIES)


def rows_of(on):
    """The benchmark's inputs as a person has them: a mapping per row."""
    fields = on.dataset.fields("input")
    table = on.dataset.tables["examples"].take(on.rows).select([f.name for f in fields])
    media = {field.name for field in fields if field.type == "image"}
    return [
        {name: on.dataset.root / value if name in media else value for name, value in row.items()}
        for row in table.to_pylist()
    ]


def plan_of(run, rows=None):
    dataset, family = read(run), open_family(run.recipe.model)
    return cache.Plan(
        dataset,
        rows or split_rows(dataset, run),
        family.processing(dataset.schema, settings_of(family, run.recipe)),
        TASKS[run.recipe.task].answer,
    )


def test_the_package_answers_as_the_model_in_memory_does(run, fitted):
    inputs = prepared_of(run).splits["test"].inputs
    exported = Predictor.open(run.package).program.answer(inputs)
    assert difference(fitted.predict(inputs), exported) <= 1e-4


def test_the_package_answers_as_the_model_that_is_loaded_from_it_does(run):
    inputs = prepared_of(run).splits["test"].inputs
    loaded = open_family(run.recipe.model).load(run.package)
    exported = Predictor.open(run.package).program.answer(inputs)
    assert difference(loaded.predict(inputs), exported) <= 1e-4


def test_what_a_person_has_is_answered_as_the_prepared_test_split_is(run, fitted):
    rows = rows_of(benchmark(run))
    answered = Predictor.open(run.package).predict(rows).columns
    expected = fitted.predict(prepared_of(run).splits["test"].inputs)
    assert difference(expected, {name: answered[name] for name in expected}) <= 1e-4


def test_what_a_package_concludes_is_as_its_kind_says(run):
    kind = ANSWER_KINDS[TASKS[run.recipe.task].answer]
    predictor = Predictor.open(run.package)
    found = predictor.program.conclude(prepared_of(run).splits["test"].inputs)
    added = {name: column for name, column in found.items() if name not in kind.outputs}
    assert added.keys() <= kind.concluded.keys()
    counts = {"rows": len(prepared_of(run).splits["test"]), "labels": len(predictor.labels)}
    assert all(kind.concluded[name].fits(column, counts) for name, column in added.items())


class Altered:
    """A model one of whose outputs is not what it should be."""

    def __init__(self, fitted, name, alter):
        self._fitted, self._name, self._alter = fitted, name, alter

    def predict(self, inputs):
        outputs = dict(self._fitted.predict(inputs))
        return {**outputs, self._name: self._alter(outputs[self._name])}


def first_changed(column):
    values = column.values.copy()
    if values.dtype == TEXT:
        values[0] = values[0] + "!"
    elif values.dtype.kind == "f":
        values[0] = np.nan
    else:
        values[0] += 1
    return Column(values, column.offsets)


def one_more_in_the_first_row(column):
    offsets = column.offsets + (column.offsets > 0)
    return Column(column.values, offsets.clip(max=len(column.values)))


def test_an_export_that_answers_otherwise_is_noticed(run, fitted):
    prepared = prepared_of(run)
    assert largest_difference(run.package, fitted, prepared) <= MAX_DIFFERENCE
    for name, column in fitted.predict(prepared.splits["validation"].inputs).items():
        if not column.values.size:
            continue  # a part of its answers that the model leaves empty
        altered = Altered(fitted, name, first_changed)
        assert largest_difference(run.package, altered, prepared) > MAX_DIFFERENCE, name
        if column.offsets is not None and len(column) > 1:
            altered = Altered(fitted, name, one_more_in_the_first_row)
            assert largest_difference(run.package, altered, prepared) > MAX_DIFFERENCE, name


def test_saving_and_loading_changes_no_answer(run, fitted, tmp_path):
    inputs = prepared_of(run).splits["test"].inputs
    before = fitted.predict(inputs)
    fitted.save(tmp_path)
    loaded = open_family(run.recipe.model).load(tmp_path)
    assert_same_bytes(before, loaded.predict(inputs))


def test_asking_twice_gives_the_same_answer(run, fitted):
    inputs = prepared_of(run).splits["test"].inputs
    assert_same_bytes(fitted.predict(inputs), fitted.predict(inputs))


@pytest.mark.parametrize("size", [1, 7])
def test_small_batches_are_answered_as_large_ones(run, size):
    predictor = Predictor.open(run.package)
    inputs = benchmark(run).inputs()
    together = predictor.predict_columns(inputs, batch_size=64).columns
    in_parts = predictor.predict_columns(inputs, batch_size=size).columns
    assert difference(together, in_parts) <= 1e-5


def test_in_memory_a_row_alone_is_answered_as_among_others(run, fitted):
    inputs = prepared_of(run).splits["test"].inputs
    together = fitted.predict(inputs)
    for row in range(min(5, len(next(iter(inputs.values()))))):
        alone = fitted.predict({n: c.take(np.array([row])) for n, c in inputs.items()})
        expected = {name: column.take(np.array([row])) for name, column in together.items()}
        assert difference(expected, alone) <= 1e-5


def test_nothing_asked_is_nothing_answered(run):
    assert len(Predictor.open(run.package).predict([])) == 0


def test_answers_have_the_columns_and_types_of_their_kind(run, fitted):
    answer, prepared = TASKS[run.recipe.task].answer, prepared_of(run)
    inputs = prepared.splits["test"].inputs
    exported = Predictor.open(run.package).program.answer(inputs)
    for outputs in (fitted.predict(inputs), exported):
        counts = {"num_rows": len(prepared.splits["test"]), "num_labels": len(prepared.labels)}
        assert ANSWER_KINDS[answer].misfit(outputs, **counts) == ""
        assert tuple(outputs) == ANSWER_KINDS[answer].outputs
        if answer == "label":
            probabilities = outputs["probabilities"].values
            assert probabilities.min() >= 0
            assert np.abs(probabilities.sum(axis=1) - 1).max() <= 1e-5


def test_answers_are_plain_json_and_one_line_for_people(run):
    answers = Predictor.open(run.package).predict(rows_of(benchmark(run)))
    for answer in answers:
        assert msgspec.json.decode(msgspec.json.encode(answer)) == answer
        line = TASKS[run.recipe.task].codec.show(answer)
        assert isinstance(line, str)
        assert "\n" not in line


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_processing_in_training_is_the_runtimes_bit_for_bit(run, split):
    on = benchmark(run, split)
    program = Predictor.open(run.package).program
    theirs = prepared_of(run).splits[split].inputs
    assert len(on.rows) == run.read(PreparedSection).num_examples[split]
    assert_same_bytes(theirs, program.process(on.inputs()))
    assert_same_bytes(theirs, program.process(to_columns(program.program.fields, rows_of(on))))


def test_preparing_in_pieces_is_preparing_at_once(run, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "CHUNK", 5)
    pieces = cache.load(cache.build(plan_of(run), tmp_path / "prepared"))
    for name, whole in prepared_of(run).splits.items():
        assert_same_bytes(whole.inputs, pieces.splits[name].inputs)
        assert_same_bytes(whole.targets, pieces.splits[name].targets)


def test_processing_learns_nothing_from_the_test_split(run, tmp_path):
    rows = split_rows(read(run), run)
    blind = plan_of(run, {**rows, "test": rows["validation"][:1]})
    assert cache.load(cache.build(blind, tmp_path / "prepared")).nodes == prepared_of(run).nodes


def test_the_same_recipe_gives_the_same_model(run, again):
    one, other = (Predictor.open(each.package).package.manifest for each in (run, again))
    weights = {name for name in one.files if name.endswith(".safetensors")}
    for name in (*weights, "config.json", "labels.json", "program.json"):
        assert other.files[name] == one.files[name], name
    assert other.model_digest == one.model_digest


def test_the_same_recipe_continues_its_run(run, data):
    values = {"data": {"path": str(data(run.recipe.task))}, "model": run.recipe.model}
    again = recipes.resolve(values, FAST.get(run.recipe.model, ()))
    assert start(again, run.path, Context()).path == run.path


def test_a_training_that_was_cut_short_continues_to_the_same_model(run, tmp_path, monkeypatch):
    if not hasattr(open_family(run.recipe.model).Settings(), "training"):
        pytest.skip("is not trained by gradient")
    monkeypatch.setattr(checkpoint, "EVERY_S", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", math.inf)
    seen = []

    def cut(event, **fields):
        seen.append(event)
        if seen.count("epoch") == 2:
            raise KeyboardInterrupt

    place = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        make_run(run.recipe.data.path, place, run.recipe.model, log=cut)
    resumed = []
    continued = make_run(
        run.recipe.data.path,
        place,
        run.recipe.model,
        log=lambda event, **fields: resumed.append(fields.get("resumed")),
    )
    assert True in resumed
    digests = [Predictor.open(r.package).package.manifest.model_digest for r in (run, continued)]
    assert digests[0] == digests[1]
    advance(continued, Context())


def test_out_of_time_there_is_a_model_all_the_same_and_it_can_be_made_again(run):
    decisions = Decisions()
    inputs = prepared_of(run).splits["validation"].inputs
    hurried = fit(run, decisions=decisions, deadline=time.monotonic())
    again = fit(run, decisions=decisions)
    assert_same_bytes(hurried.predict(inputs), again.predict(inputs))


@pytest.mark.parametrize("spec", FAMILIES.values(), ids=FAMILIES)
def test_it_says_where_it_comes_from_and_what_it_takes(spec):
    assert spec.license.strip()
    assert spec.source.strip()
    assert spec.title.strip()
    assert spec.inputs
    assert spec.answers
    assert set(spec.inputs) <= INPUT_KINDS.keys()
    assert set(spec.answers) <= ANSWER_KINDS.keys()
    assert set(spec.needs) <= set(metadata("daylight").get_all("Provides-Extra"))


@every_family
def test_it_is_listed_under_its_own_name(name):
    assert FAMILIES[name].name == name


@every_family
def test_its_module_is_a_family(name):
    family = open_family(name)
    assert issubclass(family.Settings, Config)
    for function, arguments in (("processing", 2), ("fit", 3), ("load", 1)):
        assert len(inspect.signature(getattr(family, function)).parameters) == arguments
    assert family.__doc__


@every_family
def test_it_names_no_task(name):
    source = inspect.getsource(open_family(name))
    assert not [task for task in TASKS if f'"{task}"' in source]


@every_family
def test_settings_come_back_from_json_as_they_were(name):
    settings = open_family(name).Settings()
    again = msgspec.json.decode(settings.to_json())
    assert convert(type(settings), again, where="settings") == settings


@every_family
def test_an_unknown_setting_is_refused_by_name(name):
    with pytest.raises(UserError, match="no_such_setting"):
        convert(open_family(name).Settings, {"no_such_setting": 1}, where="settings")
