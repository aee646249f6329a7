"""``daylight index``: documents in, a folder out in which a model finds them."""

import argparse
import shlex
import sys
from pathlib import Path

from daylight.cli.progress import progress
from daylight.runtime.predictor import Predictor
from daylight.steps.index import How, index


def run(options: argparse.Namespace) -> None:
    """Makes the index or brings it up to date, and says what changed."""
    documents = Path(options.documents) if options.documents else None
    folder = Path(options.output or f"{documents.stem if documents else options.model}-index")
    with progress() as log:
        made = index(
            Predictor.open(options.model),
            documents,
            folder,
            How(remove=options.remove, keep_others=options.keep, lookup=options.vectors),
            log=log,
        )
    if options.json:
        sys.stdout.write(made.to_json().decode())
        return
    print(
        f"{made.added:,} added, {made.changed:,} changed, {made.removed:,} removed, "
        f"{made.kept:,} as before"
    )
    if made.shortcut:
        share = f"{made.shortcut.recall:.3f}"
        print(f"vectors are looked up by {made.shortcut.kind}, which finds {share} of the nearest")
    place = shlex.quote(str(folder))
    print(f"next  daylight predict {shlex.quote(options.model)} 'words' --index {place}")
