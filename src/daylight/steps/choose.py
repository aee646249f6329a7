"""choose: the families that there are -> the one that is trained, and why."""

import math

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.run import Run
from daylight.core.sections import CheckedSection
from daylight.steps.race import race
from daylight.tasks import TASKS

BUDGET_S = 300.0
"""Seconds of a race to which nobody gave a time."""

MUCH_MORE = 1.25
"""Times as long a race as before: what is little longer would change little."""


def choose(run: Run, context: Context) -> ChosenSection:
    """Takes the family that the recipe names, or the one that wins a race.

    Raises:
        UserError: No family fits, or none keeps to the limits.
    """
    recipe = run.recipe
    if not recipe.model:
        timed = context.within(BUDGET_S) if context.left_s() == math.inf else context
        return run.write(race(run, timed), after=(CheckedSection,))
    reason = "named in the recipe"
    if recipe.model == TASKS[recipe.task].default:
        reason = "the task's default; daylight choose finds one by a race, --model names another"
    return run.write(
        ChosenSection(
            model=recipe.model,
            settings=recipe.settings,
            training=recipe.training,
            reason=reason,
        ),
        after=(CheckedSection,),
    )


def reopen(run: Run, budget_s: float) -> None:
    """Lets a race that ended for want of time be taken up again, if there is more of it now.

    What was measured is not measured again.
    """
    if run.has(ChosenSection):
        found = run.read(ChosenSection).race
        if found and not found.is_finished and MUCH_MORE * found.budget_s < budget_s:
            run.forget(ChosenSection)
