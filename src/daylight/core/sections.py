"""What the steps leave behind: ``<step>.json`` files, which later steps read."""

from collections.abc import Collection
from typing import Any, ClassVar, Literal

import msgspec

from daylight.core.config import Config
from daylight.core.people import Costs, Fairness, Spread
from daylight.core.rows import Row, html_table, interval, number
from daylight.core.types import Field


class Section(Config):
    """The result of one step.

    Attributes:
        after: Digests of the sections that it was computed from; if one differs now, it is stale.
    """

    step: ClassVar[str]
    incidental: ClassVar[tuple[str, ...]] = ()
    """Fields that may change and leave later steps as they are."""

    after: dict[str, str] = {}
    hurried: bool = False
    """Whether something was left out for want of time; where there is time, the step is due."""

    @classmethod
    def saved_as(cls) -> str:
        """The name of its file in the run."""
        return f"{cls.step}.json"

    def outputs(self) -> tuple[str, ...]:
        """Files and folders that it speaks of, relative to the run."""
        return ()

    def lacks(self) -> tuple[str, ...]:
        """Libraries without which something was left out; with one of them the step is due."""
        return ()


class Evidence(Config):
    """Something that a finding points at: an example, or several that belong together.

    Attributes:
        ids: Names of the examples, or of a column.
        notes: A few words on each of them, such as its label and split.
        fact: What is the matter with them.
    """

    ids: tuple[str, ...]
    notes: tuple[str, ...]
    fact: str


class Finding(Config):
    """What a check has to say; a pass is kept, and a check that crashes is a ``fail``.

    Attributes:
        check: Name of the check.
        message: One sentence.
        evidence: The worst first; not more than fit on a page.
        num_evidence: How many there are in all.
        fix: The next step; empty where there is nothing to mend.
    """

    check: str
    status: Literal["pass", "warn", "fail", "skip"]
    message: str
    evidence: tuple[Evidence, ...] = ()
    num_evidence: int = 0
    fix: str = ""


class CheckedSection(Section):
    """What is wrong with the data.

    Attributes:
        data_digest: SHA-256 over the bytes that were read.
        listing_digest: The same over names, sizes and times of the files; equal means unchanged.
        recipe_digest: The same over what the recipe says of the data, the task and the seed.
        num_examples: In all.
        findings: One for each check that is meant for such data.
        copies: Ids of examples that are copies of each other; a split never parts them.
    """

    step: ClassVar[str] = "check"
    incidental: ClassVar[tuple[str, ...]] = ("listing_digest", "recipe_digest", "findings")

    data_digest: str
    listing_digest: str
    recipe_digest: str
    num_examples: int
    findings: tuple[Finding, ...]
    copies: tuple[tuple[str, ...], ...]

    def failed(self, waived: Collection[str]) -> tuple[Finding, ...]:
        """The findings that fail and are not waived."""
        return tuple(f for f in self.findings if f.status == "fail" and f.check not in waived)

    def waived(self, names: Collection[str]) -> tuple[Finding, ...]:
        """The findings that fail and are waived."""
        return tuple(f for f in self.findings if f.status == "fail" and f.check in names)

    def rows(self) -> list[Row]:
        """A header, and a row per finding, the worst first."""
        order = ("fail", "warn", "skip", "pass")
        found = sorted(self.findings, key=lambda each: order.index(each.status))
        header = ("check", "status", f"{self.num_examples:,} examples", "next step")
        return [header, *((f.check, f.status, f.message, f.fix) for f in found)]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


class PreparedSection(Section):
    """What was read, and how it was split.

    Attributes:
        saw: The sentence in which the task said what it recognised.
        data_digest: SHA-256 over the bytes that were read.
        num_examples: By split.
        label_counts: By label, answered or asked for, then by split; empty where there are none.
        skipped: Files left out because they could not be read, with the reason.
        caches: By family, the folder of its prepared columns, inside the run.
    """

    step: ClassVar[str] = "prepare"

    saw: str
    data_digest: str
    fields: tuple[Field, ...]
    num_examples: dict[str, int]
    labels: tuple[str, ...]
    label_counts: dict[str, dict[str, int]]
    skipped: dict[str, str]
    caches: dict[str, str]

    def outputs(self) -> tuple[str, ...]:
        return tuple(self.caches.values())


class Epoch(Config):
    """One line of the training curve.

    Attributes:
        score: On validation: the answer kind's first metric, or what ``measure`` says.
    """

    epoch: int
    loss: float
    score: float
    duration_s: float
    measure: str = ""


class TrainedSection(Section):
    """Which model was fitted, and what it came to.

    Attributes:
        model: The family that stands in the package.
        note: Why it is not the chosen one; empty if it is.
        model_digest: Of the package's weights, graphs, program and labels.
        curve: By epoch; empty for families that do not train by gradient.
    """

    step: ClassVar[str] = "train"
    incidental: ClassVar[tuple[str, ...]] = ("size_bytes", "curve")  # both hold how long it took

    model: str
    note: str = ""
    model_digest: str
    baseline_digest: str
    size_bytes: int
    curve: tuple[Epoch, ...] = ()


class Score(Config):
    """A metric's value with its 95 % interval, beside the baseline's.

    Attributes:
        label: The class, for metrics per class.
        value: ``None`` where the metric is not defined on these examples.
        method: How the interval was made: ``"wilson"``, ``"bca"`` or ``"jackknife"``.
        reliable: False where the interval is not known to cover in 93 to 97 % of cases;
            ``caution`` says why.
    """

    metric: str
    title: str
    unit: str
    higher_is_better: bool
    value: float | None
    low: float | None
    high: float | None
    method: Literal["wilson", "bca", "jackknife"]
    num_examples: int
    reliable: bool = True
    caution: str = ""
    label: str | None = None
    baseline: float | None = None
    baseline_low: float | None = None
    baseline_high: float | None = None


