"""Open models of a hub that a person named, as entrants of a race."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from daylight.core.choice import Candidate, Factor
from daylight.core.config import Config, convert
from daylight.core.errors import UserError
from daylight.core.recipe import Limits, Recipe
from daylight.core.types import ModelSpec, Task
from daylight.remote.factors import factors
from daylight.remote.models import WEIGHTS, HubModel, models
from daylight.steps.demands import license_refusal, size_refusal
from daylight.steps.entrants import Entrant
from daylight.steps.families import open_family
from daylight.steps.trials import Entry

NUM_ASKED = 10
"""The most downloaded ones are looked at."""

NUM_RACED = 3
"""Each costs as much as a large family; those that meet the most checks take part."""

ADDRESS = "HF_ENDPOINT"
"""Where the hub's client, and with it ``backbone=hf:owner/name``, looks; read once by it."""


def enter_from_hub(
    recipe: Recipe, task: Task, specs: Sequence[ModelSpec]
) -> tuple[list[Entrant], list[Candidate]]:
    """Asks the recipe's hub for models of the task; those that a family can start from take part.

    Args:
        specs: Of the families that take part.

    Returns:
        Entrants, and those that cannot take part, with the reason; all with their four factors.

    Raises:
        UserError: The hub cannot be asked, or is not the one that its client looks at.
    """
    starters = {kind: spec for spec in specs for kind in spec.architectures}
    if not recipe.hub or not task.pipeline_tag or not starters:
        return [], []
    if os.environ.get(ADDRESS, "").rstrip("/") != recipe.hub.rstrip("/"):
        raise UserError(
            f"The models of {recipe.hub} take part in this choice, but {ADDRESS} is another.",
            hint=f"Begin the command with {ADDRESS}={recipe.hub}",
        )
    today = datetime.now(UTC).date()
    entrants, out = [], []
    for model in models(recipe.hub, task.pipeline_tag, limit=NUM_ASKED):
        spec = starters.get(model.architecture)
        told = factors(model, pipeline_tag=task.pipeline_tag, usable=spec is not None, today=today)
        reason = _misfit(model, spec, recipe.limits)
        if spec is None or reason:
            out.append(_out(model, reason, told))
        else:
            entrants.append(_entrant(model, spec, told))
    entrants.sort(key=lambda each: -sum(factor.num_met for factor in each.factors))
    for each in entrants[NUM_RACED:]:
        each.state = "left out"
        each.reason = f"{NUM_RACED} of the hub's models meet more checks, or have more downloads"
        out.append(each.candidate(1))
    return entrants[:NUM_RACED], out


def _misfit(model: HubModel, spec: ModelSpec | None, limits: Limits) -> str:
    if spec is None:
        return f"no family can start from the architecture {model.architecture or '(untold)'}"
    if WEIGHTS not in model.files:
        return f"it has no {WEIGHTS}"
    size = size_refusal(limits, model.size_bytes) if model.size_bytes is not None else ""
    return license_refusal(limits, model.license) or size


def _out(model: HubModel, reason: str, told: tuple[Factor, ...]) -> Candidate:
    return Candidate(
        model=f"hf:{model.repo_id}",
        state="ruled out",
        reason=reason,
        license=model.license,
        factors=told,
    )


def _entrant(model: HubModel, spec: ModelSpec, told: tuple[Factor, ...]) -> Entrant:
    changed = {"backbone": f"hf:{model.repo_id}@{model.revision}"}
    settings: Config = convert(
        open_family(spec.name).Settings, changed, where=f"settings of {spec.name}"
    )
    licensed = msgspec.structs.replace(spec, license=model.license, is_simple=False)
    return Entrant(Entry(licensed, settings), changed=changed, factors=told)
