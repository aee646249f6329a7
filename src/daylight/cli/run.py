"""``daylight evaluate``, ``explain``, ``report`` and ``compare``: what a run can tell."""

import argparse
import sys
from pathlib import Path

from daylight.cli.progress import progress
from daylight.cli.show import (
    print_comparison,
    print_examples,
    print_explanations,
    print_scores,
)
from daylight.core.context import Context
from daylight.core.explained import ExplainedSection
from daylight.core.run import Run
from daylight.core.sections import ReportSection, Scores
from daylight.steps.compare import compare
from daylight.steps.pipeline import advance


def run(options: argparse.Namespace) -> None:
    """Brings the run up to date as far as is asked, and prints."""
    opened = Run.open(Path(options.run))
    with progress() as log:
        context = Context(log=log)
        if options.command == "compare":
            found = compare(opened, Run.open(Path(options.other)), context)
        else:
            advance(opened, context, through=options.command)
    if options.command == "compare":
        if options.json:
            sys.stdout.write(found.to_json().decode())
        else:
            print_comparison(found)
    elif options.command == "evaluate":
        scores = opened.read(Scores)
        if options.json:
            sys.stdout.write(scores.to_json().decode())
        else:
            print_scores(scores)
            print_examples(scores)
    elif options.command == "explain":
        explained = opened.read(ExplainedSection)
        if options.json:
            sys.stdout.write(explained.to_json().decode())
        else:
            print_explanations(explained, str(opened.path / "explain"))
    else:
        section = opened.read(ReportSection)
        line = section.to_json().decode() if options.json else f"{opened.path / section.file}\n"
        sys.stdout.write(line)
