"""predict: a model and what a person has -> answers."""

import glob
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from daylight.core.answers import Answer
from daylight.core.errors import (
    DataError,
    IntegrityError,
    NotFoundError,
    UnknownNameError,
    UserError,
)
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS, AnswerKind
from daylight.core.log import Log, silent
from daylight.core.recipe import Recipe
from daylight.core.types import Field, Program, Task
from daylight.data.rows import is_rows
from daylight.package.pulled import place_of
from daylight.runtime.operations.image import UnreadableError
from daylight.runtime.predictor import BATCH_SIZE, Predictor
from daylight.steps.index import with_documents
from daylight.steps.table_inputs import is_table, rows_of
from daylight.tasks import TASKS


@dataclass(frozen=True, slots=True)
class Model:
    """A predictor with the task that says how people ask it."""

    predictor: Predictor
    task: Task

    @property
    def kind(self) -> AnswerKind:
        """What its answers are."""
        return ANSWER_KINDS[self.predictor.package.program.answer]


def open_model(name: str) -> Model:
    """Opens a run or a package.

    Args:
        name: Its folder, or ``hf:owner/name[@revision]`` on a model hub.

    Raises:
        NotFoundError: There is no package.
        IntegrityError: The package is not what its manifest promised.
    """
    predictor = Predictor.open(place_of(name))
    recipe = predictor.package.decode(Recipe, "recipe.json")
    try:
        return Model(predictor, TASKS[recipe.task])
    except UnknownNameError as error:
        hint = "A newer Daylight, or a plug-in, may know it."
        raise IntegrityError(f"{name}: {error.message}", hint=hint) from None


def searching(model: Model, index: str, folder: Path, *, log: Log = silent) -> Model:
    """The model with documents to search; see ``index.with_documents``."""
    return replace(model, predictor=with_documents(model.predictor, index, folder, log=log))


def answers(
    model: Model, given: Sequence[str], stdin: IO[bytes]
) -> Iterator[tuple[str, Answer | UserError]]:
    """Answers each input in its order, in batches.

    Args:
        model: Opened.
        given: Files, folders or patterns where inputs are media, tables where they are rows, else
            inputs themselves; ``"-"``
            reads one input per line from ``stdin``, or one medium's bytes.
        stdin: Read if asked for.
    """
    inputs = inputs_for(model, given, stdin)
    while batch := list(islice(inputs, BATCH_SIZE)):
        yield from answer_batch(model.predictor, batch)


def is_run(program: Program) -> bool:
    """Whether a model is shown a run of keys."""
    return [field.type for field in program.fields] == ["keys"]


def is_table_row(program: Program) -> bool:
    """Whether a model is shown rows of numbers and categories."""
    return is_rows({"examples": program.fields})


def example_of(task: Task, fields: Sequence[Field]) -> str:
    """An input as a person types it: of a row all columns, to be filled in; empty if none is known.

    Args:
        task: For its own example.
        fields: Of the data.
    """
    inputs = [field for field in fields if field.role == "input"]
    if is_rows({"examples": tuple(inputs)}):
        return json.dumps(dict.fromkeys((field.name for field in inputs), None), ensure_ascii=False)
    return task.codec.example


def check_takes_histories(model: Model) -> None:
    """Makes sure that inputs can be histories.

    Raises:
        UserError: It takes something else.
    """
    if not is_run(model.predictor.package.program):
        raise UserError(
            f"{model.task.name} takes no histories.", hint="Leave out --history, and name inputs."
        )


def excluding(model: Model, answer: Answer, names: Collection[str]) -> Answer:
    """The answer without some names.

    Raises:
        UserError: Answers of this kind hold no names to leave out.
    """
    if not names:
        return answer
    if model.kind.without is None:
        raise UserError(f"Answers of {model.task.name} are no lists.", hint="Leave out --exclude.")
    return model.kind.without(answer, names)


def answer_batch(
    predictor: Predictor, batch: Sequence[tuple[str, Any]]
) -> Iterator[tuple[str, Answer | UserError]]:
    """Answers named inputs in their order; what cannot be read has its error as the answer."""
    failed: dict[int, UserError] = {}
    rows = list(range(len(batch)))
    found: Mapping[int, Answer] = {}
    while rows:
        try:
            predictions = predictor.predict([batch[row][1] for row in rows])
        except UnreadableError as error:
            hint = "Mend it, or name another."
            failed.update(
                {rows[at]: DataError(f"{why}.", hint=hint) for at, why in error.reasons.items()}
            )
            rows = [row for row in rows if row not in failed]
        else:
            found = dict(zip(rows, predictions, strict=True))
            break
    for row, (name, _) in enumerate(batch):
        yield name, failed.get(row) or found[row]


def inputs_for(model: Model, given: Sequence[str], stdin: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """The inputs that all arguments stand for, each with its name; see ``answers``."""
    program = model.predictor.package.program
    for each in given:
        if is_table_row(program) and is_table(each):
            yield from rows_of(each, program.fields)
        else:
            yield from inputs_of(each, stdin, model.task)


def inputs_of(given: str, stdin: IO[bytes], task: Task) -> Iterator[tuple[str, Any]]:
    """The inputs that one argument stands for, each with its name; see ``answers``."""
    if given == "-":
        yield from _from_stdin(stdin.read(), task)
    elif not INPUT_KINDS[task.input].media:
        yield given, _decode(given, task)
    else:
        for path in _files(given):
            yield path, _decode(path, task)


def _decode(given: str, task: Task) -> Any:
    try:
        return task.codec.decode(given)
    except ValueError as error:
        raise DataError(
            f"{given!r} is not an input of {task.name}: {error}.",
            hint=f"An input is JSON of this schema: {dict(task.codec.schema)}",
        ) from None


def _from_stdin(data: bytes, task: Task) -> Iterator[tuple[str, Any]]:
    media = INPUT_KINDS[task.input].media
    try:
        # A file's name holds no zero byte, and may hold what splitlines takes for an end.
        lines = [] if media and b"\0" in data else data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        if not media:
            raise DataError("Standard input is not UTF-8.", hint="One input per line.") from None
        lines = []
    if not data.strip():
        raise NotFoundError("Standard input is empty.", hint="Give one input per line.")
    if not lines:
        yield "-", data
    for line in filter(None, (line.removesuffix("\r") for line in lines)):
        yield line, _decode(line, task)


def _files(given: str) -> Iterable[str]:
    if not given:
        raise NotFoundError("An input is empty.", hint="Name a file, a folder or a pattern.")
    if os.path.lexists(given) or not glob.has_magic(given):
        found = [given]
    else:
        found = sorted(glob.glob(given, recursive=True))  # noqa: PTH207 - any root
    found = [file for each in found for file in _below(each)]
    if not found:
        raise NotFoundError(f"{given} holds no files.", hint="Name a file, a folder or a pattern.")
    return found


def _below(given: str) -> Iterable[str]:
    path = Path(given)
    if not os.path.isdir(given):  # noqa: PTH112 - a name that is too long is no folder either
        return [given]
    return [str(each) for each in sorted(path.rglob("*")) if _is_visible(each, path)]


def _is_visible(path: Path, below: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(below).parts)
    return path.is_file() and not hidden
