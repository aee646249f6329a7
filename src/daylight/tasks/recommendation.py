"""What people took, to what they take next: tables of who took what, and when."""

import json
from typing import TYPE_CHECKING, Any

from daylight.core.errors import DataError
from daylight.core.recipe import DataConfig
from daylight.core.types import Codec, Dataset, Field, Source, Task
from daylight.data.interactions import (
    Found,
    Interactions,
    describe,
    find,
    histories,
    read_interactions,
    read_side_table,
)

if TYPE_CHECKING:
    import pyarrow as pa

NUM_SHOWN = 10
"""Items in a line for people."""


def recognise(source: Source, data: DataConfig) -> str | None:
    """Sees a table of who took what, perhaps beside tables of items and of people."""
    found = find(source)
    return describe(found, data) if found and not data.target else None


def read(source: Source, data: DataConfig) -> Dataset:
    """Makes of each person's interactions, in their order, an example per split.

    Raises:
        DataError: There is no such table, or it cannot be used.
    """
    found = find(source)
    if found is None:
        raise DataError(
            f"{source.path} has no table with a column of people and one of items.",
            hint="Call the columns user and item, and perhaps rating and timestamp.",
        )
    taken = read_interactions(found, data)
    items, fields = _items(found, taken)
    schema = {
        "examples": (
            Field(name="id", type="text", role="id"),
            Field(name="history", type="keys", role="input", facts=dict(taken.facts)),
            Field(name="next", type="keys", role="target"),
            Field(name="split", type="category", role="split"),
        ),
        "items": fields,
    }
    return Dataset(
        tables={"examples": histories(taken, data), "items": items},
        schema=schema,
        root=source.path if source.path.is_dir() else source.path.parent,
        digest=source.digest(found.files),
        labels=tuple(items["item"].to_pylist()),
    )


def _items(found: Found, taken: Interactions) -> "tuple[pa.Table, tuple[Field, ...]]":
    """A row per item that was taken, or is in the table of items, with what is known of it."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only to read data

    described = read_side_table(found, "items")
    keys = ordered({*taken.item_names, *(described.keys if described else ())})
    table = pa.table({"item": pa.array(keys, pa.string())})
    fields = [Field(name="item", type="category", role="key")]
    if described is not None:
        for field, values in described.columns(keys):
            table = table.append_column(field.name, values)
            fields.append(field)
    return table, tuple(fields)


def ordered(names: set[str]) -> list[str]:
    """Sorted; as numbers if all are."""
    numbers = all(name.isdecimal() and name.isascii() for name in names)
    return sorted(names, key=lambda name: (int(name), name) if numbers else (0, name))


def _decode(given: Any) -> list[str]:
    """A list of keys; from a command line ``a,b`` or JSON."""
    if isinstance(given, str):
        given = json.loads(given) if given.lstrip().startswith("[") else given.split(",")
    if not isinstance(given, list):
        raise ValueError("it is not a list of items")  # noqa: TRY004 - as the codec promises
    return [str(key).strip() for key in given if str(key).strip()]


TASK = Task(
    name="recommendation",
    title="Recommendation",
    input="history",
    answer="ranking",
    recognise=recognise,
    read=read,
    primary="ndcg@10",
    baseline="popularity",
    default="ease",
    codec=Codec(
        schema={
            "type": "array",
            "items": {"type": "string"},
            "description": "items that a person took, in their order",
        },
        decode=_decode,
        show=lambda answer: ", ".join(answer["items"][:NUM_SHOWN]) or "nothing",
        example="item-1,item-2",
    ),
)
