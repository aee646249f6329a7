"""``daylight predict``: inputs in, one line each out."""

import argparse
import sys

import msgspec

from daylight.core.errors import UserError
from daylight.steps.predict import answers, open_model


def run(options: argparse.Namespace) -> None:
    """Prints the answer to each input; what cannot be read is said, and the rest goes on."""
    model = open_model(options.model)
    num_bad = 0
    for name, answer in answers(model, options.inputs, sys.stdin.buffer):
        if isinstance(answer, UserError):
            num_bad += 1
            print(f"error: {answer.message}", file=sys.stderr)
        elif options.json:
            print(msgspec.json.encode({"input": name, **answer}).decode())
        else:
            print(f"{name}\t{model.task.codec.show(answer)}")
    if num_bad:
        raise UserError(
            f"{num_bad} of the inputs could not be answered.", hint="The others are above."
        )
