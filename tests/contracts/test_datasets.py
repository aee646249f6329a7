"""Whatever task has read it, a dataset that cannot be learnt from is refused, by file and line."""

import dataclasses

import pyarrow as pa
import pytest

from daylight.core.errors import DataError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.recipe import DataConfig
from daylight.core.types import FieldType
from daylight.data import dataset as datasets
from daylight.data.dataset import check
from daylight.data.images import image_facts
from daylight.data.sources import FileSource
from daylight.tasks import TASKS

every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


@pytest.fixture
def read(data):
    def of(name):
        path = data(name)
        return path, TASKS[name].read(FileSource.look(path), DataConfig(path=str(path)))

    return of


def replaced(dataset, column, values):
    """The dataset with other values in a column of its examples."""
    examples = dataset.tables["examples"]
    examples = examples.set_column(examples.column_names.index(column), column, values)
    return dataclasses.replace(dataset, tables={**dataset.tables, "examples": examples})


def with_last(dataset, column, value, type_=None):
    values = dataset.tables["examples"][column].to_pylist()
    return replaced(dataset, column, pa.chunked_array([[*values[:-1], value]], type_))


def target_of(dataset):
    [field] = dataset.fields("target")
    return field.name


def refusal(dataset, answer, path):
    with pytest.raises(DataError) as refused:
        check(dataset, answer, path)
    assert refused.value.hint
    return refused.value.message


def test_every_kind_of_answer_and_type_of_field_is_checked():
    assert datasets._TARGETS.keys() == ANSWER_KINDS.keys()
    assert datasets._TYPES.keys() == set(FieldType.__args__)


@every_task
def test_what_a_task_makes_of_its_tiny_data_is_sound(task, read):
    path, dataset = read(task.name)
    check(dataset, task.answer, path)


@every_task
def test_a_target_that_is_missing_is_named(task, read):
    path, dataset = read(task.name)
    broken = with_last(dataset, target_of(dataset), None)
    assert f"column {target_of(dataset)!r} is empty" in refusal(broken, task.answer, path)


@every_task
def test_a_target_of_another_type_is_named(task, read):
    path, dataset = read(task.name)
    times = pa.chunked_array([pa.array([0] * len(dataset), pa.timestamp("s"))])
    broken = replaced(dataset, target_of(dataset), times)
    message = refusal(broken, task.answer, path)
    assert f"column {target_of(dataset)!r} holds timestamp[s]" in message
    assert ANSWER_KINDS[task.answer].arrow in message


@every_task
def test_ids_that_are_not_distinct_are_named(task, read):
    path, dataset = read(task.name)
    first = dataset.tables["examples"]["id"][0].as_py()
    message = refusal(with_last(dataset, "id", first), task.answer, path)
    assert f"ids are not distinct: {first!r} occurs 2 times" in message


@every_task
def test_an_input_of_another_type_is_named(task, read):
    path, dataset = read(task.name)
    for field in dataset.fields("input"):
        odd = pa.chunked_array([[[[1]]] * len(dataset)])
        message = refusal(replaced(dataset, field.name, odd), task.answer, path)
        assert f"column {field.name!r} holds list" in message
        assert f"no {field.type}" in message


@every_task
def test_a_field_without_a_column_is_a_mistake_of_the_task(task, read):
    path, dataset = read(task.name)
    examples = dataset.tables["examples"].drop_columns([target_of(dataset)])
    broken = dataclasses.replace(dataset, tables={**dataset.tables, "examples": examples})
    assert f"no column {target_of(dataset)!r}" in refusal(broken, task.answer, path)


@pytest.mark.parametrize("role", ["id", "input", "target"])
def test_a_role_that_nothing_has_is_a_mistake_of_the_task(role, read):
    path, dataset = read("row-to-real")
    fields = tuple(field for field in dataset.schema["examples"] if field.role != role)
    broken = dataclasses.replace(dataset, schema={"examples": fields})
    assert f"of role {role!r}, and has 0" in refusal(broken, "real", path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_named_with_its_line(value, read):
    path, dataset = read("row-to-real")
    message = refusal(with_last(dataset, "shapes_value", value), "real", path)
    assert message == f"{path}, line 201: column 'shapes_value' is {value}."


def test_a_word_among_numbers_is_named_with_its_line(read):
    path, dataset = read("row-to-real")
    texts = dataset.tables["examples"]["shapes_value"].cast("string").to_pylist()
    words = replaced(dataset, "shapes_value", pa.chunked_array([[*texts[:-1], "a lot"]]))
    assert f"{path}, line 201: column 'shapes_value' is 'a lot'" in refusal(words, "real", path)
    numerals = replaced(dataset, "shapes_value", pa.chunked_array([texts]))
    assert "holds string" in refusal(numerals, "real", path)


def test_a_label_that_is_none_of_the_labels_is_named(read):
    path, dataset = read("image-classification")
    message = refusal(with_last(dataset, "label", "a cat"), "label", path)
    last = dataset.tables["examples"]["id"][-1].as_py()
    assert message == f"{path}, example {last!r}: column 'label' is 'a cat'."


def test_one_class_is_nothing_to_tell_apart(read):
    path, dataset = read("image-classification")
    only = dataclasses.replace(dataset, labels=dataset.labels[:1])
    assert "has one class (class 0)" in refusal(only, "label", path)


def test_no_pictures_are_no_data():
    with pytest.raises(DataError, match="no pictures") as refused:
        image_facts([])
    assert ".jpg" in refused.value.hint


@pytest.mark.parametrize(
    "box",
    [
        {"box_xyxy_px": [5.0, 0.0, 1.0, 9.0], "label": "gray"},
        {"box_xyxy_px": [5.0, 0.0, 9.0], "label": "gray"},
        {"box_xyxy_px": [0.0, 0.0, 9.0, float("nan")], "label": "gray"},
        {"box_xyxy_px": [0.0, 0.0, 9.0, 9.0], "label": "a cat"},
    ],
)
def test_a_box_that_is_none_is_named(box, read):
    path, dataset = read("image-to-boxes")
    kind = pa.list_(pa.struct({"box_xyxy_px": pa.list_(pa.float64()), "label": pa.string()}))
    broken = with_last(dataset, "boxes", [box], kind)
    assert "example '59.png': column 'boxes' is [{" in refusal(broken, "boxes", path)


def test_a_picture_without_a_path_is_named(read):
    path, dataset = read("image-classification")
    assert "column 'image' is empty" in refusal(with_last(dataset, "image", None), "label", path)
