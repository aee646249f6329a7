"""Pictures changed at random, as whole tensors; what happens to one depends on nothing else.

Every draw is keyed by seed, purpose, epoch and example: neither the order of the examples nor the
size of a batch shifts it. NumPy on purpose: torch would start a second pool of threads beside the
one that trains, and both would wait for each other's cores.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from daylight.core.context import Context
from daylight.training.settings import Training

if TYPE_CHECKING:
    from daylight.core.types import Array


def is_picture(values: "Array") -> bool:
    """Uint8 ``(rows, height, width, channels)``."""
    return values.dtype == np.uint8 and values.ndim == 4


class Augmentation:
    """What is drawn for every example of one epoch.

    Args:
        training: What is done to pictures.
        context: Its seed decides the draws.
        number: Of the epoch, counted from 0.
        num_rows: Examples in all.
    """

    def __init__(self, training: Training, context: Context, number: int, *, num_rows: int) -> None:
        self._training, self._context, self._number = training, context, number
        self._draws: Mapping[str, Array] = {
            purpose: context.random(purpose, number).random(num_rows, np.float32)
            for purpose, strength in _STRENGTHS.items()
            if getattr(training, strength)
        }
        if training.flip:
            self._draws["flip"] = alternating(context, number, num_rows)

    def __call__(
        self, columns: "Sequence[Array]", rows: "Array", index: int
    ) -> "tuple[list[Array], float]":
        """The columns of a batch, pictures among them changed, and the share that mixing left.

        Args:
            columns: One row per example.
            rows: Which examples they are.
            index: Of the batch in its epoch.
        """
        share = self._share(index) if any(map(is_picture, columns)) else 1.0
        return [
            mixed(self._changed(each, rows), share) if is_picture(each) else each
            for each in columns
        ], share

    def _changed(self, pictures: "Array", rows: "Array") -> "Array":
        training = self._training
        draws = {purpose: values[rows] for purpose, values in self._draws.items()}
        if training.flip:
            pictures = mirrored(pictures, draws["flip"])
        if training.shift:
            pictures = moved(pictures, draws["down"], draws["right"], share=training.shift)
        if training.jitter:
            pictures = recolored(
                pictures, draws["brightness"], draws["contrast"], strength=training.jitter
            )
        if training.erase:
            pictures = erased(pictures, draws["erase down"], draws["erase right"], training.erase)
        return pictures

    def _share(self, index: int) -> float:
        """How much of a batch's pictures stays where others are mixed in: at least a half."""
        if not self._training.mixup:
            return 1.0
        random = self._context.random("mixup", self._number, index)
        share = float(random.beta(self._training.mixup, self._training.mixup))
        return max(share, 1 - share)


_STRENGTHS: Mapping[str, str] = {
    "down": "shift",
    "right": "shift",
    "brightness": "jitter",
    "contrast": "jitter",
    "erase down": "erase",
    "erase right": "erase",
}
"""What is drawn, evenly from [0, 1), and the setting that asks for it."""


def alternating(context: Context, number: int, num_rows: int) -> "Array":
    """Which pictures are mirrored: half of them at random, then the other half, in turn.

    Every two epochs show both views of each. Source: Jordan, arXiv:2404.00498, section 3.6.
    """
    first: Array = context.random("flip").random(num_rows) < 0.5
    return first ^ bool(number % 2)


def mirrored(pictures: "Array", which: "Array") -> "Array":
    """Left and right changed over where ``which`` is true."""
    changed = pictures.copy()
    changed[which] = pictures[which][:, :, ::-1]
    return changed


def moved(pictures: "Array", down: "Array", right: "Array", *, share: float) -> "Array":
    """Moved by up to ``share`` of a side each way; what comes in from outside repeats the edge.

    Args:
        pictures: Uint8 ``(rows, height, width, channels)``.
        down: How far, in [0, 1); a half is not at all.
        right: Likewise.
        share: Of the side.
    """
    rows, height, width, _ = pictures.shape
    each = np.arange(rows)[:, None, None]
    lines, columns = _places(height, share, down), _places(width, share, right)
    changed: Array = pictures[each, lines[:, :, None], columns[:, None, :]]
    return changed


def _places(size: int, share: float, draws: "Array") -> "Array":
    """Where each pixel of one side is taken from: int64 ``(rows, size)``."""
    most = round(share * size)
    offsets = np.floor(draws * (2 * most + 1)).astype(np.int64) - most
    places: Array = (offsets[:, None] + np.arange(size)).clip(0, size - 1)
    return places


def recolored(
    pictures: "Array", brightness: "Array", contrast: "Array", *, strength: float
) -> "Array":
    """Brighter or darker by up to ``strength`` / 2 of the range, contrast changed by ``strength``.

    Source: Howard, arXiv:1312.5402, section 2.
    """
    factor = (1 + strength * (2 * contrast - 1))[:, None, None, None]
    shift = (255 * strength * (brightness - 0.5))[:, None, None, None]
    values = pictures.astype(np.float32)
    middle = values.mean(axis=(1, 2), keepdims=True)
    changed: Array = ((values - middle) * factor + middle + shift).round().clip(0, 255)
    return changed.astype(np.uint8)


def mixed(pictures: "Array", share: float) -> "Array":
    """Each picture with the one before it mixed in; the first with the last.

    Source: mixup, Zhang et al., arXiv:1710.09412, section 2.
    """
    if share == 1:
        return pictures
    mixture = share * pictures.astype(np.float32) + (1 - share) * np.roll(pictures, 1, axis=0)
    return mixture.round().astype(np.uint8)


def erased(pictures: "Array", down: "Array", right: "Array", side: float) -> "Array":
    """One square of each picture in its mean color; its middle lies anywhere.

    Args:
        pictures: Uint8 ``(rows, height, width, channels)``.
        down: Where the middle is, as a share of the height.
        right: Likewise of the width.
        side: Of the square, as a share of the picture's sides.

    Source: DeVries & Taylor, arXiv:1708.04552.
    """

    def covered(size: int, middle: "Array") -> "Array":
        inside: Array = np.abs(np.arange(size) + 0.5 - middle[:, None] * size) < side * size / 2
        return inside

    inside = (
        covered(pictures.shape[1], down)[:, :, None] & covered(pictures.shape[2], right)[:, None]
    )
    fill = pictures.mean(axis=(1, 2), keepdims=True).astype(np.uint8)
    return np.where(inside[..., None], fill, pictures)
