"""A race of families: on more and more training examples, with fewer and fewer of them.

Each rung fits those that are left on a nested part of the training examples and scores them on
validation; the better ones go on. Families go up the same ladder whether they learn by gradient or
not, so that the number of examples is what one pays for.

Source: successive halving, Karnin, Koren & Somekh, ICML (2013); Jamieson & Talwalkar,
arXiv:1502.07943; training examples as the resource Petrak (2000), in this form Li et al.,
arXiv:1603.06560.
"""

import math
from collections.abc import Iterator, Sequence
from statistics import median

from daylight.core.choice import Candidate, ChosenSection, Race
from daylight.core.context import Context
from daylight.core.errors import DataError, OutOfTimeError, OutputError, UserError
from daylight.core.memory import is_refusal
from daylight.core.rows import number
from daylight.core.run import Run
from daylight.steps.demands import latency_refusal, license_refusal, size_refusal
from daylight.steps.entrants import Entrant, enter, none_left
from daylight.steps.fits import Outcome, Wanted, outcomes
from daylight.steps.hub_entrants import enter_from_hub
from daylight.steps.trials import Trial, Trials
from daylight.steps.tuning import tune
from daylight.tasks import TASKS

SPREAD = 3
NUM_RUNGS = 4
MIN_EXAMPLES = 300
MIN_PER_LABEL = 10
"""Fewer training examples tell little of what many would bring."""

MIN_S = 10.0
"""A fit is never given less: too little time would only be lost."""

FIRST_SHARE = 0.5
"""Of the time, for the first rung."""

DOUBT = 2.0
"""A first fit is foretold by the pace of those before it, and may well take half of that."""


def race(run: Run, context: Context) -> ChosenSection:
    """Finds the family that answers validation best, within the time and the limits.

    Raises:
        UserError: No family fits the task, or none keeps to the limits.
    """
    return _Race(run, context).run()


def ladder(num_examples: int, num_labels: int) -> list[int]:
    """How many training examples each rung has; the last has all.

    >>> ladder(4500, 10), ladder(60000, 10), ladder(700, 2)
    ([500, 1500, 4500], [2222, 6667, 20000, 60000], [700])
    """
    least = max(MIN_EXAMPLES, MIN_PER_LABEL * num_labels)
    sizes = [round(num_examples / SPREAD**rung) for rung in range(NUM_RUNGS)]
    return [size for size in reversed(sizes) if size >= least or size == num_examples]


def promoted(entrants: Sequence[Entrant]) -> list[Entrant]:
    """Those that go on: a third at least, up to a half while their intervals reach the best.

    Args:
        entrants: Scored on the same rung, the best first.
    """
    least = math.ceil(len(entrants) / SPREAD)
    most = max(least, math.ceil(len(entrants) / 2))
    return [
        each
        for place, each in enumerate(entrants[:most])
        if place < least or each.reaches(entrants[0])
    ]


