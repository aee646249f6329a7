"""The nouns of Daylight. Read this file first.

Data flows one way: a **Dataset** (Arrow tables, as read) becomes **Prepared** (columns of numbers,
split and processed), a **Family** fits it and gives a **Fitted**, which exports a **Program**; the
program, its graphs and labels make a package, and the runtime runs it over new **Columns**.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from daylight.core.config import Config

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from daylight.core.context import Context
    from daylight.core.recipe import DataConfig

    Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

SplitName = Literal["train", "validation", "test"]

FieldType = Literal["image", "text", "number", "category", "keys", "boxes", "seed"]
"""What a value is: a picture; text; a number; one name of a set; a list of keys of a side table; a
list of ``{"box_xyxy_px": [x0, y0, x1, y1], "label": name}``; a whole number, 0 or more, that
decides what is drawn."""

Role = Literal["id", "input", "target", "key", "group", "split", "time", "unused"]
"""What a column is for. ``key`` names the rows of a side table; examples with an equal ``group``
(a patient, a session) are never parted between train and test; where there is a ``time``, the
newest are tested; ``unused`` ones are there to be told of."""


class Field(Config):
    """A column of a Dataset's table: its name, type and role.

    Attributes:
        facts: What was seen in the data and helps to choose a size: for images ``height``,
            ``width`` (pixels, median) and ``gray``.
    """

    name: str
    type: FieldType
    role: Role
    facts: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """A value per row (dense), or a run of values per row (ragged).

    Attributes:
        values: Dense: shape ``(rows, ...)``. Ragged: shape ``(total, ...)``, all runs end to end.
        offsets: Ragged only: int64, shape ``(rows + 1,)``; row ``i`` is
            ``values[offsets[i]:offsets[i + 1]]``.
    """

    values: "Array"
    offsets: "Array | None" = None

    def __len__(self) -> int:
        return len(self.values) if self.offsets is None else len(self.offsets) - 1

    def __getitem__(self, row: int) -> "Array":
        """The value or run of one row."""
        if self.offsets is None:
            value: Array = self.values[row]
            return value
        return self.values[int(self.offsets[row]) : int(self.offsets[row + 1])]

    def slice(self, start: int, stop: int) -> "Column":
        """Rows ``start`` to ``stop`` (excluded), without a copy of the values."""
        if self.offsets is None:
            return Column(self.values[start:stop])
        start = min(start, len(self))
        offsets = self.offsets[start : max(start, min(stop, len(self))) + 1]
        return Column(self.values[int(offsets[0]) : int(offsets[-1])], offsets - offsets[0])

    def take(self, rows: "Array") -> "Column":
        """The given rows, in that order."""
        if self.offsets is None:
            return Column(self.values[rows])
        import numpy as np  # noqa: PLC0415 - the core stays light

        lengths = (self.offsets[1:] - self.offsets[:-1])[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        starts = np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths)
        return Column(self.values[starts + np.arange(offsets[-1])], offsets)


Columns: TypeAlias = Mapping[str, Column]


class Node(Config):
    """One operation of a program.

    Attributes:
        operation: A name in ``runtime.operations``; the set is closed, so a program is data.
        inputs: Names of fields, or outputs of earlier nodes.
        parameters: JSON; processing that has to be fitted gets its parameters from ``train``.
    """

    operation: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: dict[str, Any] = {}


class Program(Config):
    """How a package turns what a person has into answers: nodes in the order in which they run.

    Attributes:
        fields: What goes in.
        nodes: Processing first, then the model.
        prepared: The columns at which processing ends and the model begins; training saw these.
        answer: Name of the answer kind; its outputs are what the last nodes produce.
    """

    fields: tuple[Field, ...]
    nodes: tuple[Node, ...]
    prepared: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Processing:
    """What a family wants done to the data before it is fitted, and again before it predicts.

    Attributes:
        inputs: Nodes over input fields.
        prepared: Which of their outputs the family is given.
        targets: Nodes over target columns (and prepared inputs); run in training only.
        tables: Nodes over the fields of side tables.
    """

    inputs: tuple[Node, ...]
    prepared: tuple[str, ...]
    targets: tuple[Node, ...] = ()
    tables: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)


Schema: TypeAlias = Mapping[str, tuple[Field, ...]]
"""The fields of each table of a Dataset; the primary table is ``"examples"``."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Named Arrow tables, as read: nothing is decoded, scaled or split yet.

    Attributes:
        tables: ``"examples"``, and side tables such as ``"items"`` where a task has them.
        root: Folder that media columns (paths) are relative to: the one that the person named, or
            that of the table.
        digest: SHA-256 over the bytes the data came from; equal data, equal digest.
        labels: The answer's vocabulary: class names or item keys; empty for numbers and free text.
    """

    tables: Mapping[str, "pa.Table"]
    schema: Schema
    root: Path
    digest: str
    labels: tuple[str, ...] = ()

    def fields(self, role: Role, table: str = "examples") -> tuple[Field, ...]:
        """The fields of a table that have this role."""
        return tuple(field for field in self.schema[table] if field.role == role)

    def __len__(self) -> int:
        return int(self.tables["examples"].num_rows)


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of one split, as a family sees them; all columns have the same length."""

    inputs: Columns
    targets: Columns

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Dataset after split and processing: memory-mapped columns of numbers.

    Attributes:
        splits: By ``SplitName``.
        tables: Processed side tables; row ``i`` of ``items`` is ``labels[i]``.
        nodes: The fitted processing of the inputs, to be run again by the runtime.
        target_nodes: The same of the targets.
        names: The prepared input columns.
    """

    splits: Mapping[SplitName, Split]
    tables: Mapping[str, Columns]
    schema: Schema
    nodes: tuple[Node, ...]
    target_nodes: tuple[Node, ...]
    names: tuple[str, ...]
    answer: str
    labels: tuple[str, ...]


class Fitted(Protocol):
    """A trained model in memory."""

    def predict(self, inputs: Columns) -> Columns:
        """Prepared columns to the outputs of the answer kind, as exported graphs would give."""
        ...

    def save(self, folder: Path) -> None:
        """Writes safetensors or JSON from which ``Family.load`` makes an equal model."""
        ...

    def export(self, folder: Path) -> tuple[Node, ...]:
        """Writes graphs, and returns the nodes from prepared columns to outputs."""
        ...


class Family(Protocol):
    """A way to model. A family is a module: these names stand at its top level."""

    @property
    def Settings(self) -> type[Config]:  # noqa: N802 - a class
        """What can be set, with its defaults."""
        ...

    def processing(self, schema: Schema, settings: Any, /) -> Processing:
        """Says what the data must look like; no data is read."""
        ...

    def fit(self, prepared: Prepared, settings: Any, context: "Context", /) -> Fitted:
        """Trains on ``train``, may choose by ``validation``; ``test`` is not for it."""
        ...

    def load(self, folder: Path, /) -> Fitted:
        """Reads what ``Fitted.save`` wrote."""
        ...


class ModelSpec(Config):
    """What is known of a family before it is loaded.

    Attributes:
        module: Import path of the family.
        inputs: Input kinds it takes.
        answers: Answer kinds it gives.
        license: SPDX identifier of the code, and of the weights where it starts from some. Where
            those are the person's choice, the ``license`` in a package's ``config.json`` counts.
        source: Paper, book or program that the method comes from.
        needs: Extras that have to be installed.
        cost: Rough processor seconds of a fit on 4,500 small pictures; races begin with the least.
        architectures: Kinds of checkpoints (``model_type``) that its setting ``backbone`` can name.
        is_simple: Whether it is a strong simple baseline, which every race begins with.
    """

    name: str
    title: str
    module: str
    inputs: tuple[str, ...]
    answers: tuple[str, ...]
    license: str
    source: str
    needs: tuple[str, ...] = ("train",)
    cost: float = 10.0
    is_simple: bool = False
    architectures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of merit over targets and outputs.

    Attributes:
        unit: Printed beside the value: ``"ratio"``, ``"nats"``, the target's own unit, ...
        interval: ``"wilson"`` for proportions (score gives hits over trials of each example's
            weight), ``"jackknife"`` for what is made of pairs or neighbours of examples, which
            repeated examples would distort, ``"bootstrap"`` (BCa) for anything else.
        score: ``(targets, outputs, weights) -> values``. Weights have shape ``(draws, rows)``: each
            draw is a resampling of the rows. Returns shape ``(draws,)``, or ``(draws, labels)`` if
            ``per_label``; NaN where it is not defined (a class that the draw does not hold).
        trials: For proportions: ``(targets, outputs) -> counts``, of shape ``()`` or ``(labels,)``.
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool
    interval: Literal["wilson", "bootstrap", "jackknife"]
    score: "Callable[[Columns, Columns, Array], Array]"
    trials: "Callable[[Columns, Columns], Array] | None" = None
    per_label: bool = False


@dataclass(frozen=True, slots=True)
class Codec:
    """JSON to an input and an answer to JSON or to a line of text; all surfaces share it.

    Attributes:
        schema: JSON schema of one input.
        decode: One JSON value (or command-line argument) to what ``Predictor.predict`` takes.
        show: One answer, as ``AnswerKind.decode`` gives it, to a line for a person.
        example: An input as a person types it, for the card and for what to try next.
    """

    schema: Mapping[str, Any]
    decode: Callable[[Any], Any]
    show: Callable[[Mapping[str, Any]], str]
    example: str = ""


class Source(Protocol):
    """Where data is, looked at once and cheaply, for tasks to recognise."""

    @property
    def path(self) -> Path:
        """The folder or file that the person named."""
        ...

    @property
    def files(self) -> Sequence[Path]:
        """All files, sorted; never outside ``path``."""
        ...

    def columns(self) -> Iterable[str]:
        """Column names if ``path`` is a table, else none."""
        ...

    def digest(self, files: Iterable[Path]) -> str:
        """SHA-256 over relative names and bytes of the files that make up a dataset."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """Pairs an input kind with an answer kind, and says what that means to people.

    Attributes:
        name: The Hub's ``pipeline_tag`` where it has one.
        recognise: Says in a sentence what it saw, or ``None`` if this is not its data. It is shown
            what the recipe says of the data, too: ``data.target`` may tell tasks apart.
        read: Source to Dataset; raises ``DataError`` naming file and line.
        primary: Metric that picks models and orders tables.
        baseline: Family beside which every score is shown.
        default: Family taken where nobody chose one.
        gives_way: Whether another task that recognises the same data is taken first, so that this
            one has to be named.
    """

    name: str
    title: str
    input: str
    answer: str
    recognise: "Callable[[Source, DataConfig], str | None]"
    read: "Callable[[Source, DataConfig], Dataset]"
    primary: str
    baseline: str
    default: str
    codec: Codec
    pipeline_tag: str | None = None
    gives_way: bool = False
