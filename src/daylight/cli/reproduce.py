"""``daylight reproduce``: the same training once more, and what came of it."""

import argparse
import sys
from pathlib import Path

from daylight.cli.progress import progress
from daylight.cli.show import print_reproduced
from daylight.core.context import Context
from daylight.core.errors import IntegrityError, UserError
from daylight.core.reproduced import ReproducedSection
from daylight.core.run import Run
from daylight.steps.reproduce import reproduce


def run(options: argparse.Namespace) -> None:
    """Trains again and prints; other bytes are an error."""
    opened, output = Run.open(Path(options.run)), Path(options.output) if options.output else None
    with progress() as log:
        found = reproduce(opened, Context(log=log), output=output)
    if options.json:
        sys.stdout.write(found.to_json().decode())
    else:
        print_reproduced(found)
    _stop_on_other_bytes(found)


def _stop_on_other_bytes(found: ReproducedSection) -> None:
    if found.is_unexplained:
        raise IntegrityError(
            "Data, code, versions, hardware and decisions were the same, and gave other bytes.",
            hint="Please report this with the recipe: it is a bug, here or in a library.",
        )
    if found.verdict != "same bytes":
        anew = {"decisions"} if found.decided_anew else set()
        kinds = ", ".join(sorted({change.of for change in found.changes} | anew))
        raise UserError(
            f"Other bytes came of it; what else is not the same: {kinds}.",
            hint="Have these as provenance.json in the package names them, then do it again.",
        )
