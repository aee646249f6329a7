"""Makes and opens prepared data: columns of numbers in memory-mapped files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from daylight.core.config import Config, decode
from daylight.core.errors import DataError
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.hashing import sha256_json
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.log import Log, silent
from daylight.core.types import (
    Columns,
    Dataset,
    Field,
    Node,
    Prepared,
    Processing,
    Split,
    SplitName,
)
from daylight.data.column_files import ColumnWriter, open_column
from daylight.data.columns import fields_to_columns, targets_to_columns
from daylight.data.processing import fit_nodes, run_nodes
from daylight.runtime.operations import OPERATIONS
from daylight.runtime.operations.image import UnreadableError
from daylight.runtime.program import needed

if TYPE_CHECKING:
    from daylight.core.types import Array
    from daylight.runtime.operation import Read

CHUNK = 512
"""Rows that are processed at a time; bounds the memory that raw data takes."""

INDEX = "index.json"

_SKIP = "leave them out: --set data.unreadable=skip"


class Index(Config):
    """What a cache folder holds, apart from the numbers."""

    schema: dict[str, tuple[Field, ...]]
    nodes: tuple[Node, ...]
    target_nodes: tuple[Node, ...]
    names: tuple[str, ...]
    answer: str
    labels: tuple[str, ...]
    columns: dict[str, dict[str, bool]]  # by group and name: whether it is ragged
    skipped: dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides what the prepared columns are."""

    dataset: Dataset
    rows: "Mapping[SplitName, Array]"
    processing: Processing
    answer: str
    skip_unreadable: bool = False

    def key(self) -> str:
        """Equal plans under one lock have equal columns; this names their folder."""
        from importlib.metadata import version  # noqa: PLC0415 - only here

        nodes = [*self.processing.inputs, *self.processing.targets]
        nodes += [node for table in self.processing.tables.values() for node in table]
        return sha256_json(
            {
                "data": self.dataset.digest,
                "rows": {name: rows.tolist() for name, rows in self.rows.items()},
                "nodes": [msgspec.to_builtins(node) for node in nodes],
                "prepared": self.processing.prepared,
                "operations": {n.operation: OPERATIONS[n.operation].version for n in nodes},
                "libraries": {name: version(name) for name in ("numpy", "pillow")},
                "skip": self.skip_unreadable,
            }
        )[:16]


def build(plan: Plan, folder: Path, *, log: Log = silent) -> Path:
    """Processes the data into ``folder``, unless it is there already.

    Raises:
        DataError: Files cannot be read and the plan does not skip them; all are found in one pass.
        OutputError: The disk is full; nothing half-written is left.
    """
    if (folder / INDEX).is_file():
        return folder
    with folder_atomic(folder) as place:
        _Builder(plan, place, log).build()
    return folder


def load(folder: Path) -> Prepared:
    """Opens what ``build`` made; values stay on disk until they are used."""
    index = decode(Index, (folder / INDEX).read_bytes(), where=folder / INDEX)

    def columns(group: str) -> Columns:
        return {
            name: open_column(folder, f"{group}.{name}", ragged=ragged)
            for name, ragged in index.columns[group].items()
        }

    splits: dict[SplitName, Split] = {
        name: Split(columns(f"{name}.inputs"), columns(f"{name}.targets"))
        for name in ("train", "validation", "test")
    }
    tables = {table: columns(table) for table in index.columns if table in index.schema}
    return Prepared(
        splits=splits,
        tables=tables,
        schema=index.schema,
        nodes=index.nodes,
        target_nodes=index.target_nodes,
        names=index.names,
        answer=index.answer,
        labels=index.labels,
    )


def skipped(folder: Path) -> dict[str, str]:
    """Ids of the examples that were left out, with the reason."""
    return decode(Index, (folder / INDEX).read_bytes(), where=folder / INDEX).skipped


