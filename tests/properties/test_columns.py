"""A column is a list of rows, however it is cut, picked, joined or stored."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from daylight.core.types import Column, Field
from daylight.data.column_files import ColumnWriter, open_column
from daylight.data.columns import fields_to_columns
from daylight.runtime.inputs import to_columns
from daylight.runtime.predictor import join
from properties.columns import NUMBERS, TEXTS, columns, listed, ragged

quick = settings(max_examples=60, deadline=None)


@quick
@given(columns())
def test_a_column_has_the_rows_that_it_was_made_of(drawn):
    column, rows = drawn
    assert len(column) == len(rows)
    assert listed(column) == rows


@quick
@given(columns(), st.integers(0, 15), st.integers(0, 15))
def test_a_slice_has_the_rows_that_a_list_would_give(drawn, start, stop):
    column, rows = drawn
    assert listed(column.slice(start, stop)) == rows[start:stop]


@quick
@given(columns(min_size=1), st.data())
def test_picked_rows_are_the_rows_of_a_list_in_that_order(drawn, data):
    column, rows = drawn
    picks = data.draw(st.lists(st.integers(-len(rows), len(rows) - 1), max_size=12))
    taken = column.take(np.array(picks, np.int64))
    assert listed(taken) == [rows[pick] for pick in picks]


@quick
@given(columns(min_size=1), st.data())
def test_a_mask_picks_the_rows_where_it_is_true(drawn, data):
    column, rows = drawn
    mask = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    expected = [row for row, wanted in zip(rows, mask, strict=True) if wanted]
    assert listed(column.take(np.array(mask, bool))) == expected


@quick
@given(columns(), st.integers(0, 12), st.integers(0, 12))
def test_a_slice_of_a_slice_and_its_rows_are_those_of_a_list(drawn, start, then):
    column, rows = drawn
    start = min(start, len(rows))
    then = min(then, len(rows) - start)
    again = column.slice(start, len(rows)).slice(then, len(rows))
    assert listed(again) == rows[start:][then:]
    if len(again):
        assert listed(again.take(np.array([len(again) - 1]))) == [rows[-1]]


@quick
@given(columns(), st.integers(1, 5))
def test_pieces_joined_are_the_whole(drawn, size):
    column, rows = drawn
    starts = range(0, max(1, len(rows)), size)
    joined = join([{"c": column.slice(start, start + size)} for start in starts])["c"]
    assert listed(joined) == rows
    assert (joined.offsets is None) == (column.offsets is None)
    if joined.offsets is not None:
        assert joined.offsets.dtype == np.int64


@quick
@given(st.lists(st.lists(st.lists(NUMBERS, max_size=3), max_size=4), min_size=1, max_size=4))
def test_a_ragged_column_comes_back_from_disk_as_it_was_written(pieces):
    with tempfile.TemporaryDirectory() as place:
        writer = ColumnWriter(Path(place), "c")
        for piece in pieces:
            writer.append(ragged(piece, np.int64))
        found = open_column(Path(place), "c", ragged=writer.close())
        assert listed(found) == [row for piece in pieces for row in piece]
        del found


@quick
@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=4),
    st.sampled_from([(), (3,), (2, 0), (1, 2, 3)]),
    st.sampled_from(["uint8", "float32", "int64", "bool"]),
)
def test_a_dense_column_comes_back_from_disk_as_it_was_written(lengths, shape, dtype):
    random = np.random.default_rng(sum(lengths))
    pieces = [random.integers(0, 2, (length, *shape)).astype(dtype) for length in lengths]
    with tempfile.TemporaryDirectory() as place:
        writer = ColumnWriter(Path(place), "c")
        for piece in pieces:
            writer.append(Column(piece))
        found = open_column(Path(place), "c", ragged=writer.close())
        expected = np.concatenate(pieces)
        assert (found.values.dtype, found.values.shape) == (expected.dtype, expected.shape)
        assert (found.values == expected).all()
        del found


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.integers(-9, 9),
            "text": st.none() | TEXTS,
            "category": st.none() | TEXTS,
            "keys": st.lists(TEXTS, max_size=3),
        }
    ),
    min_size=1,
    max_size=8,
)


@quick
@given(ROWS)
def test_a_row_of_a_table_and_the_same_row_from_a_person_are_one(rows):
    fields = [Field(name=name, type=name, role="input") for name in rows[0]]
    types = {"number": pa.float64(), "keys": pa.list_(pa.string())}
    table = pa.table(
        {
            field.name: pa.array(
                [None if row[field.name] is None else float(row[field.name]) for row in rows]
                if field.type == "number"
                else [row[field.name] for row in rows],
                types.get(field.type, pa.string()),
            )
            for field in fields
        }
    )
    in_training = fields_to_columns(table, fields, Path())
    served = to_columns(fields, rows)
    assert in_training.keys() == served.keys()
    for name, column in in_training.items():
        assert column.values.dtype == served[name].values.dtype
        np.testing.assert_array_equal(column.values, served[name].values)
        assert (column.offsets is None) == (served[name].offsets is None)
        if column.offsets is not None:
            assert column.offsets.tolist() == served[name].offsets.tolist()
