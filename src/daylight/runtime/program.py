"""Runs a program over columns: processing first, then the model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daylight.core.config import convert
from daylight.core.errors import IntegrityError, UnknownNameError, UserError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.types import Column, Columns, Node, Program
from daylight.runtime.operation import Read, Run
from daylight.runtime.operations import OPERATIONS


@dataclass(frozen=True, slots=True)
class OpenNode:
    """A node whose operation has loaded what it needs."""

    node: Node
    run: Run

    def __call__(self, columns: dict[str, Column]) -> None:
        """Adds the node's outputs to ``columns``."""
        results = self.run(*(columns[name] for name in self.node.inputs))
        # An operation may offer more than the node asks for, such as a picture's own size.
        columns.update(zip(self.node.outputs, results, strict=False))


def open_nodes(nodes: Iterable[Node], read: Read) -> list[OpenNode]:
    """Looks up and opens each operation.

    Raises:
        IntegrityError: An operation or a parameter is not known.
    """
    opened = []
    for node in nodes:
        try:
            operation = OPERATIONS[node.operation]
        except UnknownNameError as error:
            raise IntegrityError(error.message, hint="A newer Daylight may know it.") from None
        where = f"operation {node.operation}"
        try:
            parameters = convert(operation.parameters, node.parameters, where=where)
        except UserError as error:
            raise IntegrityError(error.message, hint=error.hint) from None
        opened.append(OpenNode(node, operation.open(parameters, read)))
    return opened


def needed(nodes: Sequence[Node], names: Iterable[str]) -> tuple[Node, ...]:
    """The nodes without which ``names`` cannot be computed, in the order in which they run."""
    wanted, kept = set(names), []
    for node in reversed(nodes):
        if wanted & set(node.outputs):
            wanted |= set(node.inputs)
            kept.append(node)
    return tuple(reversed(kept))


class OpenProgram:
    """A program that is ready to run.

    Args:
        program: As read from ``program.json``.
        read: Gives a package's files.

    Raises:
        IntegrityError: The nodes do not fit together, or do not give what the answer needs.
    """

    def __init__(self, program: Program, read: Read) -> None:
        _check(program)
        processing = needed(program.nodes, program.prepared)
        self.program = program
        self._processing = open_nodes(processing, read)
        self._model = open_nodes((n for n in program.nodes if n not in processing), read)

    def process(self, fields: Columns) -> Columns:
        """Input fields to prepared columns, as training saw them."""
        columns = dict(fields)
        for node in self._processing:
            node(columns)
        return {name: columns[name] for name in self.program.prepared}

    def answer(self, prepared: Columns) -> Columns:
        """Prepared columns to the outputs of the answer kind, as the model gives them."""
        columns = self.columns(prepared)
        return {name: columns[name] for name in ANSWER_KINDS[self.program.answer].outputs}

    def conclude(self, prepared: Columns) -> Columns:
        """The same, with what the package concludes from the model's outputs."""
        columns, kind = self.columns(prepared), ANSWER_KINDS[self.program.answer]
        names = (*kind.outputs, *(name for name in kind.concluded if name in columns))
        return {name: columns[name] for name in names}

    def columns(self, prepared: Columns) -> Columns:
        """Prepared columns with all that the model's nodes make of them."""
        columns = dict(prepared)
        for node in self._model:
            node(columns)
        return columns


def _check(program: Program) -> None:
    if program.answer not in ANSWER_KINDS:
        raise IntegrityError(f"program.json: unknown answer kind {program.answer!r}.")
    known = {field.name for field in program.fields}
    for node in program.nodes:
        if missing := set(node.inputs) - known:
            raise IntegrityError(f"program.json: {node.operation} needs {sorted(missing)}.")
        known |= set(node.outputs)
    ends = {*program.prepared, *ANSWER_KINDS[program.answer].outputs}
    if missing := ends - known:
        raise IntegrityError(f"program.json: nothing gives {sorted(missing)}.")
