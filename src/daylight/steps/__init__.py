"""One file per verb; this table is what the command line and Python are made from."""

from collections.abc import Callable
from dataclasses import dataclass

from daylight.core.choice import ChosenSection
from daylight.core.context import Context
from daylight.core.explained import ExplainedSection
from daylight.core.registry import Registry
from daylight.core.run import Run
from daylight.core.sections import (
    CheckedSection,
    PreparedSection,
    ReportSection,
    Scores,
    Section,
    TrainedSection,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A verb whose result stays in the run.

    Attributes:
        section: What it leaves.
        help: One line for people.
        after: Sections that it reads; if one of them changes, the step is due again.
        outputs: What else it leaves, relative to the run; if it is gone, the step is due again.
        watches_data: Whether it is due again when a file of the data was touched.
        time_share: Of the time that is left, what it may take if other steps are to follow.
        guards: Whether no later step runs before its blocking findings are mended or waived.
    """

    section: type[Section]
    help: str
    after: tuple[type[Section], ...] = ()
    outputs: tuple[str, ...] = ()
    watches_data: bool = False
    guards: bool = False
    time_share: float = 1.0

    @property
    def name(self) -> str:
        """The verb."""
        return self.section.step


STEPS: tuple[Step, ...] = (
    Step(
        CheckedSection,
        "Look for what is wrong with the data.",
        outputs=("check.html",),
        watches_data=True,
        guards=True,
    ),
    Step(ChosenSection, "Choose the model.", (CheckedSection,), time_share=0.4),
    Step(PreparedSection, "Split and process the data.", (CheckedSection, ChosenSection)),
    Step(
        TrainedSection,
        "Fit the baseline and the model, and package both.",
        (PreparedSection,),
        ("package/manifest.json", "baseline/manifest.json"),
    ),
    Step(
        Scores,
        "Score the package beside its baseline, with intervals.",
        (PreparedSection, TrainedSection),
        ("package/metrics.json",),
    ),
    Step(
        ExplainedSection,
        "Show what the answers rest on, and how far to believe that.",
        (PreparedSection, TrainedSection),
        ("explain", "package/explain/explanations.json"),
    ),
    Step(
        ReportSection,
        "Write everything into one HTML file.",
        (PreparedSection, TrainedSection, Scores, ExplainedSection),
        ("report.html", "package/report.html"),
    ),
)

FUNCTIONS: Registry[Callable[[Run, Context], Section]] = Registry(
    "step",
    {step.name: f"daylight.steps.{step.name}:{step.name}" for step in STEPS},
    plugins=False,
)
