"""Runs every step that is due, in order."""

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from daylight.core.context import Context, Decisions
from daylight.core.errors import OutputError
from daylight.core.files import recover, writing
from daylight.core.log import FileLog
from daylight.core.recipe import Limits, Recipe
from daylight.core.run import Run
from daylight.core.sections import TrainedSection
from daylight.data.checks import CHECKS
from daylight.data.sources import FileSource
from daylight.models import FAMILIES
from daylight.steps import FUNCTIONS, STEPS, Step
from daylight.steps.check import is_touched, stop_on_blocking
from daylight.steps.cluster import check_shared
from daylight.steps.families import check_fits, check_open, check_task, open_family, settings_of
from daylight.steps.features import check_installed
from daylight.steps.limits import memory
from daylight.steps.standby import provide
from daylight.tasks import TASKS, infer, saw

LEAST_MEASURED_S = 0.5
"""What is shorter does not show how busy a machine is."""

MAX_SLOWDOWN = 3.0
"""Waiting for a slow disk looks the same."""


def resolve(recipe: Recipe, *, raced: bool = False) -> tuple[Recipe, str]:
    """Fills in what the data says: the task and the family.

    Args:
        raced: Whether a family that nobody named is left to a race, instead of the task's default.

    Returns:
        The recipe with no other open choice, and what was seen in the data.

    Raises:
        UserError: No task knows the data, or the family or a setting does not fit.
    """
    for name in recipe.data.waive:
        CHECKS[name]
    source = FileSource.look(recipe.data.path)
    if recipe.task:
        task = TASKS[recipe.task]
        seen = saw(task, source, recipe.data) or "what the recipe says"
    else:
        task, seen = infer(source, recipe.data)
    check_task(task)
    data = msgspec.structs.replace(recipe.data, path=str(source.path))
    model = recipe.model or ("" if raced else task.default)
    recipe = msgspec.structs.replace(recipe, data=data, task=task.name, model=model)
    for name in (model, *recipe.limits.models):
        if name:
            check_fits(FAMILIES[name], task)
    check_installed(task.answer)
    if not model:
        check_open(recipe)
        return recipe, seen
    settings = settings_of(open_family(model), recipe).to_dict()
    training = settings.pop("training", {})
    return msgspec.structs.replace(recipe, settings=settings, training=training), seen


def start(recipe: Recipe, output: Path | None, context: Context, *, raced: bool = False) -> Run:
    """Opens the run of a recipe: a new one, or the one that was begun.

    Args:
        recipe: With or without task and family.
        output: By default ``<data>-run`` in the current folder.
        raced: Whether a family that nobody named is left to a race; limits on the choice, or a run
            in which it was left so, ask for the same.
    """
    path = Path(recipe.data.path).expanduser().resolve()
    folder = output or default_folder(path)
    if not recipe.model and (begun := _left_open(folder)):
        raced = True
        limits = begun.limits if recipe.limits == Limits() else recipe.limits
        recipe = msgspec.structs.replace(recipe, limits=limits, hub=recipe.hub or begun.hub)
    named = recipe.model
    recipe, seen = resolve(recipe, raced=raced or recipe.limits != Limits())
    data = Path(recipe.data.path)
    check_outside(folder, data)
    run = Run.start(folder, recipe)
    facts = {"task": recipe.task, "model": recipe.model, "named": named, "saw": seen}
    context.log("run", folder=str(folder), **facts)
    return run


def check_outside(folder: Path, data: Path) -> None:
    """Keeps what is made of data apart from it.

    Raises:
        OutputError: The folder would lie inside of the data.
    """
    if data.is_dir() and Path(os.path.realpath(folder)).is_relative_to(data):
        raise OutputError(
            f"{folder} would lie inside of the data, {data}.",
            hint=f"Choose a folder beside it: -o {shlex.quote(f'{data}-run')}",
        )


def _left_open(folder: Path) -> Recipe | None:
    """The recipe of a run whose family was left to a race; ``None`` if it is no such run."""
    if not (folder / "recipe.json").is_file():
        return None
    recipe = Run.open(folder).recipe
    return None if recipe.model else recipe


def start_check(recipe: Recipe, output: Path | None, context: Context) -> Run:
    """As ``start``, but a run that exists is continued whatever model it trains."""
    path = Path(recipe.data.path).expanduser().resolve()
    folder = output or default_folder(path)
    if (folder / "recipe.json").is_file():
        run = Run.open(folder)
        asked = msgspec.structs.replace(
            run.recipe,
            data=msgspec.structs.replace(recipe.data, path=str(path)),
            task=recipe.task or run.recipe.task,
        )
        if asked == run.recipe:
            return run
    return start(recipe, output, context)


