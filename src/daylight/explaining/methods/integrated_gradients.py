"""The gradient of the probability, added up from the mean picture to this one.

Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, arXiv:1703.01365,
equation 1; completeness is their proposition 1. The integral is taken by Gauss-Legendre quadrature.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject
from daylight.explaining.gradients import network_of, pictures, rows_at_once
from daylight.training.heads import head

if TYPE_CHECKING:
    from daylight.core.types import Array

NUM_STEPS = (32, 64, 128)
"""Points of the path: more are taken for rows whose values miss their total by too much.

32 will do for most networks; deep ones with batch norm need 64.
"""

MAX_GAP = 0.05
"""Of a row's total."""


def explain(subject: Subject) -> Attribution:
    """Values add up to the change in probability; channels are added up."""
    totals = subject.totals()
    allowed = MAX_GAP * np.abs(totals)
    values = _integrate(subject, NUM_STEPS[0])
    for num_steps in NUM_STEPS[1:]:
        rows = np.flatnonzero(np.abs(values.sum(axis=(1, 2)) - totals) > allowed)
        if not len(rows):
            break
        few = replace(subject, values=subject.values[rows], classes=subject.classes[rows])
        values[rows] = _integrate(few, num_steps)
    return Attribution(subject.column, Column(values), totals)


def _integrate(subject: Subject, num_steps: int) -> "Array":
    """Float32 ``(rows, height, width)``."""
    network = network_of(subject)
    finish = head(subject.fitted.config.answer).finish  # type: ignore[union-attr]

    def probabilities(values: Tensor) -> Tensor:
        return finish(network(values))[0]

    integrated, num_rows = IntegratedGradients(probabilities), rows_at_once(subject)
    parts = []
    for start in range(0, len(subject), num_rows):
        rows = slice(start, start + num_rows)
        values = integrated.attribute(
            pictures(subject.values[rows]),
            baselines=pictures(subject.absent[None]),
            target=torch.from_numpy(subject.classes[rows]),
            n_steps=num_steps,
            internal_batch_size=num_rows,
        )
        parts.append(values.sum(dim=3).detach().float())
    summed: Array = torch.cat(parts).numpy()
    return summed
