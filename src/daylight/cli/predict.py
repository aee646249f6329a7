"""``daylight predict``: inputs in, one line each out."""

import argparse
import sys
from itertools import chain, islice

import msgspec

from daylight.cli.show import one_line, utf_8
from daylight.core.errors import UserError
from daylight.steps.predict import answers, open_model


def run(options: argparse.Namespace) -> None:
    """Prints the answer to each input; what cannot be read is said, and the rest goes on."""
    model = open_model(options.model)
    num_good = num_bad = 0
    found = answers(model, options.inputs, sys.stdin.buffer)
    first = list(islice(found, 2))
    if len(first) == 1 and isinstance(only := first[0][1], UserError):
        raise only
    for name, answer in chain(first, found):
        if isinstance(answer, UserError):
            num_bad += 1
            print(f"error: {one_line(answer.message)}", file=sys.stderr)
            continue
        num_good += 1
        if options.json:
            print(msgspec.json.encode({"input": utf_8(name), **answer}).decode())
        else:
            print(f"{one_line(name)}\t{one_line(model.task.codec.show(answer))}")
    if num_bad:
        raise UserError(
            f"{num_bad} of {num_good + num_bad} inputs could not be answered.",
            hint="The others are above." if num_good else "Mend them, or name others.",
        )
