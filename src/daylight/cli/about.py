"""``daylight models`` and ``daylight doctor``: what there is."""

import argparse
import sys
from typing import Any

import msgspec

from daylight.cli.show import print_table
from daylight.models import FAMILIES
from daylight.steps.doctor import examine


def run(options: argparse.Namespace) -> None:
    """Prints facts."""
    facts = _models() if options.command == "models" else examine()
    if options.json:
        sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    elif options.command == "models":
        rows = [(f["name"], ", ".join(f["inputs"]), f["title"]) for f in facts]
        print_table([("name", "takes", "what it is"), *rows])
    else:
        print_table([(f["name"], f["state"], f["hint"]) for f in facts])


def _models() -> list[dict[str, Any]]:
    return [spec.to_dict() for spec in FAMILIES.working()]
