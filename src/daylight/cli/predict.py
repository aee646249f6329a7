"""``daylight predict``: inputs in, one line each out."""

import argparse
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from daylight.cli.progress import progress
from daylight.cli.show import print_found
from daylight.core.errors import UserError
from daylight.core.rows import one_line, utf_8
from daylight.steps.answer_files import keep_file
from daylight.steps.predict import (
    Model,
    answers,
    check_takes_histories,
    excluding,
    open_model,
    searching,
)


def run(options: argparse.Namespace) -> None:
    """Prints the answer to each input; what cannot be read is said, and the rest goes on."""
    model = open_model(options.model)
    if model.kind.looked_up:
        with progress() as log:
            model = searching(model, options.index, Path(options.model), log=log)
    elif options.index:
        raise UserError(f"{model.task.name} searches nothing.", hint="Leave out --index.")
    media = model.kind.media
    if options.history:
        check_takes_histories(model)
    excluded = {name.strip() for name in options.exclude.split(",") if name.strip()}
    num_good = num_bad = 0
    found = _answers(model, options, excluded)
    first = list(islice(found, 2))
    if len(first) == 1 and isinstance(only := first[0][1], UserError):
        raise only
    for name, answer, drawn in chain(first, found):
        if isinstance(answer, UserError):
            num_bad += 1
            print(f"error: {one_line(answer.message)}", file=sys.stderr)
            continue
        num_good += 1
        answer = excluding(model, answer, excluded)  # noqa: PLW2901
        line = model.task.codec.show(answer)
        if media:
            folder = Path(options.output or "predictions")
            answer = keep_file(answer, media, folder=folder, name=name)  # noqa: PLW2901
            line = f"{answer[media]} ({line})"
        if options.json:
            facts = {key: value for key, value in drawn.items() if key != "line"}
            print(msgspec.json.encode({"input": utf_8(name), **answer, **facts}).decode())
        else:
            if found := answer.get("documents"):
                print_found(name, answer["answer"], found)
                continue
            cells = [value for value in drawn.values() if isinstance(value, str)]
            print("\t".join(one_line(cell) for cell in (name, line, *cells)))
    if num_bad:
        raise UserError(
            f"{num_bad} of {num_good + num_bad} inputs could not be answered.",
            hint="The others are above." if num_good else "Mend them, or name others.",
        )


def _answers(
    model: Model, options: argparse.Namespace, excluded: Collection[str]
) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Inputs with their answers, and what explains them if asked for."""
    stdin = sys.stdin.buffer
    if options.explain is None:
        for name, answer in answers(model, options.inputs, stdin):
            yield name, answer, {}
        return
    from daylight.steps.because import explained_answers  # noqa: PLC0415 - only if asked for

    yield from explained_answers(
        model,
        options.inputs,
        stdin,
        method=options.explain,
        folder=Path(options.output or "explanations"),
        excluded=excluded,
    )
