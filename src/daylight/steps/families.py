"""From a recipe to a family and its settings."""

from importlib import import_module
from typing import Any, cast

import msgspec

from daylight.core.choice import ChosenSection
from daylight.core.config import Config, convert
from daylight.core.errors import MissingExtraError, UserError, unknown
from daylight.core.kinds import ANSWER_KINDS, INPUT_KINDS
from daylight.core.recipe import Recipe, flatten, without_place
from daylight.core.run import Run
from daylight.core.types import Family, ModelSpec, Task
from daylight.metrics import METRICS
from daylight.models import FAMILIES


def fitting(task: Task) -> list[ModelSpec]:
    """The families that take the task's input kind and give its answer kind."""
    return [s for s in FAMILIES.working() if task.input in s.inputs and task.answer in s.answers]


def check_fits(spec: ModelSpec, task: Task) -> None:
    """Makes sure that a family can do a task.

    Raises:
        UserError: It takes or gives something else.
    """
    if spec not in fitting(task):
        raise UserError(f"{spec.name} cannot do {task.name}: {does(spec)}.", hint=_choices(task))


def check_open(recipe: Recipe) -> None:
    """Makes sure that nothing is set of a family that is still to be chosen.

    Raises:
        UserError: Something is; names it.
    """
    settings = [*(f"settings.{key}" for key in recipe.settings)]
    if found := [*settings, *(f"training.{key}" for key in recipe.training)]:
        raise UserError(
            f"{found[0]} is set, but the family is left to be chosen.",
            hint="Name one with --model, or leave the setting out.",
        )


def does(spec: ModelSpec) -> str:
    """What a family takes and gives, as the end of a sentence."""
    return f"it takes {' or '.join(spec.inputs)} and gives {' or '.join(spec.answers)}"


def _choices(task: Task) -> str:
    if names := ", ".join(spec.name for spec in fitting(task)):
        return f"Choose one of: {names}."
    return f"No family takes {task.input} and gives {task.answer} yet: docs/adding-a-task.md"


def check_task(task: Task) -> None:
    """Makes sure that a task names kinds, a metric and families that there are and that fit.

    Raises:
        UserError: It does not; the message is for the author of the task.
    """
    says = f"The task {task.name!r} names"
    for role, name, known in (
        ("input kind", task.input, [*INPUT_KINDS]),
        ("answer kind", task.answer, [*ANSWER_KINDS]),
        ("baseline", task.baseline, [*FAMILIES]),
        ("default", task.default, [*FAMILIES]),
    ):
        if name not in known:
            hint = unknown(role, name, known).hint
            raise UserError(f"{says} {name!r} as its {role}, which there is not.", hint=hint)
    for role, name in (("baseline", task.baseline), ("default", task.default)):
        spec = FAMILIES[name]
        if spec not in fitting(task):
            raise UserError(
                f"{says} {name!r} as its {role}, but {does(spec)}, not {task.input} and "
                f"{task.answer}.",
                hint=_choices(task),
            )
    metrics = [m for m in ANSWER_KINDS[task.answer].metrics if not METRICS[m].per_label]
    if task.primary not in metrics:
        raise UserError(
            f"{says} {task.primary!r} as its primary metric, which is none of {task.answer}.",
            hint=f"Choose one of: {', '.join(metrics)}.",
        )


def open_family(name: str) -> Family:
    """Imports a family.

    Raises:
        MissingExtraError: A library that it needs is not installed.
    """
    spec = FAMILIES[name]
    try:
        return cast("Family", import_module(spec.module))
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("daylight"):
            raise
        extras = " and ".join(spec.needs)
        raise MissingExtraError(
            f"{name} needs {error.name}, which is not installed.",
            hint=f"Install Daylight with its extra {extras}; the README says how.",
            library=(error.name or "").partition(".")[0],
        ) from None


def chosen(run: Run) -> Recipe:
    """The run's recipe with the model that was chosen, and its settings."""
    choice = run.read(ChosenSection)
    return msgspec.structs.replace(
        run.recipe, model=choice.model, settings=choice.settings, training=choice.training
    )


def settings_of(family: Family, recipe: Recipe) -> Config:
    """The family's settings with the recipe's laid over the defaults.

    Who sets ``epochs`` means so many: ``min_steps`` then adds none, unless it is set as well.

    Raises:
        UserError: Names the key that is unknown or out of range.
    """
    values = dict(recipe.settings)
    if recipe.training:
        default = getattr(family.Settings(), "training", None)
        if not isinstance(default, Config):
            raise UserError(
                f"{recipe.model} is not trained by gradient, so training."
                f"{next(iter(recipe.training))} has no effect.",
                hint="Leave it out, or choose another --model.",
            )
        defaults = default.to_dict()
        if "epochs" in recipe.training and "min_steps" in defaults:
            defaults["min_steps"] = 0
        values["training"] = {**defaults, **recipe.training}
    return convert(family.Settings, values, where=f"settings of {recipe.model}")


def describe(settings: Config) -> dict[str, Any]:
    """All settings as flat ``key = value`` lines for a card, without places on a disk."""
    return {key: without_place(value) for key, value in flatten(settings.to_dict()).items()}
