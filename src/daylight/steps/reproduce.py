"""reproduce: a run -> the same training once more, and whether it gave the same bytes."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from daylight import __version__
from daylight.core.choice import ChosenSection
from daylight.core.context import Context, Decisions
from daylight.core.errors import DataError, IntegrityError, OutputError
from daylight.core.files import write_atomic
from daylight.core.log import FileLog
from daylight.core.recipe import Limits
from daylight.core.reproduced import Change, ReproducedSection
from daylight.core.run import Run
from daylight.core.sections import (
    CheckedSection,
    PreparedSection,
    ReportSection,
    TrainedSection,
)
from daylight.data.sources import FileSource
from daylight.package.package import Package
from daylight.package.provenance import Environment, Provenance, environment
from daylight.steps import STEPS
from daylight.steps.differences import between, environment_changes
from daylight.steps.limits import memory
from daylight.steps.packaging import add_reproduced
from daylight.steps.pipeline import alone, check_outside, do
from daylight.steps.report import report
from daylight.tasks import TASKS

MAX_NAMED = 5
"""Files that are named where data has changed."""


def reproduce(run: Run, context: Context, *, output: Path | None = None) -> ReproducedSection:
    """Trains again, in a folder of its own, and compares; until the end nothing of the run changes.

    The data is read, checked, split and processed anew; recipe, choice and decisions are the run's.

    Logs ``"change"`` (text) for what is not as it was, before it trains.

    Args:
        run: One that is trained.
        context: For its log.
        output: Where the second run is kept; by default it lies beside the first and is removed.

    Raises:
        DataError: The data is not what the run was trained on.
        IntegrityError: The run's package is not what was trained.
        OutputError: ``output`` exists, or another process is working on the run.
    """
    if output:
        check_outside(output, Path(run.recipe.data.path))
        if output.exists():
            raise OutputError(f"{output} exists.", hint="Choose another folder with -o.")
    with alone(run), memory(context.memory_bytes):
        first, trained = Package.open(run.package), run.read(TrainedSection)
        if first.manifest.model_digest != trained.model_digest:
            raise IntegrityError(
                f"{run.package} is not the model that the run trained.",
                hint=f"Delete {run.path / 'train.json'} and train again.",
            )
        _check_data(run)
        then = first.decode(Provenance, "provenance.json").environment
        now = environment(__version__)
        for change in (*environment_changes(then, now), *_decisions(first, _all(run))):
            context.log("change", text=str(change))
        with _folder(run, output) as place:
            began = time.monotonic()
            again = _train_again(run, place, context)
            section = _compared(run, again, then=then, now=now, duration_s=time.monotonic() - began)
        section = run.write(section, after=(TrainedSection,))
        add_reproduced(run, section)
        if run.has(ReportSection):
            report(run, context)
    return section


def _check_data(run: Run) -> None:
    """Reads every byte, whatever names, sizes and times say."""
    source = FileSource.look(run.recipe.data.path)
    dataset = TASKS[run.recipe.task].read(source, run.recipe.data)
    if dataset.digest == run.read(PreparedSection).data_digest:
        return
    checked_at_ns = (run.path / CheckedSection.saved_as()).stat().st_mtime_ns
    touched = [path for path in source.files if path.stat().st_mtime_ns > checked_at_ns]
    names = ", ".join(str(path) for path in touched[:MAX_NAMED])
    more = f" and {len(touched) - MAX_NAMED} more" if len(touched) > MAX_NAMED else ""
    since = f" Changed since then: {names}{more}." if touched else ""
    raise DataError(
        f"{run.recipe.data.path} is not the data that {run.path} was trained on.{since}",
        hint="Put back what was there; other data cannot give the same model.",
    )


@contextmanager
def _folder(run: Run, output: Path | None) -> Iterator[Path]:
    """Where the second run goes: what nobody asked to keep goes away again."""
    if output:
        yield output
        return
    place = run.path.resolve()
    place = place.with_name(f".{place.name}.again.tmp")
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _train_again(run: Run, place: Path, context: Context) -> Run:
    unlimited = Limits()  # a slower machine would refuse a model that was accepted
    again = Run.start(place, msgspec.structs.replace(run.recipe, limits=unlimited))
    decisions = run.path / "decisions.json"
    if decisions.is_file():
        write_atomic(place / decisions.name, decisions.read_bytes())
    log = FileLog(place / "log.jsonl", context.log)
    replayed = Decisions(place / decisions.name)
    context = context.replace(seed=run.recipe.seed, log=log, decisions=replayed)
    for step in STEPS:
        if step.section is ChosenSection:
            again.write(run.read(ChosenSection), after=step.after)
        else:
            do(step, again, context)
        if step.section is TrainedSection:
            break
    return again


def _compared(
    run: Run, again: Run, *, then: Environment, now: Environment, duration_s: float
) -> ReproducedSection:
    package, before, after = Package.open(run.package), _all(run), _all(again)
    files: dict[str, bool] = {}
    for one, other in ((run.package, again.package), (run.baseline, again.baseline)):
        mine, theirs = (Package.open(each).manifest.model_files for each in (one, other))
        for name in sorted({*mine, *theirs}):
            files[f"{one.name}/{name}"] = mine.get(name) == theirs.get(name)
    found = between(run, again.package) if not all(files.values()) else None
    return ReproducedSection(
        model_digest=again.read(TrainedSection).model_digest,
        verdict=found.verdict if found else "same bytes",
        files=files,
        changes=(*environment_changes(then, now), *_decisions(package, after)),
        decided_anew=tuple(sorted(after.keys() - before.keys())),
        largest_weight_difference=found.weight if found else None,
        largest_answer_difference=found.answer if found else None,
        score=found.score if found else None,
        cpu=now.cpu,
        duration_s=round(duration_s, 3),
    )


def _all(run: Run) -> dict[str, Any]:
    return Decisions(run.path / "decisions.json").all()


def _decisions(package: Package, others: Mapping[str, Any]) -> tuple[Change, ...]:
    """Where decisions are not those by which the package was made; later ones are not in it."""
    made: dict[str, Any] = msgspec.json.decode(package.read("decisions.json"))
    return tuple(
        Change(of="decisions", name=name, first=_text(made, name), second=_text(others, name))
        for name in sorted(made)
        if name not in others or made[name] != others[name]
    )


def _text(decisions: Mapping[str, Any], name: str) -> str:
    return msgspec.json.encode(decisions[name]).decode() if name in decisions else ""
