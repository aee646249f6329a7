"""Who takes part in a race, who cannot and why, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, log
from typing import Any

import msgspec

from daylight.core.choice import Candidate, Factor, Rung, State, named
from daylight.core.errors import MissingExtraError, UserError
from daylight.core.recipe import Limits
from daylight.core.rows import number
from daylight.core.run import Run
from daylight.core.types import ModelSpec, Task
from daylight.models import FAMILIES
from daylight.remote.factors import PERFORMANCE
from daylight.steps.demands import license_refusal
from daylight.steps.families import does, fitting, open_family
from daylight.steps.trials import Entry, Trial
from daylight.tasks import TASKS

UNSURE_GROWTH = 0.5
"""Exponent by which time is taken to grow with examples while only one fit was timed: networks
take as many steps for few as for some, trees take longer with each."""

MAX_GROWTH = 2.0


@dataclass
class Entrant:
    """One model in the race.

    Attributes:
        changed: Settings that are not the family's defaults, by dotted key.
        factors: Of a model from a hub.
        trials: From few examples to many.
    """

    entry: Entry
    changed: dict[str, Any] = field(default_factory=dict)
    factors: tuple[Factor, ...] = ()
    state: State = "raced"
    reason: str = ""
    trials: list[Trial] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The family, and what was set."""
        return named(self.entry.spec.name, self.changed)

    @property
    def merit(self) -> float:
        """The last score, the higher the better whatever the metric."""
        return _merit(self.trials[-1].score.value, self.trials[-1])

    def reaches(self, best: "Entrant") -> bool:
        """Whether the end of its interval is as good as the other's score."""
        score = self.trials[-1].score
        end = score.high if score.higher_is_better else score.low
        return _merit(end, self.trials[-1]) >= best.merit

    def expected_s(self, size: int, *, whole: bool = True) -> float:
        """Seconds that a trial on ``size`` examples would take, or the fit alone.

        >>> isfinite(Entrant(Entry(FAMILIES["linear"], None)).expected_s(100))
        False
        """
        times = [(t.num_examples, t.duration_s) for t in self.trials]
        if not times:
            return inf
        beside = max(t.spent_s - t.duration_s for t in self.trials) if whole else 0.0
        last, seconds = times[-1]
        growth = UNSURE_GROWTH
        if len(times) > 1 and min(times[-2][1], seconds) > 0:
            before, less = times[-2]
            growth = min(MAX_GROWTH, max(0.0, log(seconds / less) / log(last / before)))
        return float(seconds * (size / last) ** growth) + beside

    def candidate(self, num_examples: int) -> Candidate:
        """What is kept of it, where there are so many training examples."""
        sizes = [t.size_bytes for t in self.trials if t.size_bytes is not None]
        latencies = [t.latency_ms for t in self.trials if t.latency_ms is not None]
        full_s = self.expected_s(num_examples, whole=False)
        return Candidate(
            model=self.entry.spec.name,
            state=self.state,
            reason=self.reason,
            license=self.trials[-1].license if self.trials else self.entry.spec.license,
            settings=self.changed,
            rungs=tuple(
                Rung(
                    num_examples=t.num_examples,
                    score=t.score,
                    duration_s=t.duration_s,
                    cut_short=t.cut_short,
                )
                for t in self.trials
            ),
            size_bytes=sizes[-1] if sizes else None,
            latency_ms=latencies[-1] if latencies else None,
            factors=self._factors(),
            full_fit_s=full_s if isfinite(full_s) else None,
        )

    def _factors(self) -> tuple[Factor, ...]:
        """What a hub tells, and what was measured here."""
        if not self.factors or not self.trials:
            return self.factors
        score = self.trials[-1].score
        here = f"{score.title} {number(score.value)} on this validation, measured"
        return tuple(
            msgspec.structs.replace(each, evidence=(*each.evidence, here))
            if each.name == PERFORMANCE
            else each
            for each in self.factors
        )


def _merit(value: float | None, trial: Trial) -> float:
    if value is None or not isfinite(value):
        return -inf
    return value if trial.score.higher_is_better else -value


def enter(run: Run) -> tuple[list[Entrant], list[Candidate]]:
    """Parts the families that could do it from those that cannot, which say why.

    The cheapest come first; ahead of them the cheapest simple one, which is fitted in any case.

    Raises:
        UserError: None is left; says what to relax.
    """
    limits, task = run.recipe.limits, TASKS[run.recipe.task]
    entrants, out = [], []
    for spec in FAMILIES.working():
        reason = (
            _misfit(spec, task) or _unwanted(spec, limits) or license_refusal(limits, spec.license)
        )
        if not reason:
            try:
                family = open_family(spec.name)
                entrants.append(Entrant(Entry(spec, family.Settings())))
            except MissingExtraError as error:
                reason = f"{error.message} {error.hint}"
        if reason:
            out.append(
                Candidate(model=spec.name, state="ruled out", reason=reason, license=spec.license)
            )
    if not entrants:
        raise none_left(out, limits)
    entrants.sort(key=lambda each: each.entry.spec.cost)
    simple = next((each for each in entrants if each.entry.spec.is_simple), entrants[0])
    return sorted(entrants, key=lambda each: each is not simple), out


def _misfit(spec: ModelSpec, task: Task) -> str:
    return "" if spec in fitting(task) else f"{does(spec)}, not {task.input} and {task.answer}"


def _unwanted(spec: ModelSpec, limits: Limits) -> str:
    wanted = not limits.models or spec.name in limits.models
    return "" if wanted else f"not among {', '.join(limits.models)}"


def none_left(found: Sequence[Candidate], limits: Limits) -> UserError:
    """What to say where every family was ruled out, rejected or failed.

    Args:
        found: With their reasons.
        limits: What may be relaxed.
    """
    told = [each for each in found if not each.reason.startswith(("it takes", "not among"))]
    reasons = "; ".join(f"{each.name}: {each.reason}" for each in told or found)
    ways = []
    if limits.licenses:
        ways.append(f"accept more of --license {','.join(sorted({c.license for c in told}))}")
    sizes = [each.size_bytes for each in found if each.size_bytes]
    if limits.size_bytes and sizes and min(sizes) > limits.size_bytes:
        ways.append(f"allow at least --size {_up(min(sizes) / 1e6)}MB")
    answers = [each.latency_ms for each in found if each.latency_ms]
    if limits.latency_ms and answers and min(answers) > limits.latency_ms:
        ways.append(f"allow at least --latency {_up(min(answers))}ms")
    if limits.models:
        ways.append("name more families with --among")
    hint = f"You could {' or '.join(ways)}." if ways else "See what is missing: daylight doctor"
    return UserError(f"No model is left to choose from: {reasons}.", hint=hint)


def _up(value: float) -> str:
    """Two digits, and some room.

    >>> _up(0.031), _up(7.96)
    ('0.034', '8.8')
    """
    return f"{1.1 * value:.2g}"
