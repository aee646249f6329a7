"""Fits the processing that a family asked for, on train only."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from daylight.core.config import convert
from daylight.core.errors import UserError
from daylight.core.types import Column, Columns, Node, Processing, Schema
from daylight.runtime.operation import Read
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.program import needed, open_nodes


def check_processing(processing: Processing, schema: Schema, family: str) -> None:
    """Makes sure that the nodes fit together.

    Raises:
        UserError: A node needs, or the family asks for, what nothing gives; or it asks for nothing.
    """
    if not processing.prepared:
        raise UserError(
            f"The processing of {family!r} prepares no column.",
            hint="A family that looks at nothing takes what the operation 'ignore' gives.",
        )
    known = {field.name for field in schema["examples"] if field.role == "input"}
    for node in processing.inputs:
        _check_known(node.inputs, known, f"operation {node.operation!r} takes", family)
        known |= set(node.outputs)
    _check_known(processing.prepared, known, "the family takes", family)


def _check_known(names: Iterable[str], known: Collection[str], who: str, family: str) -> None:
    if lost := [name for name in names if name not in known]:
        raise UserError(
            f"In the processing of {family!r}, {who} {lost[0]!r}, which nothing gives.",
            hint=f"So far there is: {', '.join(sorted(known))}.",
        )


def fit_nodes(nodes: Sequence[Node], train: Columns, read: Read) -> tuple[Node, ...]:
    """Gives the nodes with the parameters that they learned.

    Args:
        nodes: In the order in which they run.
        train: Raw columns of the training rows.
        read: Gives ``labels.json``.
    """
    fitted: list[Node] = []
    for node in nodes:
        operation = OPERATIONS[node.operation]
        if operation.fit:
            columns = run_nodes(needed(fitted, node.inputs), train, read)
            where = f"operation {node.operation}"
            parameters = operation.fit(
                convert(operation.parameters, node.parameters, where=where),
                [columns[name] for name in node.inputs],
            )
            node = msgspec.structs.replace(node, parameters=parameters)  # noqa: PLW2901
        fitted.append(node)
    return tuple(fitted)


def run_nodes(nodes: Sequence[Node], columns: Columns, read: Read) -> dict[str, Column]:
    """All columns that the nodes give, with those they were given."""
    everything = dict(columns)
    for node in open_nodes(nodes, read):
        node(everything)
    return everything
