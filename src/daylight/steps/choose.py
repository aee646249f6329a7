"""choose: the families that there are -> the one that is trained, and why."""

from daylight.core.context import Context
from daylight.core.run import Run
from daylight.core.sections import CheckedSection, ChosenSection
from daylight.tasks import TASKS


def choose(run: Run, context: Context) -> ChosenSection:  # noqa: ARG001 - every step has one
    """Takes the family that the recipe names."""
    recipe = run.recipe
    default = TASKS[recipe.task].default
    reason = "named in the recipe"
    if recipe.model == default:
        reason = "the task's default; name another with --model"
    return run.write(
        ChosenSection(
            model=recipe.model,
            settings=recipe.settings,
            training=recipe.training,
            reason=reason,
        ),
        after=(CheckedSection,),
    )
