"""A mistake in the file of a task or a family is named for its author, before anything is lost."""

import dataclasses
import sys
from types import ModuleType

import numpy as np
import pytest
from daylight_shapes import linear, mean

from contracts.conftest import make_run
from daylight.core.errors import TrainingError, UserError
from daylight.core.types import Column, ModelSpec, Node, Processing
from daylight.models import FAMILIES
from daylight.steps import pipeline
from daylight.steps.families import check_fits, check_task
from daylight.tasks import TASKS
from tiny import TINY

TASK = TASKS["row-to-real"]


@pytest.mark.parametrize(
    ("changed", "says", "hint"),
    [
        (
            {"primary": "RMSE"},
            "'RMSE' as its primary metric, which is none of real",
            "rmse, mae, r2",
        ),
        ({"primary": "accuracy"}, "'accuracy' as its primary metric", "rmse, mae, r2"),
        ({"baseline": "majority"}, "as its baseline, but it takes image or text", "shapes-linear"),
        ({"default": "cnn"}, "as its default, but it takes image and gives label", "shapes-linear"),
        ({"default": "shapes-liner"}, "as its default, which there is not", "shapes-linear"),
        ({"answer": "number"}, "'number' as its answer kind, which there is not", "real"),
        ({"input": "rows"}, "'rows' as its input kind, which there is not", "row"),
        ({"answer": "text"}, "as its baseline", "No family takes row and gives text yet"),
    ],
)
def test_a_task_that_does_not_fit_together_is_named_at_the_start(changed, says, hint):
    check_task(TASK)
    with pytest.raises(UserError, match="The task 'row-to-real' names") as refused:
        check_task(dataclasses.replace(TASK, **changed))
    assert says in refused.value.message
    assert hint in refused.value.hint


def test_a_metric_per_label_is_no_primary_one():
    task = TASKS["image-classification"]
    with pytest.raises(UserError, match="'recall' as its primary metric"):
        check_task(dataclasses.replace(task, primary="recall"))


def test_a_family_where_none_fits_is_answered_with_how_to_add_one():
    with pytest.raises(UserError) as refused:
        check_fits(FAMILIES["cnn"], dataclasses.replace(TASK, answer="text"))
    assert "No family takes row and gives text yet" in refused.value.hint


def test_a_run_does_not_start_with_a_task_that_does_not_fit_together(tmp_path, monkeypatch):
    wrong = {"row-to-real": dataclasses.replace(TASK, primary="RMSE")}
    monkeypatch.setattr(pipeline, "infer", lambda *_: (wrong["row-to-real"], "a table"))
    with pytest.raises(UserError, match="'RMSE'"):
        make_run(TINY["row-to-real"](tmp_path / "data"), tmp_path / "run", "shapes-mean")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Trains the mean, changed as asked, and gives the error."""

    def train(**changes):
        module = ModuleType("odd_family")
        for name in ("Settings", "processing", "fit", "load"):
            setattr(module, name, changes.get(name, getattr(mean, name)))
        monkeypatch.setitem(sys.modules, "odd_family", module)
        facts = {"title": "Odd", "license": "Apache-2.0", "source": "a test"}
        spec = ModelSpec(
            name="odd", module="odd_family", inputs=("row",), answers=("real",), **facts
        )
        monkeypatch.setitem(FAMILIES._builtin, "odd", spec)
        with pytest.raises(UserError) as error:
            make_run(TINY["row-to-real"](tmp_path / "data"), tmp_path / "run", "odd")
        assert error.value.hint
        assert not (tmp_path / "run" / "package").exists()
        return error.value

    return train


def fit_of(**changes):
    """A ``fit`` whose model differs from the mean in some methods."""

    def fit(prepared, settings, context):
        inner = mean.fit(prepared, settings, context)
        methods = {name: getattr(inner, name) for name in ("predict", "save", "export")}
        odd = {name: staticmethod(each) for name, each in {**methods, **changes}.items()}
        return type("Odd", (), odd)()

    return fit


def constant(outputs, row):
    node = Node(operation="constant", inputs=("rows",), outputs=outputs, parameters={"row": row})
    return lambda folder: (node,)


def answers(name, dtype, *dims):
    return lambda inputs: {name: Column(np.zeros((len(inputs["rows"]), *dims), dtype))}


NEEDS = "but an answer of kind 'real' needs float32 (rows,)"


@pytest.mark.parametrize(
    ("predict", "says"),
    [
        (answers("answer", "float32"), "gives 'answer', but an answer of kind 'real' is 'value'"),
        (answers("value", "float32", 1), f"gives 'value' as float32 (20, 1), {NEEDS}"),
        (answers("value", "float64"), f"gives 'value' as float64 (20,), {NEEDS}"),
    ],
)
def test_answers_that_are_not_those_of_the_kind_are_named(refused, predict, says):
    error = refused(fit=fit_of(predict=predict))
    assert isinstance(error, TrainingError)
    assert f"The family 'odd' {says}" in error.message


def test_an_output_that_is_called_otherwise_is_named(refused):
    error = refused(fit=fit_of(export=constant(("answer",), 1.0)))
    assert "exports 'answer', 'rows', but an answer of kind 'real' is 'value'" in error.message


def test_an_export_of_another_shape_is_named_with_both(refused):
    error = refused(fit=fit_of(export=constant(("value",), [1.0])))
    assert "exported model gives 'value' as float32 (20, 1)" in error.message
    assert "the trained one as float32 (20,)" in error.message


def test_a_network_that_gives_another_shape_is_named_before_it_learns_nonsense(refused):
    class Wide(linear.Linear):
        def forward(self, features):
            return super().forward(features)[:, None, None]  # one more may be members

    def fit(prepared, settings, context):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(linear, "Linear", Wide)
            return linear.fit(prepared, settings, context)

    error = refused(fit=fit, Settings=linear.Settings, processing=linear.processing)
    assert f"The network gives 'value' as float32 (2, 1, 1), {NEEDS}" in error.message


IGNORE = Node(operation="ignore", inputs=("size",), outputs=("rows",))


@pytest.mark.parametrize(
    ("processing", "says"),
    [
        (Processing((), ()), "The processing of 'odd' prepares no column"),
        (Processing((IGNORE,), ("row",)), "the family takes 'row', which nothing gives"),
        (
            Processing((Node(operation="ignore", inputs=("sise",), outputs=("rows",)),), ("rows",)),
            "operation 'ignore' takes 'sise', which nothing gives",
        ),
    ],
)
def test_processing_that_does_not_fit_together_is_named(refused, processing, says):
    error = refused(processing=lambda schema, settings: processing)
    assert says in error.message
