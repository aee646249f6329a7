"""explain, where a model is shown a picture: which places of it speak for an answer."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from daylight.core.context import Context
from daylight.core.errors import OutOfTimeError
from daylight.core.explained import ExplainedExample
from daylight.core.run import Run
from daylight.core.sections import PreparedSection, TrainedSection
from daylight.data import prepared as cache
from daylight.explaining.deletion import curves
from daylight.explaining.explainer import Attribution, Subject, UnableError
from daylight.explaining.overlay import overlay, png, to_image
from daylight.explaining.spec import ExplainerSpec
from daylight.runtime.predictor import Predictor
from daylight.steps.dataset import benchmark
from daylight.steps.explain_methods import Asked, explained
from daylight.steps.explaining import (
    ABSENT,
    Found,
    loaded,
    picture_column,
    skipped,
    spread,
    subject_of,
)

FIRST_S = 2.0
"""With less time than that, explaining is not begun."""
NUM_EXAMPLES = 32
NUM_LARGE_EXAMPLES = 24
LARGE_PIXELS = 128**2
"""Larger pictures cost more to ask about, so fewer of them are explained."""

NUM_PICTURED = 6
NUM_AVERAGED = 2048
"""Training pictures of which the mean is taken, evenly spread."""


def find_pictures(
    run: Run, predictor: Predictor, specs: Sequence[ExplainerSpec], context: Context
) -> Found:
    """Explains the answers to some test examples, by every method that can."""
    prepared = cache.load(
        run.path / run.read(PreparedSection).caches[run.read(TrainedSection).model]
    )
    train = prepared.splits["train"].inputs
    try:
        pictures = train[picture_column(train)].values
    except UnableError as error:
        return Found(explanations=tuple(skipped(spec, error) for spec in specs))
    pictures = pictures[:: -(-len(pictures) // NUM_AVERAGED)]
    absent = pictures.mean(axis=0, dtype=np.float64).round().astype(np.uint8)
    try:
        context.earlier(FIRST_S).check_time()
    except OutOfTimeError as error:
        return Found(explanations=tuple(skipped(spec, error) for spec in specs), hurried=True)
    on = benchmark(run, "test")
    large = absent.shape[0] * absent.shape[1] > LARGE_PIXELS
    count = NUM_LARGE_EXAMPLES if large else NUM_EXAMPLES
    on = replace(on, rows=on.rows[spread(len(on.rows), count)])
    shown = predictor.program.process(on.inputs())
    subject, unloaded = loaded(predictor, subject_of(predictor, shown, absent))
    drawing = _Drawing(subject, on.column("id"), predictor.package.labels)
    asked = Asked(subject, unloaded, curves=partial(curves, subject), told=drawing.told, every=2)
    explanations, hurried = explained(specs, asked, context)
    return Found(
        num_examples=len(subject),
        absent=f"the mean of {len(pictures):,} training pictures",
        explanations=explanations,
        hurried=hurried,
        files={ABSENT: png(to_image(absent)), **drawing.files},
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws a few examples with what each method says of them.

    Attributes:
        labels: Of the classes, by index.
        files: What was drawn, by name; and ``attributions.npy`` of each method, the numbers in
            the order of the pictures.
    """

    subject: Subject
    ids: Sequence[str]
    labels: Sequence[str]
    files: dict[str, bytes] = field(default_factory=dict)

    def told(self, spec: ExplainerSpec, attribution: Attribution) -> dict[str, Any]:
        """The examples; their pictures are kept."""
        subject, maps = self.subject, attribution.values.values
        rows = spread(len(subject), NUM_PICTURED)
        probabilities = subject.probabilities(subject.values)
        numbers = io.BytesIO()
        np.save(numbers, maps[rows], allow_pickle=False)
        self.files[f"{spec.name}/attributions.npy"] = numbers.getvalue()
        shown = []
        for number, row in enumerate(rows.tolist(), 1):
            picture = f"{spec.name}/{number}.png"
            self.files[picture] = png(overlay(subject.values[row], maps[row]))
            shown.append(
                ExplainedExample(
                    id=self.ids[row],
                    label=self.labels[subject.classes[row]],
                    probability=float(probabilities[row]),
                    picture=picture,
                )
            )
        return {"examples": tuple(shown)}
