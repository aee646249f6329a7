"""What the checks found, in the order and the words of a page."""

from dataclasses import dataclass

from daylight.core.recipe import Recipe
from daylight.core.sections import CheckedSection, Evidence, Finding
from daylight.data.checks import CHECKS

_ORDER = ("fail", "waived", "warn", "skip", "pass")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it is told.

    Attributes:
        status: That of the finding, or ``"waived"`` for a failure that was accepted.
        hidden: How many pieces of evidence the finding does not hold.
    """

    check: str
    title: str
    status: str
    message: str
    fix: str
    evidence: tuple[Evidence, ...]
    hidden: int


def told(checked: CheckedSection, recipe: Recipe) -> list[Told]:
    """The worst first."""
    findings = [_told(finding, recipe) for finding in checked.findings]
    return sorted(findings, key=lambda each: _ORDER.index(each.status))


def counted(findings: list[Told]) -> str:
    """How many findings of each status there are.

    >>> counted([])
    'Nothing was checked.'
    """
    words = {
        "fail": ("fails", "fail"),
        "waived": ("was waived", "were waived"),
        "warn": ("warns", "warn"),
        "skip": ("could not be made", "could not be made"),
        "pass": ("passes", "pass"),
    }
    counts = {status: sum(f.status == status for f in findings) for status in _ORDER}
    parts = [
        f"{number} {words[status][number != 1]}" for status, number in counts.items() if number
    ]
    if not parts:
        return "Nothing was checked."
    return f"Of {len(findings)} checks " + ", ".join(parts) + "."


def _told(finding: Finding, recipe: Recipe) -> Told:
    waived = finding.status == "fail" and finding.check in recipe.data.waive
    return Told(
        check=finding.check,
        title=CHECKS[finding.check].title if finding.check in CHECKS else finding.check,
        status="waived" if waived else finding.status,
        message=finding.message,
        fix=finding.fix,
        evidence=finding.evidence,
        hidden=finding.num_evidence - len(finding.evidence),
    )
