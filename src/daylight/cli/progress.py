"""Progress on standard error: bars on a terminal, a line per event elsewhere."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from daylight.core.log import Log
from daylight.core.rows import interval, number, one_line

MAX_EPOCHS = 20
"""Lines of epochs where they cannot be drawn over each other."""


@contextmanager
def progress() -> Iterator[Log]:
    """Yields a log that shows what happens; ends with nothing half-drawn."""
    if not sys.stderr.isatty():
        yield _lines
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[facts]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:
        yield _Bars(bars)


def _lines(event: str, /, **fields: Any) -> None:
    if event == "epoch" and not _is_shown(fields["epoch"], fields["epochs"]):
        return
    if text := sentence(event, fields):
        print(one_line(text), file=sys.stderr)


def _is_shown(epoch: int, epochs: int) -> bool:
    """Every k-th and the last, so that there are about ``MAX_EPOCHS``."""
    return epoch == epochs or epoch % math.ceil(epochs / MAX_EPOCHS) == 0


_SENTENCES = {
    "explain": "  explaining by {method}",
    "fit": "  fitting {family} on {num_examples:,} examples",
    "member": "  fitting its member {family}",
    "change": "not the same: {text}",
    "index": "  indexed {done:,} of {total:,} passages",
    "form": "  trying {form}",
    "not kept": "  {form} is not kept: {reason}",
    "lost": "  a process is lost ({reason}): going on from the last state without it",
    "late": "{step}: out of time, making do with what there is",
    "memory": "  memory is short: batches go through in {parts} parts",
}


def sentence(event: str, fields: dict[str, Any]) -> str:
    """What happened, for a person; empty where a line would be too much."""
    if event == "run":
        by = f"by {fields['model']}" if fields["model"] else "by the family that wins a race"
        if fields["model"] and not fields["named"]:
            by += " (the default; daylight choose finds what fits)"
        return f"{fields['saw']}: {fields['task']} {by}, in {fields['folder']}"
    if event == "team":
        return f"  training with {len(fields['hosts'])} processes on {', '.join(fields['hosts'])}"
    if event in _SENTENCES:
        return _SENTENCES[event].format(**fields)
    if event == "step":
        return _step(fields)
    if event == "epoch":
        return f"  epoch {fields['epoch']}/{fields['epochs']}  {_epoch(fields)}"
    return _race(event, fields)


def _race(event: str, fields: dict[str, Any]) -> str:
    if event == "rung":
        return f"  {fields['num_candidates']} models on {fields['num_examples']:,} examples"
    if event == "trial":
        return _trial(fields)
    if event == "no trial":
        return f"    {fields['family']:14} {fields['reason']}"
    if event == "tuning":
        settings = ", ".join(f"{key}={_short(value)}" for key, value in fields["settings"].items())
        return f"    settings {fields['number']}: {number(fields['score'])}  {settings}"
    return ""


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _trial(fields: dict[str, Any]) -> str:
    """The learning curve so far, and what came of the last fit."""
    curve = "  ".join(f"{examples:,}: {number(value)}" for examples, value in fields["curve"])
    text = f"    {fields['family']:14} {curve} ({interval(fields['low'], fields['high'])})"
    text += f"  {fields['duration_s']:.1f} s"
    return f"{text}  {fields['reason']}" if fields["reason"] else text


def _step(fields: dict[str, Any]) -> str:
    if fields["state"] == "kept":
        return f"{fields['name']}: kept, nothing has changed"
    if fields["state"] == "done":
        return f"{fields['name']}: done in {fields['duration_s']:.1f} s"
    return f"{fields['name']}: {fields['help']}"


def _epoch(fields: dict[str, Any]) -> str:
    text = f"loss {fields['loss']:.4f}  validation {fields['score']:.4f}"
    if "examples_per_s" in fields:
        text += f"  {fields['examples_per_s']:,.0f}/s  {fields['left_s']:.0f} s left"
    return text


def _at_work(event: str, fields: dict[str, Any]) -> str:
    if event == "batch":
        return f"  epoch {fields['epoch'] + 1}"
    if event == "check":
        return f"  {fields['what']}"
    return f"  {fields['split']}" if event == "prepare" else "  harmed inputs"


class _Bars:
    """A log that draws: one bar for the step at hand, lines above it for what is done."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: Any = None
        self._facts = ""

    def __call__(self, event: str, /, **fields: Any) -> None:
        if event in ("batch", "prepare", "harm") or (event == "check" and "done" in fields):
            self._draw(event, fields)
            return
        if event == "epoch" and not fields.get("resumed"):
            self._facts = _epoch(fields)
        if event == "step" and fields["state"] == "done":
            self._clear()
        if (text := sentence(event, fields)) and event != "epoch":
            self._bars.console.print(one_line(text), markup=False, highlight=False)

    def _draw(self, event: str, fields: dict[str, Any]) -> None:
        name = _at_work(event, fields)
        if self._task is None:
            self._task = self._bars.add_task(name, facts="")
        self._bars.update(
            self._task,
            description=name,
            completed=fields["done"],
            total=fields["total"],
            facts=self._facts,
        )

    def _clear(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task, self._facts = None, ""