class Figure(Config):
    """A picture's data; the report draws each ``kind`` in its own way.

    Attributes:
        kind: ``"matrix"`` (``rows``, ``columns``, ``counts``: rows are true, columns answered),
            ``"calibration"`` (``confidence``, ``accuracy``, ``counts`` per bin, ``error``),
            ``"scatter"`` (``true``, ``answered``: some examples; ``edges``, ``counts``: how many
            of all have an error, answer less truth, between two edges) or ``"pictures"`` (``rows``
            of ``title`` and strips of ``count`` pictures side by side, as ``uri``, ``width_px`` and
            ``height_px``; ``note``).
    """

    name: str
    title: str
    kind: Literal["matrix", "calibration", "scatter", "pictures"]
    data: dict[str, Any]


class Example(Config):
    """One test example, for people to look at.

    Attributes:
        line: The answer as one line of text.
        error: How wrong it is, 0 where it is right; ``None`` where the answer kind has no measure.
        media: Path of its picture, as the data has it; ``None`` where the input is no file.
        text: The beginning of the input where it is a text.
    """

    id: str
    target: Any
    answer: dict[str, Any]
    line: str
    error: float | None = None
    media: str | None = None
    text: str | None = None


class Slice(Config):
    """The primary metric on the test examples that are alike in one way.

    Attributes:
        attribute: In what, such as ``"brightness"``.
        unit: Of ``low`` and ``high``; may be empty.
        low: Least value among them; ``None`` where it is missing, and of categories.
        high: Greatest value among them; likewise.
        name: Of the category that they have in common, where they have one.
    """

    attribute: str
    unit: str
    low: float | None
    high: float | None
    score: Score
    name: str = ""


class Harmed(Config):
    """The primary metric on some test examples after their inputs were harmed.

    Attributes:
        corruption: In which way; empty for the same examples as they are.
        level: How strongly, in ``unit``.
    """

    corruption: str
    unit: str
    level: float
    score: Score


class Scores(Section):
    """What ``evaluate`` measured on one benchmark; the first score is the task's primary one.

    Attributes:
        benchmark_digest: Of the data, the split and the metrics: equal benchmarks are comparable.
        model_digest: Of the package that was measured.
        examples: A few, spread over the test split.
        mistakes: The worst ones.
        slices: Thirds of the test examples, by each attribute that is known of inputs.
        robustness: From mild to severe, after the same examples as they are.
        fairness: By each column that the recipe calls sensitive.
        spread: How far the truth may be from answers that are numbers.
        costs: What wrong answers cost, where the recipe says so.
    """

    step: ClassVar[str] = "evaluate"
    benchmark_digest: str
    model_digest: str
    baseline: str
    split: str
    num_examples: int
    scores: tuple[Score, ...]
    figures: tuple[Figure, ...] = ()
    examples: tuple[Example, ...] = ()
    mistakes: tuple[Example, ...] = ()
    slices: tuple[Slice, ...] = ()
    robustness: tuple[Harmed, ...] = ()
    fairness: tuple[Fairness, ...] = ()
    spread: Spread | None = None
    costs: Costs | None = None

    def without_texts(self) -> "Scores":
        """As it is published: a package must not hold what people wrote."""
        examples, mistakes = (
            tuple(msgspec.structs.replace(each, text=None) for each in shown)
            for shown in (self.examples, self.mistakes)
        )
        return msgspec.structs.replace(self, examples=examples, mistakes=mistakes)

    def rows(self) -> list[Row]:
        """A header, and a row per metric over all examples: value, interval, baseline."""
        header = (
            f"{self.num_examples:,} {self.split} examples",
            "value",
            "95 % interval",
            self.baseline,
        )
        rows = [
            (s.title, number(s.value), interval(s.low, s.high), number(s.baseline))
            for s in self.scores
            if s.label is None
        ]
        if costs := self.costs:
            name, found, floor = "Cost of an answer", costs.cost, number(costs.baseline.value)
            rows.append((name, number(found.value), interval(found.low, found.high), floor))
        return [header, *rows]

    def _repr_html_(self) -> str:
        return html_table(self.rows())


class ReportSection(Section):
    """Where the report lies, relative to the run."""

    step: ClassVar[str] = "report"
    file: str
    size_bytes: int


class Difference(Config):
    """Second model minus first, on the same examples.

    Attributes:
        method: ``"mcnemar"`` (exact), ``"paired bootstrap"`` (BCa) or ``"paired jackknife"``.
        verdict: ``"better"``, ``"worse"`` or ``"no detectable difference"``: of the second.
    """

    metric: str
    title: str
    unit: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float | None
    method: Literal["mcnemar", "paired bootstrap", "paired jackknife"]
    verdict: Literal["better", "worse", "no detectable difference"]


class Comparison(Config):
    """What ``compare`` found; both models answered the same examples."""

    first: str
    second: str
    benchmark_digest: str
    num_examples: int
    differences: tuple[Difference, ...]

    def rows(self) -> list[Row]:
        """A header, and a row per metric: both values, the difference, the verdict."""
        header = (f"{self.num_examples:,} examples", self.first, self.second)
        return [
            (*header, "difference", "95 % interval", "verdict"),
            *(
                (
                    d.title,
                    number(d.first),
                    number(d.second),
                    f"{d.difference:+z.3f}",
                    f"{d.low:+z.3f} to {d.high:+z.3f}",
                    d.verdict if d.verdict.startswith("no ") else f"{self.second} {d.verdict}",
                )
                for d in self.differences
            ),
        ]

    def _repr_html_(self) -> str:
        return html_table(self.rows())
