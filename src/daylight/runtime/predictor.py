"""Opens a package and answers questions with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from daylight.core.answers import Answer
from daylight.core.errors import IntegrityError
from daylight.core.kinds import ANSWER_KINDS
from daylight.core.rows import html_table, number
from daylight.core.types import Column, Columns
from daylight.package.package import Package
from daylight.runtime.inputs import to_columns
from daylight.runtime.program import OpenProgram
from daylight.runtime.search.answering import answers
from daylight.runtime.search.index import Index

if TYPE_CHECKING:
    from daylight.core.types import Array

BATCH_SIZE = 64
NUM_SHOWN = 20
NUM_FOUND = 10
"""Documents that answer an input, for people; metrics look further back."""


class Predictions(Sequence[Answer]):
    """Answers, in the order of the inputs: columns for programs, mappings one by one for people.

    Args:
        columns: The outputs of the answer kind.
        kind: Its name.
        labels: The answer's vocabulary.
        told: The answers one by one, where columns do not say everything.
    """

    def __init__(
        self,
        columns: Columns,
        kind: str,
        labels: Sequence[str],
        *,
        told: list[Answer] | None = None,
    ) -> None:
        self.columns = columns
        self.labels = labels
        self._kind = ANSWER_KINDS[kind]
        self._told = told

    @cached_property
    def _answers(self) -> list[Answer]:
        if self._told is not None:
            return self._told
        try:
            return self._kind.decode(self.columns, self.labels)
        except (IndexError, ValueError) as error:
            raise IntegrityError(f"labels.json does not fit the answers: {error}.") from error

    def __len__(self) -> int:
        return len(self.columns[self._kind.outputs[0]])

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Answer]: ...
    def __getitem__(self, index: int | slice) -> Answer | Sequence[Answer]:
        return self._answers[index]

    def __iter__(self) -> Iterator[Answer]:
        return iter(self._answers)

    def __repr__(self) -> str:
        return f"Predictions({self._answers!r})"

    def _repr_html_(self) -> str:
        """For notebooks: the first answers, one per row; long values are cut."""
        shown = self._answers[:NUM_SHOWN]
        first = shown[0] if shown else {}
        names = [name for name, value in first.items() if not isinstance(value, dict)]
        values = ([_short(answer[name]) for name in names] for answer in shown)
        rows = [(str(place), *row) for place, row in enumerate(values)]
        more = f"<p>{len(self) - len(shown):,} more</p>" if len(self) > len(shown) else ""
        return html_table([("", *names), *rows]) + more


def _short(value: Any) -> str:
    text = number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


@dataclass(frozen=True, slots=True)
class Predictor:
    """A model that is ready to answer, perhaps with documents.

    >>> Predictor.open(folder).predict(["rose.jpg"])[0]["label"]  # doctest: +SKIP
    'rose'
    """

    package: Package
    program: OpenProgram
    vocabulary: tuple[str, ...]
    index: Index | None = None

    @classmethod
    def open(cls, folder: str | Path) -> "Predictor":
        """Verifies a package and loads it.

        Args:
            folder: A package, or a run that holds one.

        Raises:
            NotFoundError: There is no package.
            IntegrityError: A file differs from what the manifest promised.
        """
        return cls.of(Package.open(Path(folder)))

    @classmethod
    def of(cls, package: Package) -> "Predictor":
        """Loads a package that is open already; its files may be replaced from then on."""
        return cls(package, OpenProgram(package.program, package.read), package.labels)

    def over(self, index: Index) -> "Predictor":
        """The same model, which answers with documents of an index that it made."""
        return replace(self, index=index)

    @property
    def labels(self) -> Sequence[str]:
        """The answer's vocabulary: the package's, or the ids of the documents."""
        return self.index.ids if self.index else self.vocabulary

    def predict(self, inputs: Sequence[Any], *, batch_size: int = BATCH_SIZE) -> Predictions:
        """Answers for each input; ``inputs.to_columns`` says what an input may be.

        Raises:
            DataError: An input cannot be read; the message names it.
        """
        columns = to_columns(self.package.program.fields, inputs)
        return self.told(join(list(self._outputs(columns, batch_size))))

    def told(self, outputs: Columns) -> Predictions:
        """Outputs of the program as answers for people; looked up if there is an index."""
        if not self.index:
            return Predictions(outputs, self.answer_kind, self.labels)
        told = answers(self.index, outputs, self.represent_texts, k=NUM_FOUND)
        ranked = self.index.rank(outputs, k=NUM_FOUND)
        return Predictions(ranked, self.answer_kind, self.labels, told=told)

    def predict_columns(self, columns: Columns, *, batch_size: int = BATCH_SIZE) -> Predictions:
        """The same for the columns of the program's input fields."""
        parts = [
            self.index.rank(outputs) if self.index else outputs
            for outputs in self._outputs(columns, batch_size)
        ]
        return Predictions(join(parts), self.answer_kind, self.labels)

    @property
    def answer_kind(self) -> str:
        """The name of the kind of its answers."""
        kind = self.package.program.answer
        return ANSWER_KINDS[kind].looked_up if self.index else kind

    def _outputs(self, columns: Columns, batch_size: int) -> Iterator[Columns]:
        rows = len(next(iter(columns.values())))
        for start in range(0, max(rows, 1), batch_size):
            yield self.represent(
                {n: c.slice(start, start + batch_size) for n, c in columns.items()}
            )

    def represent(self, columns: Columns) -> Columns:
        """Columns of the program's input fields to its outputs, before anything is looked up."""
        return self.program.conclude(self.program.process(columns))

    def represent_texts(self, texts: Column) -> Columns:
        """The same for a model whose input is one text."""
        [field] = self.package.program.fields
        return self.represent({field.name: texts})


def join(parts: Sequence[Columns]) -> Columns:
    """Lays batches of columns end to end."""
    if len(parts) == 1:
        return parts[0]
    return {name: _join([part[name] for part in parts]) for name in parts[0]}


def _join(columns: Sequence[Column]) -> Column:
    values: Array = np.concatenate([column.values for column in columns])
    if columns[0].offsets is None:
        return Column(values)
    lengths = [np.diff(column.offsets) for column in columns if column.offsets is not None]
    return Column(values, np.concatenate([[0], np.cumsum(np.concatenate(lengths))]))
