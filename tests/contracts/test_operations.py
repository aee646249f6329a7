"""What every operation of a program promises."""

import inspect
from importlib import import_module

import msgspec
import numpy as np
import pytest

from daylight.core.errors import IntegrityError, UserError
from daylight.core.types import Column, Field, Node, Program
from daylight.runtime.operation import Operation
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.program import OpenProgram, open_nodes

every_operation = pytest.mark.parametrize("name", OPERATIONS)


def no_file(name):
    raise AssertionError(f"{name} was read")


def node(operation, **parameters):
    return Node(operation=operation, inputs=("a",), outputs=("b",), parameters=parameters)


@every_operation
def test_it_is_an_operation(name):
    assert isinstance(OPERATIONS[name], Operation)


@every_operation
def test_it_refuses_a_parameter_that_it_does_not_know(name):
    with pytest.raises(UserError, match="no_such_parameter") as refused:
        open_nodes([node(name, no_such_parameter=1)], no_file)
    assert name in str(refused.value)


@every_operation
def test_it_says_what_it_does_and_what_it_gives(name):
    module = import_module(f"daylight.runtime.operations.{name}")
    assert module.OPERATION is OPERATIONS[name]
    assert module.__doc__.strip()
    assert inspect.getdoc(OPERATIONS[name].open)
    assert inspect.getdoc(OPERATIONS[name].parameters)


@every_operation
def test_it_has_a_version_that_caches_can_be_told_apart_by(name):
    assert OPERATIONS[name].version >= 1


@every_operation
def test_what_it_has_to_be_told_is_refused_if_missing(name):
    required = [
        field.name
        for field in msgspec.structs.fields(OPERATIONS[name].parameters)
        if field.required
    ]
    if not required:
        pytest.skip("every parameter has a default")
    with pytest.raises(UserError, match="missing required"):
        open_nodes([node(name)], no_file)


def test_an_operation_that_is_not_in_the_table_is_refused():
    with pytest.raises(IntegrityError, match="run_my_code"):
        open_nodes([node("run_my_code")], no_file)


@pytest.mark.parametrize("name", ["os.system", "daylight.runtime.operations.image:OPERATION", ""])
def test_the_name_of_an_operation_is_never_a_path_to_code(name):
    with pytest.raises(IntegrityError):
        open_nodes([node(name)], no_file)


def test_a_program_whose_nodes_do_not_fit_together_is_refused():
    field = Field(name="text", type="text", role="input")

    def program(*nodes, prepared=("rows",), answer="real"):
        return Program(fields=(field,), nodes=nodes, prepared=prepared, answer=answer)

    rows = Node(operation="ignore", inputs=("text",), outputs=("rows",))
    value = Node(
        operation="constant", inputs=("rows",), outputs=("value",), parameters={"row": 1.0}
    )
    OpenProgram(program(rows, value), no_file)
    for wrong in (
        program(value, rows),  # in the wrong order
        program(rows),  # no answer
        program(rows, value, prepared=("nothing",)),
        program(rows, value, answer="label"),
        program(rows, value, answer="no such kind"),
    ):
        with pytest.raises(IntegrityError):
            OpenProgram(wrong, no_file)


@pytest.mark.parametrize("channels", [1, 3])
def test_denoising_takes_away_specks_and_leaves_edges(channels):
    clean = np.zeros((2, 9, 8, channels), np.uint8)
    clean[:, :, 4:] = 200
    noisy = clean.copy()
    noisy[0, 4, 1, 0], noisy[1, 6, 6, -1] = 255, 0
    [denoise] = open_nodes([node("denoise", size=3)], no_file)
    columns = {"a": Column(noisy)}
    denoise(columns)
    assert (columns["b"].values == clean).all()
    assert columns["b"].values.dtype == np.uint8
