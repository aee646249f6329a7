"""What came of training a run's model a second time."""

from typing import ClassVar, Literal

from daylight.core.config import Config
from daylight.core.rows import Row, html_table
from daylight.core.sections import Difference, Section


class Change(Config):
    """One thing that was not the same the second time.

    Attributes:
        of: What kind of thing it is.
        name: Such as a library's.
        first: What it was when the run was trained; empty where there was none.
        second: What it is now; likewise.
    """

    of: Literal["code", "versions", "hardware", "decisions"]
    name: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.of}: {self.name} was {self.first or 'none'}, is {self.second or 'none'}"


class ReproducedSection(Section):
    """Whether training again from the same data, recipe, choice and decisions gave the same bytes.

    Attributes:
        model_digest: Of the model that was trained again.
        verdict: ``"equal answers"`` if the bytes differ, but no answer does by more than an
            exported model may differ from the one in memory.
        files: By name, with ``package/`` or ``baseline/`` before it, whether its bytes are equal:
            weights, graphs, program and labels of both packages.
        changes: What was not the same.
        decided_anew: Names of decisions that the run does not hold.
        largest_weight_difference: Between two weights; ``None`` where the bytes are the same, or
            the weights have other shapes.
        largest_answer_difference: Between two answers on the validation split, in the answer's own
            unit; likewise.
        score: The primary metric on the validation split, of the second model beside the first;
            ``None`` where the bytes are the same.
        cpu: The processor of the second training.
        duration_s: What it took.
    """

    step: ClassVar[str] = "reproduce"

    model_digest: str
    verdict: Literal["same bytes", "equal answers", "differs"]
    files: dict[str, bool]
    changes: tuple[Change, ...]
    decided_anew: tuple[str, ...]
    largest_weight_difference: float | None
    largest_answer_difference: float | None
    score: Difference | None
    cpu: str
    duration_s: float

    @property
    def sentence(self) -> str:
        """What a card may say."""
        said = "other answers" if self.verdict == "differs" else self.verdict
        kinds = " and ".join(sorted({change.of for change in self.changes}))
        but = f", with other {kinds}" if kinds else ""
        return f"Trained twice, {said}, on {self.cpu}{but}."

    @property
    def is_unexplained(self) -> bool:
        """Whether other bytes came of what was all the same."""
        return self.verdict != "same bytes" and not (self.changes or self.decided_anew)

    def rows(self) -> list[Row]:
        """A header, and a row per file and per change."""
        header = (self.verdict, "first", "second")
        files = [(name, "", "same" if same else "other bytes") for name, same in self.files.items()]
        changes = [(f"{c.of}: {c.name}", c.first, c.second) for c in self.changes]
        return [header, *files, *changes]

    def _repr_html_(self) -> str:
        return html_table(self.rows())