def default_folder(data: Path) -> Path:
    """Where a run lies if nobody says: beside the data if that is in the current folder."""
    return Path(f"{data.name if data.is_dir() else data.stem}-run")


def advance(run: Run, context: Context, *, through: str = "report") -> None:
    """Runs the steps that are due, up to and with ``through``.

    Logs ``"step"`` (name, state: ``"due"``, ``"done"`` or ``"kept"``, duration_s). Where nothing is
    due, nothing is written.

    Raises:
        OutputError: Another process is working on the run.
        ResourceError: It takes more memory than allowed.
    """
    steps = STEPS[: 1 + [step.name for step in STEPS].index(through)]
    in_time = context.deadline is not None
    if not any(is_due(step, run, in_time=in_time) for step in steps):
        for step in steps:
            context.log("step", name=step.name, state="kept")
        return
    with alone(run), memory(context.memory_bytes):
        log = FileLog(run.path / "log.jsonl", context.log)
        decisions = Decisions(run.path / "decisions.json")
        context = context.replace(seed=run.recipe.seed, log=log, decisions=decisions)
        if context.cluster:
            check_shared(run)
        if context.tail_s and not context.salvage:
            context = _with_baseline(run, context)
        for step in steps:
            if is_due(step, run, in_time=in_time):
                do(step, run, context if step is steps[-1] else _timed(step, context))
            else:
                context.log("step", name=step.name, state="kept")
            if step.guards and step is not steps[-1]:
                stop_on_blocking(run)


def _with_baseline(run: Run, context: Context) -> Context:
    """Has the baseline packaged first; that shows how much a busy machine lengthens what is done.

    Logs ``"tail"`` (duration_s): what is kept for the steps after training, lengthened likewise.
    """
    began, cpu_began = time.monotonic(), time.process_time()
    provide(run, context)
    duration_s, cpu_time_s = time.monotonic() - began, time.process_time() - cpu_began
    times = slowdown(duration_s, cpu_time_s)
    tail_s = min(times * context.tail_s, max(context.tail_s, context.left_s() / 2))
    context.log("tail", duration_s=tail_s)
    return context.replace(tail_s=tail_s)


def slowdown(duration_s: float, cpu_time_s: float) -> float:
    """How many times as long work takes as it would on a machine that does nothing else.

    >>> slowdown(6.0, 3.0), slowdown(3.0, 6.0), slowdown(0.1, 0.0)
    (2.0, 1.0, 1.0)
    """
    if duration_s < LEAST_MEASURED_S:
        return 1.0
    return min(max(1.0, duration_s / max(cpu_time_s, 1e-3)), MAX_SLOWDOWN)


@contextmanager
def alone(run: Run) -> Iterator[None]:
    """Keeps two processes from writing into one run; one that is killed lets go.

    What a kill had left moved aside is put back: only here, where nobody else is moving it.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - not in the base install

    lock = FileLock(run.path / ".lock", timeout=0)
    with writing(run.path):
        try:
            lock.acquire()
        except Timeout:
            raise OutputError(
                f"Another process is working on {run.path}.",
                hint="Wait until it is done, or choose another folder with -o.",
            ) from None
    try:
        for folder in (run.package, run.baseline):
            recover(folder)
        yield
    finally:
        lock.release()


def _timed(step: Step, context: Context) -> Context:
    """The context with the step's part of the time, where that is limited."""
    if step.time_share < 1:
        return context.within(step.time_share * (context.left_s() - context.tail_s))
    return context.earlier(context.tail_s) if step.section is TrainedSection else context


def do(step: Step, run: Run, context: Context) -> Any:
    """Runs one step, due or not."""
    context.log("step", name=step.name, state="due", help=step.help)
    began = time.monotonic()
    section = FUNCTIONS[step.name](run, context)
    context.log("step", name=step.name, state="done", duration_s=time.monotonic() - began)
    return section


def is_due(step: Step, run: Run, *, in_time: bool = False) -> bool:
    """Whether a step has to run: it never did, what it read has changed, or its output is gone.

    Args:
        step: Any.
        run: Any.
        in_time: Whether there is a deadline; without, what was left out for one is due.
    """
    if not run.is_current(step.section, after=step.after):
        return True
    if run.read(step.section).hurried and not in_time:
        return True
    made = (*step.outputs, *run.read(step.section).outputs())
    if not all((run.path / name).exists() for name in made):
        return True
    if any(find_spec(name) for name in run.read(step.section).lacks()):
        return True
    return step.watches_data and is_touched(run)
