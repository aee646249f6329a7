"""Fits one family on prepared data, and packages it."""

import shutil
import time
from pathlib import Path

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.hashing import sha256_json
from daylight.core.run import Run
from daylight.core.sections import PreparedSection
from daylight.data import prepared as cache
from daylight.models import FAMILIES
from daylight.package.manifest import Manifest
from daylight.steps.cluster import START_S, machines
from daylight.steps.families import open_family
from daylight.steps.packaging import Fit, build_package
from daylight.steps.team import Work, fit_together


def fit_package(
    run: Run,
    folder: Path,
    section: PreparedSection,
    context: Context,
    *,
    name: str,
    settings: Config,
) -> Manifest:
    """Fits, exports, and checks that the package answers as the model does.

    A fit that was cut short goes on where it stood, if the family keeps its state.

    Args:
        run: For its recipe, and the places of caches and states.
        folder: Where the package goes.
        section: What was prepared.
        context: How long, where progress goes and where decisions are kept.
        name: Of the family.
        settings: Its own.

    Raises:
        TrainingError: The loss is not finite, or the export does not answer as the model does.
    """
    prepared = cache.load(run.path / section.caches[name])
    states = place_of_states(run, section, name=name, settings=settings)
    decisions = context.decisions.within(name)
    context = context.replace(seed=run.recipe.seed, checkpoints=states, decisions=decisions)
    context.log("fit", family=name, num_examples=len(prepared.splits["train"]))
    start, cpu_start = time.monotonic(), time.process_time()
    work = Work(
        name=name,
        settings=settings,
        prepared=(run.path / section.caches[name]).resolve(),
        states=states.resolve(),
        hub=run.recipe.hub,
    )
    is_shared = context.cluster and context.left_s() > START_S
    if is_shared and (at_most := min(len(machines()), work.most())) > 1:
        fitted = fit_together(work, context, at_most=at_most)
    else:
        fitted = open_family(name).fit(prepared, settings, context)
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
    shutil.rmtree(states, ignore_errors=True)
    return manifest


def place_of_states(run: Run, section: PreparedSection, *, name: str, settings: Config) -> Path:
    """Where a fit leaves its state; other settings, data or seeds have another place."""
    key = sha256_json([name, settings.to_dict(), section.caches[name], run.recipe.seed])[:16]
    return run.path / "checkpoints" / key
