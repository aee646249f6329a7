"""Columns behave as lists of lists do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daylight.core.types import Column
from daylight.data.column_files import ColumnWriter, open_column
from daylight.runtime.inputs import to_columns
from daylight.runtime.predictor import join

runs = st.lists(st.lists(st.integers(-9, 9), max_size=4), min_size=1, max_size=8)


def ragged(rows):
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    return Column(np.array([x for row in rows for x in row], np.int64), offsets)


def listed(column):
    return [column[row].tolist() for row in range(len(column))]


@given(runs, st.data())
def test_taking_rows_of_a_ragged_column_is_taking_rows(rows, data):
    picks = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=9))
    taken = ragged(rows).take(np.array(picks, np.int64))
    assert listed(taken) == [rows[pick] for pick in picks]


@given(runs, st.integers(0, 8), st.integers(0, 8))
def test_slicing_a_ragged_column_is_slicing_a_list(rows, start, length):
    start = min(start, len(rows))
    assert listed(ragged(rows).slice(start, start + length)) == rows[start : start + length]


@given(st.lists(runs, min_size=1, max_size=4))
def test_joining_batches_is_adding_lists(parts):
    joined = join([{"x": ragged(part)} for part in parts])["x"]
    assert listed(joined) == [row for part in parts for row in part]


@given(st.lists(runs, min_size=1, max_size=4))
def test_what_is_written_in_pieces_is_read_whole(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("columns")
    writer = ColumnWriter(folder, "x")
    for part in parts:
        writer.append(ragged(part))
    column = open_column(folder, "x", ragged=writer.close())
    assert listed(column) == [row for part in parts for row in part]


@given(st.lists(st.lists(st.text(max_size=3), max_size=3), max_size=5))
def test_histories_keep_their_keys(rows):
    from daylight.core.types import Field

    field = Field(name="history", type="keys", role="input")
    assert listed(to_columns([field], rows)["history"]) == rows


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
def test_dense_columns_keep_type_and_shape(tmp_path, dtype):
    writer = ColumnWriter(tmp_path, "x")
    pieces = [np.ones((3, 2, 5), dtype), np.zeros((0, 2, 5), dtype), np.full((4, 2, 5), 7, dtype)]
    for piece in pieces:
        writer.append(Column(piece))
    column = open_column(tmp_path, "x", ragged=writer.close())
    assert column.values.dtype == dtype
    assert (column.values == np.concatenate(pieces)).all()
