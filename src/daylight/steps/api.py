"""The verbs for Python: ``from daylight import choose, train, explain, reproduce``, ..."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from daylight.core.choice import ChosenSection
from daylight.core.config import convert
from daylight.core.context import Context
from daylight.core.explained import ExplainedSection
from daylight.core.log import Log, silent
from daylight.core.recipe import DataConfig, Limits, Recipe
from daylight.core.reproduced import ReproducedSection
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, Comparison, ReportSection, Scores
from daylight.runtime.predictor import Predictor
from daylight.runtime.search.folder import Changes
from daylight.steps.choose import BUDGET_S, reopen
from daylight.steps.cluster import joined
from daylight.steps.compare import compare as compare_runs
from daylight.steps.index import How, place_of
from daylight.steps.index import index as index_documents
from daylight.steps.pipeline import advance, start, start_check
from daylight.steps.reproduce import reproduce as reproduce_run
from daylight.steps.watchdog import train_in_time


@dataclass(frozen=True, slots=True)
class Result:
    """A finished run.

    Attributes:
        run: Its folder and sections.
        scores: What was measured on the test split.
    """

    run: Run
    scores: Scores

    @property
    def package(self) -> Path:
        """The folder that can be published, served and opened by ``Predictor``."""
        return self.run.package

    @property
    def report(self) -> Path:
        """One HTML file, for people."""
        return self.run.path / self.run.read(ReportSection).file

    def _repr_html_(self) -> str:
        link = f'<a href="{escape(quote(self.report.as_posix()))}">report</a>'
        return f"{self.scores._repr_html_()}<p>{link} · package in {escape(str(self.package))}</p>"

    def predictor(self) -> Predictor:
        """The model, ready to answer."""
        return Predictor.open(self.package)


Data = str | Path | Mapping[str, Any]
"""A folder or a table, or the recipe's section ``data``: ``{"path": ..., "waive": [...]}``."""


def train(  # noqa: PLR0913 - each is one line of a recipe
    data: Data,
    *,
    output: str | Path | None = None,
    model: str = "",
    settings: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    seed: int = 0,
    time_s: float | None = None,
    memory_bytes: int | None = None,
    ray: str = "",
    log: Log = silent,
) -> Result:
    """Runs every step that is due, from the data to the report.

    Args:
        data: What to learn from.
        output: Folder of the run, by default ``<data>-run``; one that exists is continued.
        model: Name of a family; by default the task's.
        settings: The family's own.
        training: How a network is trained.
        seed: All randomness comes from it.
        time_s: Everything is done within, the report included; at least 20. Where no ``model`` is
            named, families race.
        memory_bytes: What the process may hold for itself, files that it maps not counted.
        ray: Address of a Ray cluster that shares the work, as ``HOST:PORT`` or ``auto``.
        log: Receives progress.

    Raises:
        UserError: Something that the caller can mend; ``hint`` says how.
    """
    recipe = Recipe(
        data=_data(data),
        model=model,
        settings=dict(settings or {}),
        training=dict(training or {}),
        seed=seed,
    )
    context = Context(seed=seed, log=log, memory_bytes=memory_bytes, cluster=ray)
    folder = Path(output) if output else None
    if time_s is not None:
        run = train_in_time(recipe, folder, context, time_s=time_s)
    else:
        with joined(ray):
            run = start(recipe, folder, context)
            advance(run, context)
    return Result(run, run.read(Scores))


