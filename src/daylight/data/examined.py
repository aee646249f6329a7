"""What a check is, and what it is shown: everything about the data, looked at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError, UserError
from daylight.core.sections import Evidence, Finding

if TYPE_CHECKING:
    from daylight.core.types import Array
    from daylight.data.copies import Copies
    from daylight.data.history_scan import Histories
    from daylight.data.picture_scan import Pictures
    from daylight.data.row_scan import Rows

MAX_EVIDENCE = 48
"""Things that a finding keeps; it counts them all."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A dataset as checks see it; ``rows`` below are places in ``ids``.

    Attributes:
        ids: Names of the examples.
        labels: The answer of each example, where answers are labels; else empty.
        several: The answers of each example, where there may be several; else empty.
        splits: The split of each example; empty where the data cannot be split.
        not_split: Why it cannot be split.
        copies: Which examples are copies of each other; ``None`` for kinds of input where equal
            inputs are no copies.
        pictures: What the pictures are like, where the input, or the answer, is one.
        rows: The columns, where inputs are rows of numbers and categories.
        histories: How long they are and what was seen in their table, where the input is one.
        texts: The texts, where the input is one.
        encodings: Of how many files of texts, by name.
        skips_unreadable: Whether the recipe leaves out what cannot be read.
        context: For randomness and progress.
    """

    ids: Sequence[str]
    labels: Sequence[str] = ()
    several: Sequence[Sequence[str]] = ()
    splits: Sequence[str] = ()
    not_split: UserError | None = None
    copies: "Copies | None" = None
    pictures: "Pictures | None" = None
    rows: "Rows | None" = None
    histories: "Histories | None" = None
    texts: Sequence[str] | None = None
    encodings: Mapping[str, int] = field(default_factory=dict)
    skips_unreadable: bool = False
    context: Context = field(default_factory=Context)

    def note(self, row: int) -> str:
        """The label and the split of an example."""
        return ", ".join(each[row] for each in (self.labels, self.splits) if each)

    def evidence(self, rows: "Sequence[int] | Array", fact: str) -> Evidence:
        """Points at examples."""
        ids = tuple(self.ids[row] for row in rows)
        return Evidence(ids=ids, notes=tuple(self.note(row) for row in rows), fact=fact)

    def pictured(self) -> "Pictures":
        """The pictures; only checks that are meant for ``image`` may ask."""
        if self.pictures is None:
            raise ValueError("a check for pictures was given other data")
        return self.pictures

    def tabled(self) -> "Rows":
        """The columns; only checks that are meant for ``row`` may ask."""
        if self.rows is None:
            raise ValueError("a check for rows was given other data")
        return self.rows

    def taken(self) -> "Histories":
        """The histories; only checks that are meant for ``history`` may ask."""
        if self.histories is None:
            raise ValueError("a check for histories was given other data")
        return self.histories

    def written(self) -> Sequence[str]:
        """The texts; only checks that are meant for ``text`` may ask."""
        if self.texts is None:
            raise ValueError("a check for texts was given other data")
        return self.texts


UNTIMELY = "Left out: there was no time for it."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong with data.

    Attributes:
        title: What the check is called on the page.
        look: Gives its finding; may raise, which counts as a failure.
        inputs: Kinds of what examples hold that it is meant for: of the input, or of the answer
            where that is what was collected, such as pictures to draw more of; empty: all.
        answers: Kinds of answer that it is meant for; empty: all.
        blocks: Whether nothing is trained until a failure is mended or waived.
    """

    name: str
    title: str
    look: Callable[[Examined], Finding]
    inputs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    blocks: bool = False

    def is_for(self, input_kind: str, answer_kind: str) -> bool:
        """Whether it is meant for such data."""
        held = {input_kind, answer_kind}
        return (not self.inputs or not held.isdisjoint(self.inputs)) and (
            not self.answers or answer_kind in self.answers
        )


def passed(check: str, message: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check=check, status="pass", message=message)


def skipped(check: str, message: str) -> Finding:
    """The check has nothing to go by."""
    return Finding(check=check, status="skip", message=message)


def found(
    check: str,
    status: Literal["warn", "fail"],
    message: str,
    evidence: Sequence[Evidence],
    *,
    fix: str,
) -> Finding:
    """Something is wrong; the worst of the evidence comes first."""
    return Finding(
        check=check,
        status=status,
        message=message,
        evidence=tuple(evidence[:MAX_EVIDENCE]),
        num_evidence=len(evidence),
        fix=fix,
    )


def run_checks(checks: Mapping[str, Check], data: Examined) -> tuple[Finding, ...]:
    """The finding of each check; one that crashes is a failure and stops no other."""
    findings = []
    for name, check in checks.items():
        data.context.log("check", what=check.title.lower())
        try:
            findings.append(check.look(data))
        except OutOfTimeError:
            findings.append(skipped(name, UNTIMELY))
        except MemoryError:  # the person is told how much was allowed
            raise
        except Exception as error:  # noqa: BLE001 - a broken check must not pass for a clean one
            message = f"The check crashed: {type(error).__name__}: {error}."
            fix = "Please report this: it is a bug of the check. Until then, nobody has looked."
            findings.append(Finding(check=name, status="fail", message=message, fix=fix))
    return tuple(findings)


def left_out(
    check: str, data: Examined, reasons: Mapping[int, str], message: str, *, fix: str
) -> Finding:
    """Some files cannot be used: a failure, unless the recipe leaves such files out.

    Args:
        reasons: By row; some.
        fix: What to do, as an imperative without a full stop.
    """
    evidence = [data.evidence([row], reason) for row, reason in reasons.items()]
    if data.skips_unreadable:
        way = f"They are left out, as the recipe says. If they are missed: {fix.lower()}."
        return found(check, "warn", message, evidence, fix=way)
    way = f"{fix}, or leave them out: --set data.unreadable=skip"
    return found(check, "fail", message, evidence, fix=way)


def count(number: int, thing: str) -> str:
    """A number of things.

    >>> count(1, "picture"), count(1200, "class")
    ('1 picture', '1,200 classes')
    """
    ending = "" if number == 1 else "es" if thing.endswith("s") else "s"
    return f"{number:,} {thing}{ending}"
