"""From a recipe to a family and its settings."""

from importlib import import_module
from typing import Any, cast

from daylight.core.config import Config, convert
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.recipe import Recipe, without_place
from daylight.core.types import Family, ModelSpec, Task
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
        raise UserError(
            f"{spec.name} cannot do {task.name}: it takes {' or '.join(spec.inputs)} "
            f"and gives {' or '.join(spec.answers)}.",
            hint=f"Choose one of: {', '.join(each.name for each in fitting(task))}.",
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
        ) from None


def settings_of(family: Family, recipe: Recipe) -> Config:
    """The family's settings with the recipe's laid over the defaults.

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
        values["training"] = {**default.to_dict(), **recipe.training}
    return convert(family.Settings, values, where=f"settings of {recipe.model}")


def describe(settings: Config) -> dict[str, Any]:
    """All settings as flat ``key = value`` lines for a card, without places on a disk."""
    flat: dict[str, Any] = {}
    for key, value in settings.to_dict().items():
        if isinstance(value, dict):
            flat.update({f"{key}.{name}": inner for name, inner in value.items()})
        else:
            flat[key] = without_place(value)
    return flat
