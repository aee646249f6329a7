"""What a choice of a model leaves behind: who was in the race, how far each came, and why."""

from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar, Literal

from daylight.core.config import Config
from daylight.core.rows import Row, html_table, interval, number, size
from daylight.core.sections import Score, Section

State = Literal["chosen", "raced", "left out", "rejected", "failed", "ruled out"]
"""Left out for want of time, rejected for a limit; ruled out before anything was fitted."""


class Rung(Config):
    """A fit on some of the training examples.

    Attributes:
        num_examples: On which it was fitted.
        score: The task's primary metric on validation.
        duration_s: Of the fit alone.
        cut_short: Whether the fit ended early for want of time.
    """

    num_examples: int
    score: Score
    duration_s: float
    cut_short: bool = False


class Factor(Config):
    """One of the four factors by which an open model is judged.

    Attributes:
        num_met: How many of its checks are met.
        evidence: A few words for each check, and more of what was seen.
    """

    name: str
    num_met: int
    num_checks: int
    evidence: tuple[str, ...]


class Candidate(Config):
    """One model that could be trained, and what became of it.

    Attributes:
        settings: Where they are not the family's defaults, by dotted key.
        reason: One sentence.
        rungs: From few examples to many; empty if it was never fitted.
        size_bytes: Of a package, made at the first rung that was packaged.
        latency_ms: Of one answer of it from a raw input, asked one by one; median.
        factors: Of a model from a hub: what the hub tells of it.
        full_fit_s: Seconds that a fit on all training examples would take, as far as can be told.
    """

    model: str
    state: State
    reason: str
    license: str
    settings: dict[str, Any] = {}
    rungs: tuple[Rung, ...] = ()
    size_bytes: int | None = None
    latency_ms: float | None = None
    full_fit_s: float | None = None
    factors: tuple[Factor, ...] = ()

    @property
    def name(self) -> str:
        """The family, and what was set."""
        return named(self.model, self.settings)


def named(model: str, settings: Mapping[str, Any]) -> str:
    """A family, and in which settings it differs from its defaults.

    >>> named("transfer", {"backbone": "hf:owner/name"})
    'transfer (backbone=hf:owner/name)'
    """
    changed = ", ".join(f"{key}={value}" for key, value in settings.items())
    return f"{model} ({changed})" if changed else model


class Tuning(Config):
    """A search through the winner's settings.

    Attributes:
        num_examples: On which every trial was fitted.
        num_trials: Fits, the one with the defaults included.
        reason: Whether other settings than the defaults were taken, and why.
    """

    num_examples: int
    num_trials: int
    reason: str


class Race(Config):
    """Who was compared with whom.

    Attributes:
        metric: Title of the task's primary one.
        num_examples: To train on, in all.
        num_validation: On which candidates were scored.
        duration_s: Of all fits together.
        budget_s: Seconds that there were.
        is_finished: Whether nothing was left out for want of time.
        candidates: The best first; those that were never fitted last.
    """

    metric: str
    num_examples: int
    num_validation: int
    duration_s: float
    budget_s: float
    is_finished: bool
    candidates: tuple[Candidate, ...]
    tuning: Tuning | None = None

    def fitted(self) -> tuple[Candidate, ...]:
        """Those that were fitted at least once."""
        return tuple(each for each in self.candidates if each.rungs)

    def rows(self) -> list[Row]:
        """A header, and a row per candidate that was fitted, the best first."""
        header = ("model", self.metric, "95 % interval", "on", "fit", "size", "answer", "license")
        return [(*header, "why"), *map(_row, self.fitted())]


def _row(found: Candidate) -> Row:
    last = found.rungs[-1]
    takes = "" if found.size_bytes is None else size(found.size_bytes)
    latency = "" if found.latency_ms is None else f"{found.latency_ms:.1f} ms"
    return (
        found.name,
        number(last.score.value),
        interval(last.score.low, last.score.high),
        f"{last.num_examples:,}",
        f"{last.duration_s:.1f} s{', cut short' if last.cut_short else ''}",
        takes,
        latency,
        found.license,
        found.reason,
    )


class ChosenSection(Section):
    """Which family is trained, with which settings.

    Attributes:
        settings: The family's own, every default filled in.
        training: How a network is trained; empty for families that do not train by gradient.
        reason: Why this family.
        race: How it was found; ``None`` where a person or the task named it.
    """

    step: ClassVar[str] = "choose"
    incidental: ClassVar[tuple[str, ...]] = ("reason", "race")

    model: str
    settings: dict[str, Any]
    training: dict[str, Any]
    reason: str
    race: Race | None = None

    @classmethod
    def saved_as(cls) -> str:
        return "choice.json"

    def _repr_html_(self) -> str:
        said = f"<p>{escape(self.model)}: {escape(self.reason)}</p>"
        return said + (html_table(self.race.rows()) if self.race else "")
