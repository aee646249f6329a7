"""A search through the winner's settings, by Optuna, in the time that is left.

Source: the tree-structured Parzen estimator, Bergstra et al., NIPS 24 (2011), as in Optuna, Akiba
et al., arXiv:1907.10902.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from daylight.core.choice import Tuning
from daylight.core.config import Config, convert
from daylight.core.context import Context
from daylight.core.errors import ResourceError, TrainingError
from daylight.core.recipe import flatten, put
from daylight.core.rows import number
from daylight.core.search import Choice, Range, Search
from daylight.steps.families import open_family
from daylight.steps.fits import Wanted, outcomes
from daylight.steps.trials import Entry, Trial, Trials

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

MIN_TRIALS, MAX_TRIALS = 6, 30
"""Fewer find nothing; more find what is good for this validation only."""

MIN_VALIDATION = 100
"""On fewer examples no difference could be detected."""


def tune(
    trials: Trials, entry: Entry, measured: Sequence[Trial], context: Context
) -> tuple[Config, Tuning | None]:
    """The settings to train with: the defaults, unless others are detectably better.

    Half of validation is searched by; the other half, which the search has not seen, decides.

    Args:
        entry: The winner, with its defaults.
        measured: Its trials: the largest rung is searched on that leaves time enough.
    """
    search: Search = getattr(open_family(entry.spec.name), "SEARCH", {})
    seconds = [(trial.num_examples, trial.duration_s) for trial in measured]
    sizes = [n for n, each_s in seconds if each_s * MIN_TRIALS <= context.left_s()]
    if not search or not sizes or trials.num_validation < MIN_VALIDATION or not _has_optuna():
        return entry.settings, None
    size = max(sizes)
    found = _searched(trials, entry, search, size, context)
    if not found:
        return entry.settings, None
    told = [each for each in found if each[1].half is not None]
    sign = 1 if measured[0].score.higher_is_better else -1
    best, trial = max(told, key=lambda each: sign * (each[1].half or 0.0), default=found[0])
    reason = f"none of {len(found)} trials was better than the defaults"
    if best.settings != entry.settings:
        difference = trials.compare(entry, best, size, allowed_s=context.left_s())
        numbers = f"{number(difference.first)} to {number(difference.second)}"
        reason = (
            f"the best of {len(found)} trials took {trial.score.title} from {numbers} on the half "
            f"of validation that was kept from the search: {difference.verdict}"
        )
        if difference.verdict == "better":
            return best.settings, Tuning(num_examples=size, num_trials=len(found), reason=reason)
    reason = f"the defaults stay: {reason}"
    return entry.settings, Tuning(num_examples=size, num_trials=len(found), reason=reason)


def _searched(
    trials: Trials, entry: Entry, search: Search, size: int, context: Context
) -> list[tuple[Entry, Trial]]:
    """Asks Optuna for settings and tells it how good they are; the defaults first."""
    import optuna  # noqa: PLC0415 - takes half a second

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=context.key("tuning") % 2**32), direction="maximize"
    )
    study.enqueue_trial(defaults(entry.settings, search))
    distributions = {key: _distribution(space) for key, space in search.items()}
    found: list[tuple[Entry, Trial]] = []
    longest_s, num_asked = 0.0, 0

    def wanted() -> Iterator[Wanted[optuna.trial.Trial]]:
        nonlocal num_asked
        while num_asked < MAX_TRIALS and context.left_s() > longest_s:
            num_asked += 1
            asked = study.ask(distributions)
            tried = Entry(entry.spec, with_settings(entry.settings, asked.params))
            yield Wanted(asked, tried, size, packaged=False, allowed_s=context.left_s())

    for each, outcome in outcomes(trials, wanted(), context):
        try:
            trial = outcome()
        except (ResourceError, TrainingError):
            study.tell(each.by, state=optuna.trial.TrialState.FAIL)
            longest_s, num_asked = max(longest_s, 1.0), num_asked - 1
            continue
        sign = 1 if trial.score.higher_is_better else -1
        study.tell(each.by, sign * trial.half if trial.half is not None else -1e9)
        found.append((each.entry, trial))
        longest_s = max(longest_s, trial.spent_s)
        context.log(
            "tuning",
            number=len(found),
            settings=each.by.params,
            score=trial.score.value,
        )
    return found


def defaults(settings: Config, search: Search) -> dict[str, Any]:
    """The values of the settings that are searched, by dotted key."""
    values = flatten(settings.to_dict())
    return {key: values[key] for key in search}


def with_settings(settings: Config, values: dict[str, Any]) -> Config:
    """The settings with others at some dotted keys."""
    made = settings.to_dict()
    for key, value in values.items():
        made = put(made, key.split("."), value)
    return convert(type(settings), made, where="settings that were searched")


def _distribution(space: Range | Choice) -> "BaseDistribution":
    from optuna import distributions  # noqa: PLC0415 - takes half a second

    if isinstance(space, Choice):
        return distributions.CategoricalDistribution(space.values)
    if space.whole:
        return distributions.IntDistribution(int(space.low), int(space.high), log=space.log)
    return distributions.FloatDistribution(space.low, space.high, log=space.log)


def _has_optuna() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415 - only here

    return find_spec("optuna") is not None
