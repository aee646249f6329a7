"""What a training would take, told from a pilot on a few examples, before anything is spent."""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from daylight.core.config import Config
from daylight.core.context import Context
from daylight.core.log import Log
from daylight.core.recipe import Recipe
from daylight.core.rows import Row, size
from daylight.core.run import Run
from daylight.core.sections import PreparedSection
from daylight.steps.dataset import read_whole
from daylight.steps.families import open_family, settings_of
from daylight.steps.pipeline import advance, resolve
from daylight.steps.strength import NUM_HARMED

NUM_FEW, NUM_TRIED = 100, 300
"""Examples of the pilots. A first loads all libraries; how times grow is told from two others."""

FIT_S = 8.0
"""Seconds after which a pilot's training ends."""

ASKED_HARMED = 12
"""Times that an example is asked about when inputs are harmed; otherwise it is once."""


class Taken(Config):
    """What a step would take.

    Attributes:
        memory_bytes: The most that the process holds until then; ``None`` where no system tells.
        disk_bytes: That it leaves.
    """

    step: str
    duration_s: float
    memory_bytes: int | None
    disk_bytes: int


class Plan(Config):
    """What a training would take, about.

    Attributes:
        num_examples: Of the data, in all.
        num_tried: Of these, in the pilot.
        pilot_s: Seconds that this took.
    """

    model: str
    num_examples: int
    num_tried: int
    pilot_s: float
    steps: tuple[Taken, ...]

    def rows(self) -> list[Row]:
        """A header, a row per step, and all of them."""
        memory = [each.memory_bytes for each in self.steps if each.memory_bytes is not None]
        whole = Taken(
            step="all",
            duration_s=sum(each.duration_s for each in self.steps),
            memory_bytes=max(memory, default=None),
            disk_bytes=sum(each.disk_bytes for each in self.steps),
        )
        return [("step", "time", "memory", "disk"), *map(_row, (*self.steps, whole))]


def _row(taken: Taken) -> Row:
    memory = "" if taken.memory_bytes is None else size(taken.memory_bytes)
    return taken.step, _time(taken.duration_s), memory, size(taken.disk_bytes)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def plan(recipe: Recipe, context: Context) -> Plan:
    """Runs every step on a few examples, in a folder that is thrown away, and extrapolates.

    Args:
        recipe: With or without task and family; without, the task's default is meant.
        context: Its log hears what the pilot does.

    Raises:
        UserError: As a training would.
    """
    recipe, _ = resolve(recipe)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="daylight-") as place:
        _pilot(recipe, Path(place) / "first", NUM_FEW, context)
        few = _pilot(recipe, Path(place) / "few", NUM_FEW, context, through="prepare")
        watch = _pilot(recipe, Path(place) / "more", NUM_TRIED, context)
        num_examples, tried = len(read_whole(watch.run)), watch.num_examples()
        steps = watch.taken(recipe, few, num_examples)
    return Plan(
        model=recipe.model,
        num_examples=num_examples,
        num_tried=tried,
        pilot_s=time.monotonic() - began,
        steps=tuple(steps),
    )


def _pilot(
    recipe: Recipe, folder: Path, num_examples: int, context: Context, *, through: str = "report"
) -> "_Watch":
    data = msgspec.structs.replace(recipe.data, max_examples=num_examples)
    run = Run.start(folder, msgspec.structs.replace(recipe, data=data))
    watch = _Watch(run, context.log)
    advance(run, context.replace(log=watch), through="prepare")
    if through != "prepare":
        advance(run, context.replace(log=watch).within(FIT_S), through="train")
        advance(run, context.replace(log=watch), through=through)
    return watch


class _Watch:
    """A log that measures what each step takes, and how fast the model is fitted."""

    def __init__(self, run: Run, to: Log) -> None:
        self.run, self._to = run, to
        self._steps: dict[str, Taken] = {}
        self._fit_began = self._fit_s = 0.0
        self._examples_per_s = 0.0

    def __call__(self, event: str, /, **fields: Any) -> None:
        if event == "fit":
            self._fit_began = time.monotonic()
        if event == "export":  # of the model last
            self._fit_s = time.monotonic() - self._fit_began
        if event == "epoch" and fields.get("examples_per_s"):
            self._examples_per_s = fields["examples_per_s"]
        if event == "step" and fields["state"] == "done":
            self._steps[fields["name"]] = Taken(
                step=fields["name"],
                duration_s=fields["duration_s"],
                memory_bytes=_peak_bytes(),
                disk_bytes=_folder_bytes(self.run.path) - self._disk_bytes(),
            )
        if event == "fit":
            self._to(event, **fields)

    def _disk_bytes(self) -> int:
        return sum(each.disk_bytes for each in self._steps.values())

    def num_examples(self) -> int:
        """Of the pilot."""
        return sum(self.run.read(PreparedSection).num_examples.values())

    def taken(self, recipe: Recipe, few: "_Watch", num_examples: int) -> list[Taken]:
        """Of all examples.

        Checking and preparing take longer as they did from a few to more. Of what is measured, most
        are answers on harmed inputs, of which there are never more than so many. Packages,
        explanations and the report take as long as here.
        """
        found, times = (
            self.run.read(PreparedSection).num_examples,
            num_examples / self.num_examples(),
        )
        harmed = min(times, max(1.0, NUM_HARMED / max(1, found["test"])))
        train_s = self._steps["train"].duration_s - self._fit_s
        durations = {
            **{name: self._grown_s(name, few, num_examples) for name in ("check", "prepare")},
            "train": train_s + self._full_fit_s(recipe, found["train"], times),
            "evaluate": self._steps["evaluate"].duration_s * (harmed + times / ASKED_HARMED),
        }
        prepared = self._steps["prepare"].disk_bytes
        more = round(prepared * (times - 1))
        return [
            msgspec.structs.replace(
                each,
                duration_s=durations.get(name, each.duration_s),
                disk_bytes=each.disk_bytes + (more if name == "prepare" else 0),
                memory_bytes=None if each.memory_bytes is None else each.memory_bytes + more,
            )
            for name, each in self._steps.items()
        ]

    def _grown_s(self, name: str, few: "_Watch", num_examples: int) -> float:
        here, more = self._steps[name].duration_s, self.num_examples() - few.num_examples()
        each_s = max(0.0, here - few._steps[name].duration_s) / more if more else 0.0
        return here + each_s * (num_examples - self.num_examples())

    def _full_fit_s(self, recipe: Recipe, num_train: int, times: float) -> float:
        """Of a network by its steps and their pace; of others in proportion to the examples."""
        settings = settings_of(open_family(recipe.model), recipe)
        training: Any = getattr(settings, "training", None)
        if training is None or not self._examples_per_s:
            return self._fit_s * times
        if hasattr(training, "steps"):
            num_shown = training.steps * training.batch_size
        else:
            least = training.min_steps * training.batch_size
            num_shown = max(training.epochs * num_train * times, least)
        return float(num_shown / self._examples_per_s)


def _peak_bytes() -> int | None:
    """The most memory that this process has held, files that it maps included."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
