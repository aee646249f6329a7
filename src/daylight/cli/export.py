"""``daylight export``: a package in another form, and whether that was worth it."""

import argparse
import sys
from pathlib import Path

from daylight.cli.progress import progress
from daylight.cli.show import print_table
from daylight.core.context import Context
from daylight.core.rows import one_line
from daylight.core.run import Run
from daylight.steps.export import export


def run(options: argparse.Namespace) -> None:
    """Exports, and prints how it compares."""
    opened = Run.open(Path(options.run))
    name = opened.path.resolve().name.removesuffix("-run")
    output = Path(options.output or f"{name}-export")
    with progress() as log:
        found = export(opened, output, Context(log=log), form=options.to, size_bytes=options.size)
    if options.json:
        sys.stdout.write(found.to_json().decode())
        return
    if found.differences:
        print_table(found.rows())
    print(one_line(found.sentence))
    print(f"package  {output}")
    print(f"next     daylight serve {output}")
