"""What every family promises, on every task that it fits."""

import msgspec
import numpy as np
import pytest

from contracts.conftest import make_run
from daylight.core.config import convert
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.sections import PreparedSection
from daylight.data import prepared as cache
from daylight.models import FAMILIES
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark, read, split_rows
from daylight.steps.families import open_family


def prepared_of(run):
    section = run.read(PreparedSection)
    return cache.load(run.path / section.caches[run.recipe.model])


def fitted_of(run):
    return open_family(run.recipe.model).load(run.package)


def outputs_differ_by(one, other):
    assert one.keys() == other.keys()
    largest = 0.0
    for name in one:
        a, b = one[name], other[name]
        assert len(a) == len(b)
        assert a.values.shape == b.values.shape
        if a.offsets is not None:
            assert (a.offsets == b.offsets).all()
        if np.issubdtype(a.values.dtype, np.number):
            largest = max(largest, float(np.abs(a.values - b.values).max(initial=0)))
        else:
            assert (a.values == b.values).all()
    return largest


def test_the_export_answers_as_the_model_in_memory_does(run):
    inputs = prepared_of(run).splits["test"].inputs
    exported = Predictor.open(run.package).program.answer(inputs)
    assert outputs_differ_by(fitted_of(run).predict(inputs), exported) <= 1e-4


def test_saving_and_loading_changes_no_answer(run, tmp_path):
    inputs = prepared_of(run).splits["test"].inputs
    fitted = fitted_of(run)
    fitted.save(tmp_path)
    again = open_family(run.recipe.model).load(tmp_path)
    assert outputs_differ_by(fitted.predict(inputs), again.predict(inputs)) == 0


def test_one_by_one_answers_as_a_batch_does(run):
    predictor = Predictor.open(run.package)
    inputs = benchmark(run).inputs()
    together = predictor.predict_columns(inputs, batch_size=64).columns
    alone = predictor.predict_columns(inputs, batch_size=1).columns
    assert outputs_differ_by(together, alone) <= 1e-5


@pytest.mark.parametrize("split", ["train", "test"])
def test_processing_in_training_is_the_runtimes_bit_for_bit(run, split):
    dataset = read(run)
    section = run.read(PreparedSection)
    on = benchmark(run, split)
    assert len(on.rows) == section.num_examples[split] == len(split_rows(dataset, run)[split])
    # Prepared in pieces, run here whole: rows that are filled up may differ in width only.
    ours = Predictor.open(run.package).program.process(on.inputs())
    theirs = prepared_of(run).splits[split].inputs
    for name, column in theirs.items():
        assert column.values.dtype == ours[name].values.dtype
        assert column.values.tobytes() == ours[name].values.tobytes()


def test_the_same_recipe_gives_the_same_model(run, data, tmp_path):
    again = make_run(run.recipe.data.path, tmp_path / "again", run.recipe.model)
    digests = [Predictor.open(each.package).package.manifest.files for each in (run, again)]
    for name, entry in digests[0].items():
        if name.endswith((".safetensors", ".onnx")) or name in ("program.json", "labels.json"):
            assert digests[1][name] == entry, name


@pytest.mark.parametrize("spec", FAMILIES.values(), ids=lambda spec: spec.name)
def test_it_says_where_it_comes_from_and_what_it_takes(spec):
    assert spec.license
    assert spec.source
    assert spec.title
    assert set(spec.inputs) <= INPUT_KINDS.keys()
    assert set(spec.answers) <= ANSWER_KINDS.keys()


@pytest.mark.parametrize("name", FAMILIES)
def test_settings_come_back_from_json_as_they_were(name):
    settings = open_family(name).Settings()
    again = msgspec.json.decode(settings.to_json())
    assert convert(type(settings), again, where="settings") == settings