class _Builder:
    """One pass over the data: fit on train, then process every split in chunks."""

    def __init__(self, plan: Plan, folder: Path, log: Log) -> None:
        self._plan = plan
        self._folder = folder
        self._log = log
        self._columns: dict[str, dict[str, bool]] = {}
        self._failures: dict[str, str] = {}
        self._read: Read = {"labels.json": msgspec.json.encode(plan.dataset.labels)}.__getitem__

    def build(self) -> None:
        plan, processing = self._plan, self._plan.processing
        inputs = fit_nodes(processing.inputs, self._raw("train"), self._read)
        inputs = needed(inputs, processing.prepared)
        targets: tuple[Node, ...] = ()
        if processing.targets:
            train = {**self._raw("train"), **self._targets(plan.rows["train"])}
            together = fit_nodes((*inputs, *processing.targets), train, self._read)
            targets = together[len(inputs) :]
        for table, nodes in processing.tables.items():
            self._table(table, nodes)
        for split in plan.rows:
            self._split(split, inputs, targets)
        if self._failures and not plan.skip_unreadable:
            raise self._unreadable()
        self._check_labels()
        index = Index(
            schema=dict(plan.dataset.schema),
            nodes=inputs,
            target_nodes=targets,
            names=processing.prepared,
            answer=plan.answer,
            labels=plan.dataset.labels,
            columns=self._columns,
            skipped=self._failures,
        )
        write_atomic(self._folder / INDEX, index.to_json())

    def _raw(self, split: SplitName, rows: "Array | None" = None) -> Columns:
        dataset = self._plan.dataset
        picked = self._plan.rows[split] if rows is None else rows
        fields = dataset.fields("input")
        return fields_to_columns(dataset.tables["examples"], fields, dataset.root, picked)

    def _targets(self, rows: "Array") -> Columns:
        dataset = self._plan.dataset
        return targets_to_columns(dataset, self._plan.answer, dataset.labels, rows)

    def _table(self, table: str, nodes: Sequence[Node]) -> None:
        dataset = self._plan.dataset
        fields = dataset.fields("input", table)
        raw = fields_to_columns(dataset.tables[table], fields, dataset.root)
        fitted = fit_nodes(nodes, raw, self._read)
        made = run_nodes(fitted, raw, self._read)
        with self._group(table) as append:
            append({name: made[name] for node in fitted for name in node.outputs})

    def _split(self, split: SplitName, inputs: Sequence[Node], targets: Sequence[Node]) -> None:
        all_rows = self._plan.rows[split]
        with (
            self._group(f"{split}.inputs") as append_inputs,
            self._group(f"{split}.targets") as append_targets,
        ):
            for start in range(0, len(all_rows), CHUNK):
                self._log("prepare", split=split, done=start, total=len(all_rows))
                some = all_rows[start : start + CHUNK]
                found = self._readable(split, some, inputs, targets)
                if found is not None:
                    append_inputs(found.inputs)
                    append_targets(found.targets)
        self._log("prepare", split=split, done=len(all_rows), total=len(all_rows))

    @contextmanager
    def _group(self, group: str) -> Iterator[Callable[[Columns], None]]:
        writers: dict[str, ColumnWriter] = {}

        def append(columns: Columns) -> None:
            for name, column in columns.items():
                if name not in writers:
                    writers[name] = ColumnWriter(self._folder, f"{group}.{name}")
                writers[name].append(column)

        try:
            yield append
            if not writers and self._failures:
                raise self._unreadable()
            self._columns[group] = {name: writer.close() for name, writer in writers.items()}
        except BaseException:
            for writer in writers.values():
                writer.abandon()
            raise

    def _readable(
        self, split: SplitName, rows: "Array", inputs: Sequence[Node], targets: Sequence[Node]
    ) -> Split | None:
        """Processes the rows that can be read, and notes the others; ``None`` if no row is left."""
        extra = [name for node in targets for name in node.outputs]
        while len(rows):
            encoded = self._targets(rows)
            try:
                columns = run_nodes(inputs, self._raw(split, rows), self._read)
                both = run_nodes(targets, {**columns, **encoded}, self._read)
            except UnreadableError as error:
                ids = self._plan.dataset.tables["examples"]["id"].take(rows).to_pylist()
                self._failures.update({ids[row]: why for row, why in error.reasons.items()})
                rows = np.delete(rows, list(error.reasons))
            else:
                numbers = {n: c for n, c in encoded.items() if c.values.dtype.kind not in "OT"}
                return Split(
                    {name: columns[name] for name in self._plan.processing.prepared},
                    {**numbers, **{name: both[name] for name in extra}},
                )
        return None

    def _check_labels(self) -> None:
        """Leaving files out may shrink a class, but must not make it vanish."""
        plan, examples = self._plan, self._plan.dataset.tables["examples"]
        kind = ANSWER_KINDS[plan.answer]
        if not self._failures or not kind.stratified or kind.several:
            return
        [target] = plan.dataset.fields("target")
        train = examples.select(["id", target.name]).take(plan.rows["train"]).to_pylist()
        left = {row[target.name] for row in train if row["id"] not in self._failures}
        if lost := sorted({row[target.name] for row in train} - left):
            raise DataError(
                f"No example of {lost[0]!r} is left to learn from, because its files cannot be "
                "read.",
                hint=f"Replace them, or take {lost[0]!r} out of the data.",
            )

    def _unreadable(self) -> DataError:
        reasons = list(self._failures.values())
        shown = "; ".join(reasons[:5]) + ("; …" if len(reasons) > 5 else "")
        files = f"{len(reasons)} files" if len(reasons) > 1 else "1 file"
        return DataError(
            f"{files} cannot be read: {shown}.",
            hint="Replace or remove them"
            + ("." if self._plan.skip_unreadable else f", or {_SKIP}"),
        )
