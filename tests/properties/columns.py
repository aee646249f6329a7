"""Draws columns together with the Python lists that they stand for."""

import numpy as np
from hypothesis import strategies as st

from daylight.core.types import Column
from daylight.runtime.inputs import TEXT

NUMBERS = st.integers(-(2**31), 2**31)
TEXTS = st.text(max_size=5)


def ragged(rows, dtype):
    flat = [value for row in rows for value in row]
    return Column(np.array(flat, dtype), np.cumsum([0, *map(len, rows)], dtype=np.int64))


def dense(rows, dtype):
    return Column(np.array(rows, dtype))


@st.composite
def columns(draw, min_size=0):
    """A column, and its rows as a list: numbers or texts, or lists of them."""
    element, dtype = draw(st.sampled_from([(NUMBERS, np.int64), (TEXTS, TEXT)]))
    if draw(st.booleans()):
        rows = draw(st.lists(st.lists(element, max_size=4), min_size=min_size, max_size=12))
        return ragged(rows, dtype), rows
    rows = draw(st.lists(element, min_size=min_size, max_size=12))
    return dense(rows, dtype), rows


def listed(column):
    """The rows of a column as Python values."""
    rows = [column[row] for row in range(len(column))]
    return [row.tolist() if isinstance(row, np.generic | np.ndarray) else row for row in rows]
