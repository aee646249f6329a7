"""The gradient of the probability, added up from the mean picture to this one.

Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, arXiv:1703.01365,
equation 1; completeness is their proposition 1. The integral is taken by Gauss-Legendre quadrature.
"""

import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from daylight.core.types import Column
from daylight.explaining.explainer import Attribution, Subject
from daylight.explaining.gradients import network_of, pictures, rows_at_once
from daylight.training.heads import head

NUM_STEPS = 32
"""Points of the path; with them the values miss their total by about 1 %."""


def explain(subject: Subject) -> Attribution:
    """Values add up to the change in probability; channels are added up."""
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
            n_steps=NUM_STEPS,
            internal_batch_size=num_rows,
        )
        parts.append(values.sum(dim=3).detach().float())
    return Attribution(subject.column, Column(torch.cat(parts).numpy()), subject.totals())
