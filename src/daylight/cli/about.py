"""``daylight models`` and ``daylight doctor``: what there is."""

import argparse
import sys
from typing import Any

import msgspec

from daylight.cli.show import print_table
from daylight.core.rows import one_line
from daylight.models import FAMILIES
from daylight.steps.doctor import examine


def run(options: argparse.Namespace) -> None:
    """Prints facts."""
    facts = _models() if options.command == "models" else examine()
    if options.json:
        sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    elif options.command == "models":
        rows = [
            (f["name"], ", ".join(f["inputs"]), ", ".join(f["answers"]), f["title"]) for f in facts
        ]
        print_table([("name", "takes", "gives", "what it is"), *rows])
        for name, reason in FAMILIES.broken().items():
            print(f"left out: {one_line(name)}: {one_line(reason)}", file=sys.stderr)
    else:
        print_table([(f["name"], f["state"], f["hint"]) for f in facts])


def _models() -> list[dict[str, Any]]:
    return [spec.to_dict() for spec in FAMILIES.working()]
