"""How often words occur, to how much they weigh: the second time says less than the first."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from daylight.core.config import Config
from daylight.core.types import Column
from daylight.runtime.operation import Operation, Read, Run


class Parameters(Config):
    """The shape of the curve.

    Attributes:
        saturation: How often a word has to occur until it has half of its greatest weight (k1).
        length_share: How much long texts are discounted: 0 not at all, 1 in full (b).
        mean_length: Words in a text of usual length.
    """

    saturation: Annotated[float, msgspec.Meta(gt=0)] = 1.2
    length_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.75
    mean_length: Annotated[float, msgspec.Meta(gt=0)] = 100.0


def open_(parameters: Parameters, read: Read) -> Run:  # noqa: ARG001 - one signature
    """Gives ragged float32 for ragged counts: ``f (k1 + 1) / (f + k1 (1 - b + b length / mean))``.

    Source: Robertson & Zaragoza, Foundations and Trends in Information Retrieval 3 (2009),
    equation 3.15; with the factor ``k1 + 1``, which changes no order.
    """

    def run(counts: Column) -> Sequence[Column]:
        return (weighed(counts, parameters),)

    return run


def weighed(counts: Column, parameters: Parameters) -> Column:
    """What the operation gives."""
    if counts.offsets is None:
        raise ValueError("counts are ragged")
    sums = np.concatenate([[0.0], np.cumsum(counts.values, dtype=np.float64)])
    lengths = sums[counts.offsets[1:]] - sums[counts.offsets[:-1]]
    share = parameters.length_share
    slack = parameters.saturation * (1 - share + share * lengths / parameters.mean_length)
    slack = np.repeat(slack, np.diff(counts.offsets))
    values = counts.values * (parameters.saturation + 1) / (counts.values + slack)
    return Column(values.astype(np.float32), counts.offsets)


OPERATION = Operation(Parameters, open_)
