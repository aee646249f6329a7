"""What families that look at plain numbers are shown: pixels of small pictures, or rows."""

from daylight.core.types import Processing, Schema
from daylight.data.images import small_picture_processing
from daylight.data.rows import is_rows, row_processing


def numbers_processing(
    schema: Schema, *, scaled: bool, max_size: int, size: int | None = None
) -> Processing:
    """One prepared column: ``pixels`` of pictures, ``row`` of rows.

    Args:
        schema: With one field of pictures, or fields of numbers and categories.
        scaled: Whether rows have numbers of mean 0 and deviation 1; pixels are bytes.
        max_size: Pixels per side, at most.
        size: Pixels per side, instead of the pictures' own.
    """
    if is_rows(schema):
        return row_processing(schema, scaled=scaled)
    return small_picture_processing(schema, max_size=max_size, size=size)
