"""``daylight choose``: which model fits data, and why."""

import argparse
import os
import shlex
import sys
import time
from pathlib import Path

from daylight.cli.progress import progress
from daylight.cli.show import print_race
from daylight.cli.train import recipe_of
from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.steps.choose import reopen
from daylight.steps.cluster import joined
from daylight.steps.hub_entrants import ADDRESS
from daylight.steps.pipeline import advance, start


def run(options: argparse.Namespace) -> None:
    """Races, and prints the ranking; a longer time than before takes the race up again."""
    recipe = recipe_of(options)
    if recipe.hub:
        os.environ[ADDRESS] = recipe.hub  # the hub's client reads it once, when it is loaded
    output = Path(options.output) if options.output else None
    with progress() as log, joined(options.ray):
        context = Context(
            seed=recipe.seed,
            log=log,
            memory_bytes=options.memory,
            deadline=time.monotonic() + options.time,
            cluster=options.ray,
        )
        opened = start(recipe, output, context, raced=True)
        reopen(opened, options.time)
        advance(opened, context, through="choose")
    chosen = opened.read(ChosenSection)
    if options.json:
        sys.stdout.write(chosen.to_json().decode())
        return
    print_race(chosen)
    folder = shlex.quote(str(opened.path))
    print(f"choice  {opened.path / chosen.saved_as()}")
    hub = f"{ADDRESS}={shlex.quote(recipe.hub)} " if recipe.hub else ""
    print(f"next    {hub}daylight train {shlex.quote(opened.recipe.data.path)} -o {folder}")
