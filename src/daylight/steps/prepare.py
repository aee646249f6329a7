"""prepare: a folder of data -> split and processed columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from daylight.core.choice import ChosenSection
from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.errors import UserError
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, PreparedSection
from daylight.core.types import Dataset, SplitName
from daylight.data import prepared as cache
from daylight.data.cleaning import cleaned
from daylight.data.processing import check_processing
from daylight.data.sources import without_folder
from daylight.steps.dataset import label_counts, look, read, split_rows, without
from daylight.steps.families import chosen, open_family, settings_of
from daylight.tasks import TASKS, saw

if TYPE_CHECKING:
    from daylight.core.types import Array


def prepare(run: Run, context: Context) -> PreparedSection:
    """Reads the data, splits it, and processes it as the model and the baseline want it.

    Raises:
        DataError: The data cannot be used; names file and line.
    """
    recipe = chosen(run)
    task = TASKS[recipe.task]
    dataset = read(run)
    rows = split_rows(dataset, run)
    caches: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for name in (recipe.model, task.baseline):
        family = open_family(name)
        settings = settings_of(family, recipe) if name == recipe.model else family.Settings()
        plan = plan_of(run, dataset, rows, name=name, settings=settings)
        unchanged = plan.processing == family.processing(dataset.schema, settings)
        if name == recipe.model and recipe.data.clean and unchanged:
            raise UserError(
                f"{name} reads no pictures here, so data.clean has no effect.", hint="Leave it out."
            )
        folder = cache.build(plan, place_of(run, plan), log=context.log)
        caches[name] = folder.relative_to(run.path).as_posix()
        skipped |= cache.skipped(folder)
        rows = without(dataset, rows, skipped)
    section = describe(run, dataset, rows, skipped=skipped, caches=caches)
    return run.write(section, after=(CheckedSection, ChosenSection))


def plan_of(
    run: Run,
    dataset: Dataset,
    rows: "Mapping[SplitName, Array]",
    *,
    name: str,
    settings: Config,
) -> cache.Plan:
    """How a family of this name wants the data to be processed."""
    recipe = run.recipe
    wanted = open_family(name).processing(dataset.schema, settings)
    check_processing(wanted, dataset.schema, name)
    return cache.Plan(
        dataset,
        rows,
        cleaned(wanted, recipe.data.clean),
        TASKS[recipe.task].answer,
        skip_unreadable=recipe.data.unreadable == "skip",
    )


def place_of(run: Run, plan: cache.Plan) -> Path:
    """Where the columns of a plan lie in a run, made or not."""
    return run.path / "prepared" / plan.key()


def describe(
    run: Run,
    dataset: Dataset,
    rows: "Mapping[SplitName, Array]",
    *,
    skipped: Mapping[str, str],
    caches: Mapping[str, str],
) -> PreparedSection:
    """What is known of data once it is split and processed."""
    recipe = run.recipe
    task, source = TASKS[recipe.task], look(run)
    return PreparedSection(
        saw=without_folder(saw(task, source, recipe.data), source.path),
        data_digest=dataset.digest,
        fields=dataset.schema["examples"],
        num_examples={name: len(picked) for name, picked in rows.items()},
        labels=dataset.labels,
        label_counts=label_counts(dataset, task, rows),
        skipped={id_: without_folder(why, source.path) for id_, why in skipped.items()},
        caches=dict(caches),
    )
