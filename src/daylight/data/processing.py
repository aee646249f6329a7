"""Fits the processing that a family asked for, on train only."""

from collections.abc import Sequence

import msgspec

from daylight.core.config import convert
from daylight.core.types import Column, Columns, Node
from daylight.runtime.operation import Read
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.program import needed, open_nodes


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