class _Race:
    def __init__(self, run: Run, context: Context) -> None:
        self.recipe, self.context = run.recipe, context
        self.budget_s = context.left_s()
        self.trials = Trials(run, context)
        self.entrants, self.ruled_out = enter(run)
        specs = [each.entry.spec for each in self.entrants]
        task = TASKS[run.recipe.task]
        from_hub, out = enter_from_hub(run.recipe, task, specs)
        first, *others = self.entrants
        others = sorted([*others, *from_hub], key=lambda each: each.entry.spec.cost)
        self.entrants = [first, *others]
        self.ruled_out += out
        self.late: set[str] = set()
        limits = run.recipe.limits
        self.is_measured = limits.size_bytes is not None or limits.latency_ms is not None

    def run(self) -> ChosenSection:
        sizes = ladder(self.trials.num_examples, self.trials.num_classes)
        ranked = self._first_rung(sizes[0], is_only=len(sizes) == 1)
        for size in sizes[1:]:
            going = promoted(ranked)
            for each in ranked[len(going) :]:
                each.reason = _behind(each, ranked[0])
            if len(going) < 2 or not self._is_affordable(going, size):
                break
            ranked = self._rung(going, size)
        return self._chosen()

    def _first_rung(self, size: int, *, is_only: bool) -> list[Entrant]:
        """Fits as many as there is time for; gives those that were, the best first.

        The very first and the simple baselines may take all the time that there is.
        """
        self.context.log("rung", num_examples=size, num_candidates=len(self.entrants))
        part = self.context if is_only else self.context.within(FIRST_SHARE * self.budget_s)

        def wanted() -> Iterator[Wanted[Entrant]]:
            for place, each in enumerate(self.entrants):
                left_s = (self.context if each.entry.spec.is_simple else part).left_s()
                if place and not self._has_time(each, size, left_s):
                    each.state = "left out"
                else:
                    packaged = self.is_measured or is_only
                    yield self._wanted(each, size, packaged=packaged, allowed_s=left_s)

        return self._fitted(wanted())

    def _rung(self, going: Sequence[Entrant], size: int) -> list[Entrant]:
        """The same for those that went on; the time that the leader of the last rung needs is kept.

        The cheapest come first; where they run side by side, the leader, and nothing need be kept.
        """
        self.context.log("rung", num_examples=size, num_candidates=len(going))
        leader = going[0]
        order = sorted(going, key=lambda each: self._expected_s(each, size))
        if self.context.cluster:
            order.sort(key=lambda each: each is not leader)

        def wanted() -> Iterator[Wanted[Entrant]]:
            kept_s = self._expected_s(leader, size)
            for each in order:
                left_s = self.context.left_s() - kept_s
                if each is leader:
                    left_s, kept_s = self.context.left_s(), 0.0
                if each is leader or self._has_time(each, size, left_s):
                    known = any(trial.size_bytes is not None for trial in each.trials)
                    packaged = self.is_measured or not known
                    yield self._wanted(each, size, packaged=packaged, allowed_s=left_s)

        return self._fitted(wanted())

    def _wanted(
        self, entrant: Entrant, size: int, *, packaged: bool, allowed_s: float
    ) -> Wanted[Entrant]:
        return Wanted(entrant, entrant.entry, size, packaged, max(MIN_S, allowed_s))

    def _fitted(self, wanted: Iterator[Wanted[Entrant]]) -> list[Entrant]:
        """Those that were fitted and are still in the race, the best first."""
        done = outcomes(self.trials, wanted, self.context)
        names = {each.by.name for each, outcome in done if self._try(each, outcome)}
        fitted = [each for each in self.entrants if each.name in names]
        return sorted(fitted, key=lambda each: each.merit, reverse=True)

    def _is_affordable(self, going: Sequence[Entrant], size: int) -> bool:
        """Whether there is time for the leader and one other."""
        times = [self._expected_s(each, size) for each in going]
        together = max if self.context.cluster else sum
        if together([times[0], min(times[1:])]) <= self.context.left_s():
            return True
        for each, seconds in zip(going, times, strict=True):
            self._leave_behind(each, size, seconds, self.context.left_s())
        return False

    def _expected_s(self, entrant: Entrant, size: int) -> float:
        """Nothing for what was measured before; of the first fit, by the cost of the others."""
        if self.trials.knows(entrant.entry, size):
            return 0.0
        if entrant.trials:
            return entrant.expected_s(size)
        known = [(each.trials[0], each.entry.spec.cost) for each in self.entrants if each.trials]
        if not known:
            return 0.0
        pace = median(trial.duration_s / cost for trial, cost in known)
        return entrant.entry.spec.cost * pace + median(t.spent_s - t.duration_s for t, _ in known)

    def _has_time(self, entrant: Entrant, size: int, left_s: float) -> bool:
        seconds = self._expected_s(entrant, size)
        least_s = seconds if entrant.trials else seconds / DOUBT
        if least_s <= left_s and (left_s > 0 or self.trials.knows(entrant.entry, size)):
            return True
        self._leave_behind(entrant, size, seconds, left_s)
        return False

    def _leave_behind(self, entrant: Entrant, size: int, seconds: float, left_s: float) -> None:
        entrant.reason = f"a fit on {size:,} examples would take about {seconds:.0f} s, "
        entrant.reason += f"and {max(0.0, left_s):.0f} s were left for it"
        self.late.add(entrant.name)
        self.context.log("no trial", family=entrant.name, reason=entrant.reason)

    def _try(self, wanted: Wanted[Entrant], outcome: Outcome) -> bool:
        """Fits and looks at the limits; says whether the entrant is still in the race."""
        entrant, size = wanted.by, wanted.size
        try:
            trial = outcome()
        except (DataError, OutputError):
            raise  # of the data or the disk, not of this family
        except OutOfTimeError as error:
            self.late.add(entrant.name)
            entrant.state = entrant.state if entrant.trials else "left out"
            entrant.reason = f"a fit on {size:,} examples was broken off: {error.message.lower()}"
        except UserError as error:
            entrant.state, entrant.reason = "failed", error.message
        except ModuleNotFoundError as error:
            entrant.state, entrant.reason = "failed", f"{error.name} is not installed"
        except (MemoryError, RuntimeError) as error:
            if not is_refusal(error):
                raise
            entrant.state, entrant.reason = "failed", "it takes more memory than there is for it"
        else:
            return self._accepted(entrant, trial)
        self.context.log("no trial", family=entrant.name, reason=entrant.reason)
        return False

    def _accepted(self, entrant: Entrant, trial: Trial) -> bool:
        entrant.trials.append(trial)
        if trial.cut_short:
            self.late.add(entrant.name)
        entrant.reason = ""
        limits = self.recipe.limits
        refusals = [license_refusal(limits, trial.license)]
        if trial.size_bytes is not None and trial.latency_ms is not None:
            refusals.append(size_refusal(limits, trial.size_bytes))
            refusals.append(latency_refusal(limits, trial.latency_ms))
        if found := [each for each in refusals if each]:
            entrant.state, entrant.reason = "rejected", " and ".join(found)
        self.context.log(
            "trial",
            family=entrant.name,
            metric=trial.score.title,
            curve=[(each.num_examples, each.score.value) for each in entrant.trials],
            low=trial.score.low,
            high=trial.score.high,
            duration_s=trial.duration_s,
            reason=entrant.reason,
        )
        return entrant.state == "raced"

    def _chosen(self) -> ChosenSection:
        ranked = sorted(
            (each for each in self.entrants if each.trials and each.state == "raced"),
            key=lambda each: (each.trials[-1].num_examples, each.merit),
            reverse=True,
        )
        if not ranked:
            raise none_left(self._candidates([]), self.recipe.limits)
        best = ranked[0]
        for each in ranked[1:]:
            each.reason = each.reason or _behind(each, best)
        best.state, best.reason = "chosen", _won(ranked)
        tuned, tuning = tune(self.trials, best.entry, best.trials, self.context)
        values = tuned.to_dict()
        training = values.pop("training", {})
        return ChosenSection(
            model=best.entry.spec.name,
            settings=values,
            training=training,
            reason=best.reason,
            race=Race(
                metric=best.trials[-1].score.title,
                num_examples=self.trials.num_examples,
                num_validation=self.trials.num_validation,
                duration_s=sum(t.spent_s for each in self.entrants for t in each.trials),
                budget_s=self.budget_s,
                is_finished=not self.late,
                candidates=tuple(self._candidates(ranked)),
                tuning=tuning,
            ),
        )

    def _candidates(self, ranked: Sequence[Entrant]) -> list[Candidate]:
        """The ranked ones, the others that were fitted, then those that never were."""
        others = [each for each in self.entrants if each not in ranked]
        others.sort(key=lambda each: not each.trials)
        found = [each.candidate(self.trials.num_examples) for each in (*ranked, *others)]
        return [*found, *self.ruled_out]


def _behind(entrant: Entrant, best: Entrant) -> str:
    mine, size = entrant.trials[-1].score, entrant.trials[-1].num_examples
    theirs = next(t.score for t in best.trials if t.num_examples == size)
    return (
        f"{number(mine.value)} on {size:,} examples, where {best.name} had {number(theirs.value)}"
    )


def _won(ranked: Sequence[Entrant]) -> str:
    best, *others = ranked
    last = best.trials[-1]
    beside = [e for e in others if e.trials[-1].num_examples == last.num_examples]
    near = [each.name for each in beside if each.reaches(best)]
    said = (
        f"the best of {len(ranked)} on validation: {last.score.title} {number(last.score.value)} "
        f"after {last.num_examples:,} examples"
    )
    if near:
        said += f", no clear lead over {' and '.join(near[:3])}"
    return said
