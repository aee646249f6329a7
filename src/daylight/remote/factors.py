"""How far an open model can be relied on, by four factors, each a list of checks with evidence.

The factors are those of the founding article, section 4: fits the use, performance, community,
documentation. A check is met or not; what a hub does not tell is not met, and the evidence says so.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

from daylight.core.choice import Factor
from daylight.remote.models import WEIGHTS, HubModel, Reported

PERFORMANCE = "performance"
MIN_COMMITS, MIN_CONTRIBUTORS, MIN_DOWNLOADS = 5, 2, 1000
MAX_SILENCE_DAYS = 365
MAX_RESULTS = 3


CARD: Sequence[tuple[str, Callable[[HubModel], bool]]] = (
    ("license", lambda m: m.license != "unknown"),
    ("intended use", lambda m: _has_heading(m.card, r"intended|uses?\b|use cases?")),
    ("limitations", lambda m: _has_heading(m.card, r"limitation|bias|risk|out.of.scope")),
    ("training data", lambda m: bool(m.datasets) or _has_heading(m.card, r"training data|dataset")),
    ("evaluation", lambda m: bool(m.results) or _has_heading(m.card, r"evaluat|results|metrics")),
    ("how to use it", lambda m: "```" in m.card),
    ("citation or contact", lambda m: _has_heading(m.card, r"citation|cite|contact|author")),
)
"""What a card should have; a section counts if its heading says so."""


def factors(model: HubModel, *, pipeline_tag: str, usable: bool, today: date) -> tuple[Factor, ...]:
    """All four, from what a hub tells alone.

    Args:
        model: What it tells.
        pipeline_tag: Of the task that it is for.
        usable: Whether a family can start from its architecture.
        today: Activity is judged by it.
    """
    return (
        _factor(
            "fits the use",
            [
                (model.pipeline_tag == pipeline_tag, f"made for {pipeline_tag}"),
                (usable, f"architecture {model.architecture or 'untold'} can be loaded"),
                (WEIGHTS in model.files, f"weights as {WEIGHTS}"),
                (model.license != "unknown", f"license {model.license}"),
            ],
        ),
        _factor(
            PERFORMANCE,
            [
                (bool(model.results), "scores are reported"),
                *((True, _said(each)) for each in model.results[:MAX_RESULTS]),
            ],
            num_checks=1,
        ),
        _factor("community", _community(model, today)),
        _factor("documentation", [(check(model), what) for what, check in CARD]),
    )


def _said(found: Reported) -> str:
    return f"{found.metric} {found.value:g} on {found.dataset}, as its card says"


def _community(model: HubModel, today: date) -> list[tuple[bool, str]]:
    changed = date.fromisoformat(model.last_modified) if model.last_modified else None
    return [
        _at_least(model.num_commits, MIN_COMMITS, "commits"),
        _at_least(model.num_pull_requests, 1, "pull requests"),
        _at_least(model.num_contributors, MIN_CONTRIBUTORS, "contributors"),
        _at_least(model.num_downloads, MIN_DOWNLOADS, "downloads in 30 days"),
        (
            changed is not None and (today - changed).days <= MAX_SILENCE_DAYS,
            f"last changed {model.last_modified or 'untold'}",
        ),
    ]


def _at_least(count: int | None, least: int, what: str) -> tuple[bool, str]:
    if count is None:
        return False, f"{what} untold"
    return count >= least, f"{count:,} {what}"


def _factor(
    name: str, checks: Sequence[tuple[bool, str]], *, num_checks: int | None = None
) -> Factor:
    counted = checks[:num_checks]
    return Factor(
        name=name,
        num_met=sum(met for met, _ in counted),
        num_checks=len(counted),
        evidence=tuple(words if met else f"not met: {words}" for met, words in checks),
    )


def _has_heading(card: str, words: str) -> bool:
    return re.search(rf"^#+[^\n]*\b(?:{words})", card, re.IGNORECASE | re.MULTILINE) is not None
