"""train: prepared columns -> the baseline's package and the model's."""

import shutil
import time
from pathlib import Path

from daylight.core.context import Context, Decisions
from daylight.core.hashing import sha256_json
from daylight.core.log import Log
from daylight.core.run import Run
from daylight.core.sections import Epoch, PreparedSection, TrainedSection
from daylight.data import prepared as cache
from daylight.models import FAMILIES
from daylight.package.manifest import Manifest
from daylight.steps.demands import check_package
from daylight.steps.families import chosen, open_family, settings_of
from daylight.steps.packaging import Fit, build_package
from daylight.tasks import TASKS


def train(run: Run, context: Context) -> TrainedSection:
    """Fits both, exports both, and checks that each package answers as its model does.

    Raises:
        TrainingError: The loss is not finite, or the export does not answer as the model does.
        ResourceError: The package is over a limit of the recipe.
    """
    recipe = chosen(run)
    task = TASKS[recipe.task]
    baseline = _fit(run, task.baseline, run.baseline, context)
    curve = _Curve(context.log)
    model = _fit(run, recipe.model, run.package, context.replace(log=curve))
    check_package(run)
    return run.write(
        TrainedSection(
            model=recipe.model,
            model_digest=model.model_digest,
            baseline_digest=baseline.model_digest,
            size_bytes=model.size_bytes,
            curve=tuple(curve.epochs),
        ),
        after=(PreparedSection,),
    )


def _fit(run: Run, name: str, folder: Path, context: Context) -> Manifest:
    recipe, section = chosen(run), run.read(PreparedSection)
    family = open_family(name)
    settings = settings_of(family, recipe) if name == recipe.model else family.Settings()
    prepared = cache.load(run.path / section.caches[name])
    key = sha256_json([name, settings.to_dict(), section.caches[name], recipe.seed])[:16]
    checkpoints = run.path / "checkpoints" / key
    decisions = Decisions(run.path / "decisions.json", scope=name)
    context = context.replace(seed=recipe.seed, checkpoints=checkpoints, decisions=decisions)
    context.log("fit", family=name, num_examples=len(prepared.splits["train"]))
    start, cpu_start = time.monotonic(), time.process_time()
    fitted = family.fit(prepared, settings, context)
    fit = Fit(
        spec=FAMILIES[name],
        settings=settings,
        fitted=fitted,
        prepared=prepared,
        duration_s=time.monotonic() - start,
        cpu_time_s=time.process_time() - cpu_start,
    )
    context.log("export", family=name)
    manifest = build_package(folder, run, fit, section)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return manifest


class _Curve:
    """Keeps the epochs that pass through a log."""

    def __init__(self, to: Log) -> None:
        self._to = to
        self.epochs: list[Epoch] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        if event == "epoch":
            known = Epoch.__struct_fields__
            values = {name: value for name, value in fields.items() if name in known}
            self.epochs.append(Epoch(**values))  # type: ignore[arg-type]
        self._to(event, **fields)
