"""A fitted network as a function of pictures that gradients can flow through."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from daylight.explaining.explainer import Subject, UnableError

if TYPE_CHECKING:
    from daylight.core.types import Array


MAX_PIXELS = 1 << 20
"""Of pictures that are in memory at once, with all that their gradients need."""


def rows_at_once(subject: Subject) -> int:
    """How many pictures may be."""
    height, width = (int(size) for size in subject.values.shape[1:3])
    return min(256, max(8, MAX_PIXELS // (height * width)))


def network_of(subject: Subject) -> nn.Module:
    """The network in evaluation mode: float pictures ``(rows, height, width, channels)``, 0 to 255.

    Raises:
        UnableError: It takes whole numbers only, or answers floats in another way than bytes.
    """
    module: nn.Module = subject.fitted.module.eval()  # type: ignore[union-attr]
    pixels = torch.from_numpy(subject.values[:1].copy())
    with torch.no_grad():
        try:
            same = torch.allclose(module(pixels), module(pixels.float()), atol=1e-4)
        except RuntimeError:  # torch's word for a wrong type, among others
            same = False
    if not same:
        raise UnableError("the network does not take pictures as real numbers")
    return module


def pictures(values: "Array") -> Tensor:
    """Uint8 pictures of any shape as floats, 0 to 255."""
    return torch.from_numpy(values.astype("float32"))
