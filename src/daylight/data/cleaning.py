"""Cleaning that a recipe declares: part of the program, so that serving cleans alike."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from daylight.core.types import Node, Processing


def cleaned(processing: Processing, operations: Sequence[str]) -> Processing:
    """Puts operations behind each node that reads pictures, before anything else sees them.

    Args:
        processing: What a family wants.
        operations: Names of operations from pixels to pixels.
    """
    nodes: list[Node] = []
    for node in processing.inputs:
        if node.operation != "image" or not operations:
            nodes.append(node)
            continue
        pixels, *others = node.outputs
        stages = [f"{pixels}, {step} of {len(operations)}" for step in range(len(operations))]
        nodes.append(msgspec.structs.replace(node, outputs=(stages[0], *others)))
        for name, before, after in zip(operations, stages, [*stages[1:], pixels], strict=True):
            nodes.append(Node(operation=name, inputs=(before,), outputs=(after,)))
    return replace(processing, inputs=tuple(nodes))
