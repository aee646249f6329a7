"""export: a package -> the same model with what answers need only, in the form that is fastest.

A form other than float32 is another model: it is kept only if it is measured faster, and no worse
on validation by the paired test; its scores on test are its own.
"""

import shutil
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from math import prod
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import msgspec
import numpy as np

from daylight import __version__
from daylight.core.context import Context
from daylight.core.errors import NotFoundError, OutputError, ResourceError, UserError
from daylight.core.exported import Exported, FormName, Speedup
from daylight.core.files import folder_atomic, write_atomic
from daylight.core.rows import size
from daylight.core.run import Run
from daylight.core.sections import Difference, PreparedSection, Scores, TrainedSection
from daylight.core.types import Columns
from daylight.metrics.comparison import compare
from daylight.package.manifest import seal
from daylight.package.package import Package
from daylight.package.provenance import environment
from daylight.runtime import threads
from daylight.runtime.predictor import Predictor
from daylight.steps.container import dockerfile
from daylight.steps.dataset import benchmark
from daylight.steps.evaluate import measure
from daylight.steps.features import with_features
from daylight.steps.forms import FORMS, files
from daylight.steps.packaging import card_of
from daylight.steps.pipeline import check_outside
from daylight.steps.searching import open_on
from daylight.tasks import TASKS

EXPORT = "export.json"
BATCHES = (1, 64)
NUM_ROUNDS = 11
ROUND_S = 0.03


def export(
    run: Run,
    output: Path,
    context: Context,
    *,
    form: FormName | None = None,
    size_bytes: int | None = None,
) -> Exported:
    """Writes a package in another form.

    Args:
        run: Evaluated.
        output: Folder of the new package; one that was exported before is replaced.
        form: Nothing is the fastest that is worth keeping.
        size_bytes: The new package takes no more.

    Raises:
        NotFoundError: The run was not evaluated.
        OutputError: The output is something else.
        MissingExtraError: The form needs what is not installed.
        ResourceError: The form is not worth keeping, or too large; says the numbers.
    """
    if not run.is_current(Scores, after=(PreparedSection, TrainedSection)):
        raise NotFoundError(
            f"{run.path} has no scores that hold.", hint=f"First: daylight report {run.path}"
        )
    if output.exists() and not (output / EXPORT).is_file():
        raise OutputError(f"{output} exists, and was not exported.", hint="Name another with -o.")
    check_outside(output, Path(run.recipe.data.path))
    with TemporaryDirectory() as trials, threads.limited(1):
        kept: list[tuple[Exported, Path]] = []
        for name in [form] if form else _installed():
            context.log("form", form=name)
            place = Path(trials) / name
            try:
                _write(place, files(run, FORMS[name]))
                found = _weighed(run, place, name, context)
            except UserError as error:
                if form:
                    raise
                context.log("not kept", form=name, reason=error.message.rstrip("."))
                continue
            if found.refusal and form:
                raise ResourceError(
                    f"{form} is not kept: {found.refusal}.",
                    hint="Leave --to out: the fastest that is worth keeping is found.",
                )
            if found.refusal:
                context.log("not kept", form=name, reason=found.refusal)
            else:
                kept.append((found, place))
        found, place = max(kept, key=lambda each: prod(s.ratio for s in each[0].speedups))
        return _shipped(run, place, output, found, context, size_bytes=size_bytes)


def _write(place: Path, given: Mapping[str, bytes]) -> None:
    for name, data in given.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    seal(place, version=__version__)


def _installed() -> list[FormName]:
    return [name for name, form in FORMS.items() if not form.needs or find_spec(form.needs)]


def _weighed(run: Run, place: Path, name: FormName, context: Context) -> Exported:
    """A form beside the run's package, on validation."""
    package, on = Package.open(run.package), benchmark(run, "validation")
    differences: tuple[Difference, ...] = ()
    speedups: tuple[Speedup, ...] = ()
    if not FORMS[name].is_same_model:
        models = [open_on(each, on, run) for each in (run.package, place)]
        inputs = on.inputs()
        targets, [ours, theirs] = with_features(
            on,
            on.targets(models[0].labels),
            [model.predict_columns(inputs).columns for model in models],
        )
        random = context.random("export")
        differences = compare(on.metrics, targets=targets, first=ours, second=theirs, random=random)
        prepared = models[0].program.process(inputs)
        speedups = tuple(_speedup(models, prepared, rows) for rows in BATCHES)
    return Exported(
        form=name,
        made_of=package.manifest.model_digest,
        size_bytes=package.manifest.size_bytes,
        num_examples=len(on.rows),
        speedups=speedups,
        differences=differences,
        cpu=environment(__version__).cpu,
    )


def _speedup(models: Sequence[Predictor], prepared: Columns, rows: int) -> Speedup:
    """The second model beside the first, on as many rows; both in turn, in every round."""
    there = len(next(iter(prepared.values())))
    picked = np.arange(rows) % there
    asked = {name: column.take(picked) for name, column in prepared.items()}
    ratios = []
    for number in range(NUM_ROUNDS + 1):
        first, second = (_seconds(model, asked) for model in models)
        if number:
            ratios.append(first / second)
    low, middle, high = quantiles(ratios, n=4)
    return Speedup(rows=rows, ratio=middle, low=low, high=high)


def _seconds(model: Predictor, asked: Columns) -> float:
    """Of one answer; the mean over at least ``ROUND_S``."""
    count, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < ROUND_S or not count:
        model.program.answer(asked)
        count += 1
    return passed / count


def _shipped(
    run: Run,
    made: Path,
    output: Path,
    found: Exported,
    context: Context,
    *,
    size_bytes: int | None,
) -> Exported:
    """Evaluates a form on test, and puts the package where it was asked for."""
    task, on = TASKS[run.recipe.task], benchmark(run)
    scores = measure(
        open_on(made, on, run),
        on,
        context.replace(seed=run.recipe.seed),
        task=task,
        baseline=open_on(run.baseline, on, run),
    )
    with folder_atomic(output) as place:
        shutil.copytree(made, place, dirs_exist_ok=True)
        write_atomic(place / "metrics.json", scores.without_texts().to_json())
        write_atomic(
            place / "Dockerfile", dockerfile(output.resolve().name, needs=FORMS[found.form].needs)
        )
        size_of_model = seal(place, version=__version__).size_bytes
        found = msgspec.structs.replace(found, size_bytes=size_of_model)
        write_atomic(place / EXPORT, found.to_json())
        write_atomic(place / "README.md", card_of(run, scores.scores, exported=found.sentence))
        manifest = seal(place, version=__version__)
        if size_bytes is not None and manifest.size_bytes > size_bytes:
            raise ResourceError(
                f"The package takes {size(manifest.size_bytes)}, more than the "
                f"{size(size_bytes)} allowed.",
                hint="Try --to int8, or train a smaller model: daylight train DATA --size "
                f"{size(size_bytes)}.",
            )
    return found
