"""``daylight train`` and ``daylight demo``."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from daylight.cli.progress import progress
from daylight.cli.show import print_examples, print_scores, print_table
from daylight.core import recipe as recipes
from daylight.core.config import convert
from daylight.core.context import Context
from daylight.core.kinds import INPUT_KINDS
from daylight.core.recipe import Recipe
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, ReportSection, Scores, TrainedSection
from daylight.steps.cluster import joined
from daylight.steps.pipeline import advance, start
from daylight.steps.plan import plan
from daylight.steps.predict import example_of
from daylight.steps.watchdog import train_in_time
from daylight.tasks import TASKS


def run(options: argparse.Namespace) -> None:
    """Runs every step that is due, and says what came of it."""
    if options.command == "demo":
        from daylight.data.embedded import unpack_fashion  # noqa: PLC0415 - only for the demo

        folder = Path(options.output)
        options.data, options.task = str(unpack_fashion(folder / "fashion")), ""
        options.output = str(folder / "run")
    recipe = recipe_of(options)
    if options.plan:
        _print_plan(recipe, options)
        return
    output = Path(options.output) if options.output else None
    with progress() as log:
        context = Context(
            seed=recipe.seed, log=log, memory_bytes=options.memory, cluster=options.ray
        )
        if options.time is not None:
            opened = train_in_time(recipe, output, context, time_s=options.time)
        else:
            with joined(options.ray):
                opened = start(recipe, output, context)
                advance(opened, context)
    if options.json:
        sys.stdout.write(opened.read(Scores).to_json().decode())
    else:
        _print(opened)


def _print_plan(recipe: Recipe, options: argparse.Namespace) -> None:
    with progress() as log:
        found = plan(recipe, Context(seed=recipe.seed, log=log, memory_bytes=options.memory))
    if options.json:
        sys.stdout.write(found.to_json().decode())
        return
    print()
    print_table(found.rows())
    print(
        f"\nAbout; every step was tried with {found.model} on {found.num_tried:,} of "
        f"{found.num_examples:,} examples, in {found.pilot_s:.0f} s."
    )


_LIMITS = {
    "size_bytes": "size",
    "latency_ms": "latency",
    "licenses": "license",
    "models": "among",
}
"""What the recipe's ``limits`` are called on a command line."""


def recipe_of(options: argparse.Namespace) -> Recipe:
    """From a file if one is named, options laid over it."""
    if options.data.endswith(".toml") and not Path(options.data).is_dir():
        values = recipes.load(Path(options.data))
        _check(values, options.data)
    else:
        values = {"data": {"path": options.data}}
    for key in ("task", "model", "hub"):
        if given := getattr(options, key, None):
            values[key] = given
    limits = {
        key: given
        for key, option in _LIMITS.items()
        if (given := getattr(options, option, None)) is not None
    }
    if limits:
        values["limits"] = {**values.get("limits", {}), **limits}
    if (seed := getattr(options, "seed", None)) is not None:
        values["seed"] = seed
    return recipes.resolve(values, options.overrides)


def _check(values: dict[str, Any], file: str) -> None:
    """Names the file where it is wrong; what it leaves open may come with ``--set``."""
    data = values.get("data", {})
    if isinstance(data, dict):
        data = {"path": "", **data}
    convert(Recipe, {**values, "data": data}, where=file)


def _print(opened: Run) -> None:
    scores = opened.read(Scores)
    print_scores(scores)
    if note := opened.read(TrainedSection).note:
        print(f"note     {note}")
    print_examples(scores)
    folder = shlex.quote(str(opened.path))
    print(f"report   {opened.path / opened.read(ReportSection).file}")
    print(f"package  {opened.package}")
    print(f"next     daylight predict {folder} {shlex.quote(_an_input(opened, scores))}")


def _an_input(opened: Run, scores: Scores) -> str:
    """Something that the person can ask about at once."""
    task = TASKS[opened.recipe.task]
    if not INPUT_KINDS[task.input].media:
        return example_of(task, opened.read(PreparedSection).fields) or "INPUT"
    path = Path(opened.recipe.data.path)
    media = scores.examples[0].media if scores.examples else None
    return str((path if path.is_dir() else path.parent) / media) if media else "INPUT"
