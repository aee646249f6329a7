"""``daylight check``: what is wrong with data."""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path

from daylight.cli.progress import progress
from daylight.cli.train import recipe_of
from daylight.core.context import Context
from daylight.core.rows import one_line
from daylight.core.sections import CheckedSection, Finding
from daylight.steps.check import FILE
from daylight.steps.pipeline import advance, start_check

_ORDER = ("fail", "warn", "skip", "pass")
NUM_SHOWN = 3


def run(options: argparse.Namespace) -> None:
    """Prints the findings, the worst first; exits with 2 if one fails and is not waived."""
    recipe = recipe_of(options)
    with progress() as log:
        context = Context(seed=recipe.seed, log=log)
        opened = start_check(recipe, Path(options.output) if options.output else None, context)
        advance(opened, context, through="check")
    checked, waived = opened.read(CheckedSection), opened.recipe.data.waive
    if options.json:
        sys.stdout.write(checked.to_json().decode())
    else:
        _print(checked, waived)
        print(f"sheet  {opened.path / FILE}")
    if checked.failed(waived):
        sys.exit(2)


def _print(checked: CheckedSection, waived: Collection[str]) -> None:
    print()
    for finding in sorted(checked.findings, key=lambda each: _ORDER.index(each.status)):
        is_waived = finding.status == "fail" and finding.check in waived
        status = "waived" if is_waived else finding.status
        print(one_line(f"{status:6} {finding.check}: {finding.message}"))
        for line in _details(finding):
            print(one_line(f"       {line}"))
    print()


def _details(finding: Finding) -> list[str]:
    lines = [
        f"  {', '.join(each.ids[:2])}{', …' * (len(each.ids) > 2)}: {each.fact}"
        for each in finding.evidence[:NUM_SHOWN]
    ]
    if finding.num_evidence > len(lines):
        lines.append(f"  and {finding.num_evidence - len(lines):,} more")
    return [*lines, finding.fix] if finding.fix else lines
