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

    Where a network has several members, raw outputs have a dimension for them after the rows: each
    learns by itself, and the answer is the mean of theirs.

    Attributes:
        loss: ``(raw, target, label_smoothing) -> scalar``, the mean over the batch.
        finish: Raw outputs to the kind's outputs, in their order.
    """

    loss: Callable[[Tensor, Tensor, float], Tensor]
    finish: Callable[[Tensor], tuple[Tensor, ...]]


def _cross_entropy(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:
    if raw.ndim == 3:
        raw, target = raw.flatten(0, 1), target.repeat_interleave(raw.shape[1])
    return functional.cross_entropy(raw, target, label_smoothing=label_smoothing)


def _binary_cross_entropy(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:
    """Summed over the labels, so that a step does not shrink where there are many."""
    wanted = target.to(raw.dtype) * (1 - label_smoothing) + label_smoothing / 2
    wanted = wanted if raw.ndim == 2 else wanted[:, None].expand_as(raw)
    losses = functional.binary_cross_entropy_with_logits(raw, wanted, reduction="none")
    return losses.sum(dim=-1).mean()


def _own(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:  # noqa: ARG001
    """Of networks that, in training, give each row's loss instead of an answer."""
    return raw.mean()


def _squared_error(raw: Tensor, target: Tensor, label_smoothing: float) -> Tensor:  # noqa: ARG001
    target = target.to(raw.dtype)
    return functional.mse_loss(raw, target if raw.ndim == 1 else target[:, None].expand_as(raw))


def _probabilities(raw: Tensor) -> tuple[Tensor]:
    shares = torch.softmax(raw.float(), dim=-1)
    return (shares.mean(dim=1) if raw.ndim == 3 else shares,)


def _each_probability(raw: Tensor) -> tuple[Tensor]:
    shares = torch.sigmoid(raw.float())
    return (shares.mean(dim=1) if raw.ndim == 3 else shares,)


def _numbers(raw: Tensor) -> tuple[Tensor]:
    return (raw.float().mean(dim=1) if raw.ndim == 2 else raw.float(),)


_HEADS: Mapping[str, Head] = {
    "cross_entropy": Head(_cross_entropy, _probabilities),
    "binary_cross_entropy": Head(_binary_cross_entropy, _each_probability),
    "own": Head(_own, lambda raw: (raw.float(),)),
    "squared_error": Head(_squared_error, _numbers),
}


def head(answer: str) -> Head:
    """The head of an answer kind, by the name of its loss."""
    return _HEADS[ANSWER_KINDS[answer].loss]
