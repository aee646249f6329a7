"""What an answer kind means to a network: its loss, and the step from raw outputs to answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from daylight.core.kinds import ANSWER_KINDS


@dataclass(frozen=True, slots=True)
class Head:
    """Between a network and its answer kind.

    Attributes:
        loss: ``(raw, target, label_smoothing) -> scalar``, the mean over the batch.
        finish: Raw outputs to the kind's outputs, in their order.
    """

    loss: Callable[[Tensor, Tensor, float], Tensor]
    finish: Callable[[Tensor], tuple[Tensor, ...]]


def _cross_entropy(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:
    return functional.cross_entropy(raw, target, label_smoothing=label_smoothing)


def _own(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:  # noqa: ARG001
    """Of networks that, in training, give each row's loss instead of an answer."""
    return raw.mean()


def _squared_error(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:  # noqa: ARG001
    return functional.mse_loss(raw, target.to(raw.dtype))


_HEADS: Mapping[str, Head] = {
    "cross_entropy": Head(_cross_entropy, lambda raw: (torch.softmax(raw.float(), dim=1),)),
    "own": Head(_own, lambda raw: (raw.float(),)),
    "squared_error": Head(_squared_error, lambda raw: (raw.float(),)),
}


def head(answer: str) -> Head:
    """The head of an answer kind, by the name of its loss."""
    return _HEADS[ANSWER_KINDS[answer].loss]