def choose(  # noqa: PLR0913 - each is an option of the command
    data: Data,
    *,
    output: str | Path | None = None,
    time_s: float = BUDGET_S,
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
    seed: int = 0,
    ray: str = "",
    log: Log = silent,
) -> ChosenSection:
    """Races models on data and says which is best; ``train`` in the same folder goes on with it.

    Args:
        data: What to learn from.
        output: Folder of the run, by default ``<data>-run``; one that exists is continued.
        time_s: How long to race. A longer time than before takes a race up again that ended early.
        limits: What a model must not exceed, and between which to choose.
        seed: All randomness comes from it.
        ray: Address of a Ray cluster on which candidates are fitted side by side.
        log: Receives progress.

    Raises:
        UserError: Nothing is left to choose from; ``hint`` says what to relax.
    """
    context = Context(seed=seed, log=log, deadline=monotonic() + time_s, cluster=ray)
    recipe = Recipe(data=_data(data), limits=limits, seed=seed)
    with joined(ray):
        run = start(recipe, Path(output) if output else None, context, raced=True)
        reopen(run, time_s)
        advance(run, context, through="choose")
    return run.read(ChosenSection)


def check(data: Data, *, output: str | Path | None = None, log: Log = silent) -> CheckedSection:
    """Says what is wrong with data; pictures of it lie in ``check.html`` of the run.

    Args:
        data: What to look at.
        output: Folder of the run, by default ``<data>-run``; one that exists is continued.
        log: Receives progress.

    Raises:
        UserError: The data cannot be looked at; ``hint`` says why.
    """
    context = Context(log=log)
    run = start_check(Recipe(data=_data(data)), Path(output) if output else None, context)
    advance(run, context, through="check")
    return run.read(CheckedSection)


def _data(data: Data) -> DataConfig:
    if isinstance(data, Mapping):
        path = {"path": str(data["path"])} if "path" in data else {}
        return convert(DataConfig, {**data, **path}, where="data")
    return DataConfig(path=str(data))


def evaluate(run: str | Path, *, log: Log = silent) -> Scores:
    """Scores a run's package again if anything changed, and returns the scores."""
    opened = Run.open(Path(run))
    advance(opened, Context(log=log), through="evaluate")
    return opened.read(Scores)


def explain(run: str | Path, *, log: Log = silent) -> ExplainedSection:
    """Explains a run's answers again if anything changed, and returns what was found.

    Pictures lie in the run's folder ``explain``.
    """
    opened = Run.open(Path(run))
    advance(opened, Context(log=log), through="explain")
    return opened.read(ExplainedSection)


def index(
    model: str | Path,
    documents: str | Path,
    *,
    output: str | Path | None = None,
    remove: Sequence[str] = (),
    keep_others: bool = False,
    log: Log = silent,
) -> Changes:
    """Indexes documents that a model is to find; where there is an index, only what is new.

    Args:
        model: A run or a package.
        documents: A folder or a table of them.
        output: Folder of the index, by default ``<documents>-index``.
        remove: Ids of documents to take out.
        keep_others: Whether documents stay that are in the index and not among these.
        log: Receives progress.

    Raises:
        UserError: The model searches nothing, or another model made the index.
    """
    path = Path(documents)
    folder = Path(output) if output else Path(f"{path.stem}-index")
    opened = Predictor.open(model)
    return index_documents(
        opened, path, folder, How(remove=remove, keep_others=keep_others), log=log
    )


def search(model: str | Path, index: str | Path) -> Predictor:
    """A model that answers with documents of an index: passages, and the best sentence.

    Raises:
        UserError: There is no index, or another model made it.
    """
    opened = Predictor.open(model)
    return opened.over(place_of(opened, Path(index)).open())


def compare(first: str | Path, second: str | Path) -> Comparison:
    """Compares two runs on the test split that they share, example by example."""
    return compare_runs(Run.open(Path(first)), Run.open(Path(second)), Context())


def reproduce(
    run: str | Path, *, output: str | Path | None = None, log: Log = silent
) -> ReproducedSection:
    """Trains a run's model once more, in a folder of its own, and says whether it is the same.

    Args:
        run: Its folder.
        output: Where the second run is kept; by default it is removed.
        log: Receives progress.

    Raises:
        UserError: The run cannot be repeated, such as when its data has changed.
    """
    opened, folder = Run.open(Path(run)), Path(output) if output else None
    return reproduce_run(opened, Context(log=log), output=folder)
