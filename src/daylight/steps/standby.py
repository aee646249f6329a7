"""A model at once, before anything dear is done: whatever happens later, something answers."""

import shutil

from daylight.core.context import Context
from daylight.core.errors import DataError
from daylight.core.files import copy_cheaply, folder_atomic
from daylight.core.run import Run
from daylight.data import prepared as cache
from daylight.package.manifest import Manifest, read_manifest
from daylight.steps.dataset import read, split_rows
from daylight.steps.families import open_family
from daylight.steps.fitting import fit_package
from daylight.steps.prepare import describe, place_of, plan_of
from daylight.tasks import TASKS


def provide(run: Run, context: Context) -> None:
    """Packages the baseline before the data is checked, unless there is one.

    It is made anew when the data has been looked at: copies may move between splits. What is wrong
    with the data is left for the check to say.
    """
    if (run.baseline / "manifest.json").is_file():
        return
    name = TASKS[run.recipe.task].baseline
    settings = open_family(name).Settings()
    try:
        dataset = read(run)
        rows = split_rows(dataset, run, copies=())
        plan = plan_of(run, dataset, rows, name=name, settings=settings)
        place = cache.build(plan, place_of(run, plan), log=context.log)
    except DataError:
        return
    caches = {name: place.relative_to(run.path).as_posix()}
    section = describe(run, dataset, rows, skipped=cache.skipped(place), caches=caches)
    fit_package(run, run.baseline, section, context, name=name, settings=settings)


def stand_in(run: Run) -> Manifest:
    """Puts the baseline where the model's package should be, since there is no better one."""
    with folder_atomic(run.package) as place:
        for name in read_manifest(run.baseline).files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            copy_cheaply(run.baseline / name, place / name)
        shutil.copy2(run.baseline / "manifest.json", place / "manifest.json")
    return read_manifest(run.package)
