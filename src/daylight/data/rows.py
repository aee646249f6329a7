"""Rows of numbers, categories and dates as vectors of numbers, and what each number means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from daylight.core.types import Field, FieldType, Node, Processing, Schema
from daylight.runtime.operations.calendar import PARTS

ROW = "row"
"""The prepared column of rows: float32 ``(rows, features)``."""

RARE = 5
"""Categories that train has less often are one: nothing can be learned of each."""

MAX_CATEGORIES = 100
"""Of a field; all rarer ones are one."""

DATES = "dates"
"""What a category field's facts say that it ``holds`` if its values are dates."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a prepared row.

    Attributes:
        field: That it was made from.
        name: Such as ``"color = red"``.
        is_indicator: Whether it is 1 or 0 rather than a measure.
        part: Of a date, one of ``calendar.PARTS``.
        instead: What stands for a missing number, if something does.
    """

    field: str
    name: str
    is_indicator: bool = False
    part: str = ""
    instead: float | None = None


def is_rows(schema: Schema) -> bool:
    """Whether inputs are rows, of numbers and categories only."""
    return _types(schema) <= {"number", "category"}


def _types(schema: Schema) -> set[FieldType]:
    return {field.type for field in _inputs(schema)}


def _inputs(schema: Schema) -> list[Field]:
    return [field for field in schema["examples"] if field.role == "input"]


def row_processing(schema: Schema, *, scaled: bool) -> Processing:
    """One vector for each row, in the order: numbers, dates, what is missing, categories.

    Args:
        schema: Its input fields are numbers and categories, some of which hold dates.
        scaled: Whether numbers get mean 0 and deviation 1, with indicators of those that are
            missing; else they stay as they are, with a value below all others for the missing.
    """
    inputs = _inputs(schema)
    dates = [f.name for f in inputs if f.facts.get("holds") == DATES]
    categories = [f.name for f in inputs if f.type == "category" and f.name not in dates]
    numbers = [field.name for field in inputs if field.type == "number"]
    nodes = []
    for name in dates:
        parts = tuple(f"{part} of {name}" for part in PARTS)
        nodes.append(Node(operation="calendar", inputs=(name,), outputs=parts))
        numbers += parts
    together: list[str] = []
    if numbers:
        operation = "standardize" if scaled else "fill"
        made = tuple(f"number:{name}" for name in numbers)
        nodes.append(Node(operation=operation, inputs=tuple(numbers), outputs=made))
        together += made
        if scaled:
            nodes.append(Node(operation="missing", inputs=tuple(numbers), outputs=("missing:",)))
            together.append("missing:")
    kept = {"at_least": RARE, "at_most": MAX_CATEGORIES, "others": True, "missing": True}
    for name in categories:
        made = (f"category:{name}",)
        nodes.append(Node(operation="one_hot", inputs=(name,), outputs=made, parameters=kept))
        together += made
    nodes.append(Node(operation="concatenate", inputs=tuple(together), outputs=(ROW,)))
    return Processing(inputs=tuple(nodes), prepared=(ROW,))


def features(nodes: Sequence[Node], row: str = ROW) -> tuple[Feature, ...]:
    """What each number of a prepared row means, by the fitted nodes that made it.

    Args:
        nodes: Of ``row_processing``, with what they learned.
        row: The column that they made.
    """
    made: dict[str, list[Feature]] = {}
    for node in nodes:
        if node.operation == "concatenate":
            [output] = node.outputs
            made[output] = [feature for name in node.inputs for feature in made[name]]
            if output == row:
                return tuple(made[row])
            continue
        before = [made.get(name, [Feature(name, name)])[0] for name in node.inputs]
        made.update(zip(node.outputs, _NAMED[node.operation](node, before), strict=True))
    return ()


def _parts(node: Node, before: Sequence[Feature]) -> list[list[Feature]]:
    field = before[0].field
    both = zip(node.outputs, PARTS, strict=True)
    return [[Feature(field, name, part=part)] for name, part in both]


def _same(node: Node, before: Sequence[Feature]) -> list[list[Feature]]:  # noqa: ARG001
    return [[each] for each in before]


def _filled(node: Node, before: Sequence[Feature]) -> list[list[Feature]]:
    both = zip(before, node.parameters["instead"], strict=True)
    return [[replace(each, instead=instead)] for each, instead in both]


def _lacking(node: Node, before: Sequence[Feature]) -> list[list[Feature]]:
    lacking = [before[place] for place in node.parameters.get("places", ())]
    return [[Feature(each.field, f"{each.name} is missing", is_indicator=True) for each in lacking]]


def _names(node: Node, before: Sequence[Feature]) -> list[list[Feature]]:
    [own] = before
    said = [f"{own.name} = {name}" for name in node.parameters.get("vocabulary", ())]
    said += [f"{own.name} is rare"] * bool(node.parameters.get("others"))
    said += [f"{own.name} is missing"] * bool(node.parameters.get("missing"))
    return [[Feature(own.field, each, is_indicator=True) for each in said]]


_NAMED: Mapping[str, Callable[[Node, Sequence[Feature]], list[list[Feature]]]] = {
    "calendar": _parts,
    "standardize": _same,
    "fill": _filled,
    "missing": _lacking,
    "one_hot": _names,
}
